"""A program's phases as readable text: what is recorded of the real engine, and compared with ours."""

import re

from tests.conformance.outcome import record_lines, tidy

MARKS = {
    "same": " ",
    "create": "+",
    "update": "~",
    "replace": "±",
    "delete": "-",
    "read": ">",
    "refresh": "?",
    "import": "=",
}

MADE_BY_ENGINES = (
    "pulumi:providers:",
    "pulumi:pulumi:",
    "lab:index:Group",
    "lab:index:House",
    "lab:index:Pair",
)


def written(version, program, phases) -> str:
    """The transcript: `phases` are (phase, outcome)."""
    lines = [f"Pulumi {version}", program.__doc__.strip()]
    records = {}
    for phase, outcome in phases:
        lines += ["", *phase_lines(phase, outcome, records, getattr(program, "ORDERED", False))]
    return "\n".join(lines) + "\n"


def phase_lines(phase, outcome, records, ordered):
    """One phase. `records` are those of each stack before, as text by URN, and are brought up to date."""
    before, after = records.get(phase.stack, {}), state_texts(outcome)
    records[phase.stack] = after
    lines = [f"== {phase.title()}: {'done' if outcome.succeeded else 'FAILED'}"]
    lines += _section("steps", [step_line(step) for step in outcome.steps if _counts(step, phase, outcome)])
    lines += _section("calls", call_lines(outcome, ordered))
    lines += _section("said", diagnostic_lines(outcome))
    lines += _section(
        "recorded", [line for key, text in after.items() if before.get(key) != text for line in text]
    )
    lines += _section("no longer recorded", [f"  {key}" for key in before if key not in after])
    return lines + _section("cloud", [f"  {' '.join(outcome.left)}"] if outcome.left else [])


def _counts(step, phase, outcome):
    """Whether a step is to be told.

    Which of what stays as it is an engine looks at is its own matter where not everything is looked at; how
    far a run gets that fails is chance for what is made without a provider.
    """
    op, urn = step
    is_part = phase.action in ("destroy", "refresh") or phase.targets or phase.excludes
    if op == "same":
        return outcome.succeeded and not is_part
    return outcome.succeeded or not urn.split("$")[-1].startswith(MADE_BY_ENGINES)


def step_line(step):
    """`+ create lab:index:Box::a`."""
    op, urn = step
    return f"  {MARKS.get(op, '!')} {op} {urn}"


def call_lines(outcome, ordered):
    """What the provider was asked: in order, or by name. How often it is asked to read is each engine's own
    matter.
    """
    if ordered:
        return [f"  {call}" for call in outcome.calls if not call.startswith("read ")]
    by_name = {}
    for call in outcome.calls:
        operation, name = call.split(" ", 1)
        operations = by_name.setdefault(name, [])
        if operation not in ("read", "invoke") or operation not in operations:
            operations.append(operation)
    return [f"  {name}: {', '.join(operations)}" for name, operations in sorted(by_name.items())]


def diagnostic_lines(outcome):
    """What was said, sorted, in a line each; of what a program wrote to standard error only its own words."""
    lines = {
        f"  {severity} {urn or 'the run'}: {_brief(text)}"
        for severity, urn, text in outcome.diagnostics
        if severity != "info#err" or "lab: " in text
    }
    return sorted(lines)


def state_texts(outcome):
    """Every record as lines, by its URN; what waits for its deletion by its id, too."""
    texts = {}
    for record in sorted(outcome.records, key=lambda record: record["urn"]):
        lines = [f"  {line}" for line in record_lines(record)]
        texts[f"{tidy(record['urn'])} {record['id']}" if record.get("delete") else tidy(record["urn"])] = (
            lines
        )
    return texts


def _section(title, lines):
    return [f"{title}:", *lines] if lines else []


def _brief(text):
    """The first paragraph; of a traceback what it ends with."""
    head, traceback, frames = tidy(text.strip()).partition("Traceback (most recent call last):")
    head = re.split(r"\n\s*\n|:\n *File ", head)[0]
    last = frames.strip().splitlines()[-1:] if traceback else []
    return " / ".join([*(" ".join(line.split()) for line in head.strip().splitlines()), *last])[:300]
