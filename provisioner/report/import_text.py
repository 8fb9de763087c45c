"""An import as people read it: each object, and how it differs from what the environment asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from provisioner.plan.diff import Change
from provisioner.plan.importing import ImportPlan, is_tagged_only
from provisioner.plan.model import Op, Step
from provisioner.report.naming import labelled, short
from provisioner.report.style import COLOUR_OF, Colour, Style
from provisioner.report.value_text import change_lines, leaves

ToKeep = Callable[[Step], Mapping[str, str]]
"""By the path of a difference, what the environment file would have to say to leave it as it is."""

_MARK: Final = "="
_LEGEND: Final = "as it is → as the environment wants it"


def import_text(plans: Sequence[ImportPlan], to_keep: ToKeep, style: Style) -> str:
    """What would be recorded, and what the next apply would do with it; ends with a line break."""
    lines: list[str] = []
    for planned in plans:
        lines += _stack_lines(planned, to_keep, style)
    return "\n".join([*lines, *([""] if lines else []), _summary(plans)]).lstrip("\n") + "\n"


def _stack_lines(planned: ImportPlan, to_keep: ToKeep, style: Style) -> Iterator[str]:
    plan = planned.plan
    steps = sorted(plan.steps, key=lambda step: (step.type, step.name))
    if not (steps or planned.recorded):
        return
    yield ""
    differ = f"  ({_LEGEND})" if any(step.changes for step in steps) else ""
    yield style.paint(Colour.HEADING, f"{plan.layer} in {plan.region} (stack {plan.stack})") + differ
    yield ""
    yield from (f"  note: {note}" for note in plan.notes)
    if planned.recorded:
        yield f"  Recorded already, with these ids: {len(planned.recorded)}."
    unmade = frozenset(one.urn for one in planned.unmade)
    for step in steps:
        yield from _step_lines(step, to_keep, style)
        if lacking := [labelled(urn) for urn in step.dependencies if urn in unmade]:
            yield f"      what it stands on is not imported: {', '.join(lacking)}"
        if assumed := planned.assumed.get(step.urn):
            yield f"      the cloud does not tell, so taken as wanted: {', '.join(assumed)}"


def _step_lines(step: Step, to_keep: ToKeep, style: Style) -> Iterator[str]:
    head = style.paint(COLOUR_OF[step.op], f"{_mark(step)} {short(step.type)} {step.name}")
    yield f"  {head}  {step.id}{_origin(step)}"
    if is_tagged_only(step):
        yield f"      gets the tags {', '.join(sorted(set(_tags(step.changes))))}"
    elif step.changes:
        yield from _differences(step, to_keep)


def _tags(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        name = change.path.partition(".")[2]
        yield from [name] if name else change.new


def _differences(step: Step, to_keep: ToKeep) -> Iterator[str]:
    kept = to_keep(step)
    for change in leaves(step.changes):
        ((path, what),) = change_lines((change,))
        forces = step.op is Op.REPLACE and _top(change) in step.reasons
        yield f"      {path}: {what}{'  (needs a new object)' if forces else ''}"
        if path in kept:
            yield f"          to keep it as it is: {kept[path]}"


def _mark(step: Step) -> str:
    return _MARK if step.op is Op.SAME or is_tagged_only(step) else step.op.mark


def _origin(step: Step) -> str:
    cause = next((cause for cause in step.causes if cause.setting), None)
    if cause is None or is_tagged_only(step):
        return ""
    return f"  (from {cause.setting}, {cause.place or 'a default'})"


def _top(change: Change) -> str:
    return change.path.partition(".")[0].partition("[")[0]


def _summary(plans: Sequence[ImportPlan]) -> str:
    steps = [step for planned in plans for step in planned.plan.steps]
    kinds = Counter(_mark(step) for step in steps)
    left = sum(len(planned.unmade) for planned in plans)
    rest = f" Neither recorded nor imported: {left}." if left else ""
    if not steps:
        return f"Nothing to import.{rest}"
    counts = (
        f"{kinds[_MARK]} as the environment wants them",
        f"{kinds[Op.UPDATE.mark]} that the next apply changes",
        f"{kinds[Op.REPLACE.mark]} that it makes anew",
    )
    return f"Import: {', '.join(counts)}.{rest}"
