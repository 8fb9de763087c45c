"""What the rules found, for other programs: JSON, JUnit, Markdown, annotations of GitHub. Never a value."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from policies.check import Verdict
from policies.model import Rule, Status
from provisioner.judging import Judged
from provisioner.report.findings_rows import findings_document
from provisioner.report.findings_text import summary
from provisioner.report.naming import labelled

RULES_SCHEMA: Final = "provisioner/rules/1"


def rules_document(rules: Sequence[Rule]) -> dict[str, Any]:
    """The rules."""
    return {"schema": RULES_SCHEMA, "rules": [rule_row(rule) for rule in rules]}


def rule_row(rule: Rule) -> dict[str, Any]:
    """One rule."""
    entry = rule.entry
    return {
        "id": entry.id,
        "name": entry.name,
        "title": rule.title,
        "pack": entry.pack,
        "severity": entry.severity.value,
        "enforcement": entry.enforcement.value,
        "unknown": entry.unknown.value,
        "waivable": entry.waivable.value,
        "types": list(rule.types),
        "reads": list(rule.reads),
        "needs": list(rule.needs),
        "controls": list(entry.controls),
        "fix": rule.fix,
    }


def as_json(environment: str, judged: Judged) -> str:
    """The document as text."""
    return json.dumps(findings_document(environment, judged), indent=2, ensure_ascii=False) + "\n"


def as_junit(environment: str, judged: Judged) -> str:
    """A suite for each pack, a case for each rule and resource; what cannot be told yet is skipped.

    A case has one outcome, since readers take one. Source of the form: the schema of Jenkins, junit-10.xsd.
    """
    by_pack = sorted(
        judged.report.verdicts, key=lambda each: (each.rule.entry.pack, each.rule.id, each.resource.urn)
    )
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites name={quoteattr(environment)}>"]
    for pack, verdicts in groupby(by_pack, key=lambda each: each.rule.entry.pack):
        cases = [
            (rule, urn, list(found))
            for (rule, urn), found in groupby(verdicts, key=lambda each: (each.rule.id, each.resource.urn))
        ]
        outcomes = Counter(_outcome(found) for _, _, found in cases)
        counts = " ".join(f'{name}="{outcomes[tag]}"' for name, tag in _COUNTED.items())
        lines.append(f'  <testsuite name={quoteattr(pack)} tests="{len(cases)}" {counts}>')
        for rule, urn, found in cases:
            lines += _case(rule, urn, found)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


_COUNTED: Final = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def _outcome(found: Sequence[Verdict]) -> str:
    """The element that says how a case ended; empty if it passed."""
    blocking = [each.status for each in found if each.blocks]
    if blocking:
        return "failure" if Status.FAIL in blocking else "error"
    return "skipped" if any(each.status in _NOT_JUDGED for each in found) else ""


_NOT_JUDGED: Final = (Status.DEFERRED, Status.NOT_APPLICABLE, Status.WAIVED)


def _case(rule: str, urn: str, found: Sequence[Verdict]) -> Iterator[str]:
    inner = [*_ended(found), *_advised(found)]
    head = f"    <testcase classname={quoteattr(rule)} name={quoteattr(urn)}"
    if not inner:
        yield f"{head}/>"
        return
    yield from (f"{head}>", *inner, "    </testcase>")


def _ended(found: Sequence[Verdict]) -> Iterator[str]:
    match _outcome(found):
        case "":
            pass
        case "skipped":
            said = dict.fromkeys(
                each.message or each.status.value for each in found if each.status in _NOT_JUDGED
            )
            yield f"      <skipped message={quoteattr(' '.join(said))}/>"
        case tag:
            yield f"      <{tag}>{_told(each for each in found if each.blocks)}</{tag}>"


def _advised(found: Sequence[Verdict]) -> Iterator[str]:
    if advice := [each for each in found if each.status is Status.FAIL and not each.blocks]:
        yield f"      <system-out>{_told(advice)}</system-out>"


def _told(found: Iterable[Verdict]) -> str:
    """A line for each finding."""
    return escape(
        "\n".join(
            f"{each.path}: {each.message} {each.rule.fix}" if each.path else f"{each.message} {each.rule.fix}"
            for each in found
        )
    )


def as_markdown(environment: str, judged: Judged) -> str:
    """A summary for a pull request."""
    told = [each for each in judged.report.findings if each.status is not Status.DEFERRED]
    lines = [f"### Policy: {environment}", "", summary(findings_document(environment, judged))]
    if told:
        lines += ["", "| severity | rule | resource | what | setting |", "|---|---|---|---|---|"]
    for each in told:
        path = f" `{each.path}`" if each.path else ""
        cells = (
            each.rule.entry.severity.value + ("" if each.blocks else f" ({each.status.value})"),
            each.rule.id,
            f"`{labelled(each.resource.urn)}`{path}",
            f"{each.message} {each.rule.fix}",
            judged.place(each),
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def as_annotations(environment: str, judged: Judged) -> str:  # noqa: ARG001 - all forms are asked alike
    """Workflow commands of GitHub, which mark the lines of the settings in a pull request."""
    lines: list[str] = []
    for each in judged.report.findings:
        if each.status is Status.DEFERRED:
            continue
        file, _, line = judged.place(each).rpartition(":")
        where = f" file={_property(from_here(file))},line={line}," if file else " "
        title = f"title={_property(f'{each.rule.id} {each.rule.entry.name}')}"
        said = f"{labelled(each.resource.urn)} {each.path}: {each.message} {each.rule.fix}"
        lines.append(f"::{'error' if each.blocks else 'warning'}{where}{title}::{_one_line(said)}")
    return "".join(f"{line}\n" for line in lines)


def from_here(file: str) -> str:
    """The path from where the command was typed, which in CI is the repository."""
    path, here = Path(file), Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()


def _one_line(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """As it stands before the message, where a comma and a colon mean something."""
    return _one_line(text).replace(":", "%3A").replace(",", "%2C")


Form = Callable[[str, Judged], str]

FORMS: Final[Mapping[str, Form]] = {
    "json": as_json,
    "junit": as_junit,
    "markdown": as_markdown,
    "github": as_annotations,
}
"""What can be written besides text and SARIF."""
