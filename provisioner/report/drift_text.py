"""What was changed outside, as people read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Final

from provisioner.engine.outside import Looked
from provisioner.plan.drift_class import DriftClass, class_of_change
from provisioner.plan.model import Drift, DriftKind
from provisioner.report.drift_view import DriftView, Finding
from provisioner.report.naming import labelled
from provisioner.report.style import Colour, Style
from provisioner.report.value_text import change_lines

INDENT: Final = "  "
ToKeep = Callable[[Finding], Sequence[str]]
"""What settings would have to say, as far as that can be told: `registry.keep_images: 40  (dev.yaml:3)`."""

_COLOURS: Final = {
    DriftClass.BENIGN: Colour.QUIET,
    DriftClass.COST: Colour.CHANGED,
    DriftClass.SECURITY: Colour.BAD,
}


def drift_text(view: DriftView, style: Style) -> str:
    """Everything that was changed, by stack and component, and the counts; ends with a line break."""
    lines = [*_stacks(view, style), *_unfinished(view), "", _summary(view)]
    return "\n".join(lines).lstrip("\n") + "\n"


def adoption_text(view: DriftView, to_keep: ToKeep, style: Style) -> str:
    """What would be recorded as the cloud has it, and which settings would have to say the same."""
    lines = [
        "To be recorded as it is in the cloud (recorded → cloud). The cloud stays as it is:",
        *_stacks(view, style),
        *_unfinished(view),
        *_settings(view, to_keep),
    ]
    return "\n".join(lines) + "\n"


def refresh_text(view: DriftView, style: Style) -> str:
    """What would be recorded otherwise; ends with a line break."""
    if view.is_nothing_recorded:
        return f"{_summary(view)}\n"
    if view.is_as_recorded:
        return "\n".join(["Nothing to record: the state says what the cloud says.", *_unfinished(view), ""])
    lines = [
        "To be recorded as it is in the cloud (recorded → cloud). The cloud stays as it is:",
        *_stacks(view, style),
        *_newer(view.looked),
        *_unfinished(view),
    ]
    return "\n".join(lines) + "\n"


def _stacks(view: DriftView, style: Style) -> Iterator[str]:
    for (layer, region, stack), findings in groupby(
        view.findings, key=lambda each: (each.layer, each.region, each.stack)
    ):
        yield from ("", style.paint(Colour.HEADING, f"{layer} in {region} (stack {stack})"))
        for component, inside in groupby(findings, key=lambda each: each.outside.component):
            yield from _component(component, [*inside], style)


def _component(component: str, findings: Sequence[Finding], style: Style) -> Iterator[str]:
    yield ""
    if component:
        yield f"{INDENT}{labelled(component)}{_origin(findings[0])}"
    margin = INDENT * 2 if component else INDENT
    for finding in findings:
        mark = "-" if finding.drift.kind is DriftKind.GONE else "~"
        gone = ": the object is gone" if finding.drift.kind is DriftKind.GONE else ""
        grade = style.paint(_COLOURS[finding.grade], f"[{finding.grade.value}]")
        yield f"{margin}{mark} {labelled(finding.drift.urn)}{gone}  {grade}"
        yield from (f"{margin}{INDENT * 2}{line}" for line in _changes(finding))


def _changes(finding: Finding) -> Iterator[str]:
    """Each leaf that differs; its class only where it is not that of the object."""
    drift = finding.drift
    for change in drift.changes:
        grade = class_of_change(drift.type, change)
        told = "" if grade is finding.grade else f"  [{grade.value}]"
        for path, what in change_lines((change,)):
            yield f"{path}: {what}{told}"


def _origin(finding: Finding) -> str:
    setting = finding.outside.setting
    return f"  (from {setting}, {finding.place or 'a default'})" if setting else ""


def _settings(view: DriftView, to_keep: ToKeep) -> Iterator[str]:
    """The next plan goes by the environment file: what it would have to say, or the value is taken back."""
    changed = [each for each in view.findings if each.drift.kind is DriftKind.CHANGED]
    if changed:
        yield from (
            "",
            "The next plan takes these back, unless the settings they come from say so, too:",
            "",
        )
        for finding in changed:
            tops = dict.fromkeys(_top(change.path) for change in finding.drift.changes)
            setting = finding.outside.setting
            written = f"`{setting}`, {finding.place or 'a default'}" if setting else "no setting of the file"
            yield f"{INDENT}{labelled(finding.drift.urn)}, {', '.join(tops)}: {written}"
            yield from (f"{INDENT * 3}{line}" for line in to_keep(finding))
    if len(changed) < len(view.findings):
        yield from ("", "What is gone is made again by the next plan, unless the file asks for it no more.")


def _newer(looked: Sequence[Looked]) -> Iterator[str]:
    found: list[Drift] = [drift for one in looked for drift in one.newer]
    if found:
        yield from ("", "Values that the cloud decides, or that are left to others:", "")
    for drift in found:
        yield f"{INDENT}~ {labelled(drift.urn)}"
        for path, what in change_lines(drift.changes):
            yield f"{INDENT * 3}{path}: {what}"


def _unfinished(view: DriftView) -> Iterator[str]:
    if view.unfinished:
        yield from ("", "Unfinished from an earlier run:", "")
    for each in view.unfinished:
        yield f"{INDENT}{each.op} {labelled(each.urn)}: {each.found}"


def _summary(view: DriftView) -> str:
    others = f" ({view.left_out} of other classes.)" if view.left_out else ""
    if not view.findings and view.only:
        return f"No drift of class {view.only.value}.{others}"
    if not view.findings and view.unfinished:
        return "No drift: others changed nothing."
    if view.is_nothing_recorded:
        return "Nothing is recorded of this environment, so there is nothing to compare with the cloud."
    if not view.findings:
        return "No drift: every object is as the last apply left it."
    counts = ", ".join(f"{count} {grade.value}" for grade, count in view.summary.items() if count)
    return f"Drift, recorded → cloud: {counts}.{others}"


def _top(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]
