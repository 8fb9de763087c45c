"""A plan as people read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from provisioner.plan.diff import changes
from provisioner.plan.model import BY_NAME, Drift, DriftKind, Mode, Op, Risk, Source, StackPlan, Step
from provisioner.plan.risk import SHARED, Loss
from provisioner.report.naming import STACK_TYPE, labelled, short
from provisioner.report.plan_tree import Node, tree
from provisioner.report.style import COLOUR_OF, Colour, Style
from provisioner.report.value_text import change_lines

INDENT = "  "


_TOGETHER: Final = frozenset({"replaceWith", "deletedWith"})
_OPTIONS: Final = {"replacementTrigger": "its replacement trigger"}
"""Reasons of a replacement that are options of the program, and no properties."""


def plan_text(plans: Sequence[StackPlan], style: Style, losses: Sequence[Loss] = ()) -> str:
    """All that would happen in all stacks, and the counts; ends with a line break."""
    lines: list[str] = []
    noted: set[str] = set()
    for plan in plans:
        lines += _stack_lines(plan, style, [note for note in plan.notes if note not in noted])
        noted.update(plan.notes)
    if losses:
        lines += ["", style.paint(Colour.BAD, "Lost for good:"), ""]
        for loss in losses:
            lines.append(f"{INDENT}{loss.step.op.mark} {labelled(loss.step.urn)}: {loss.what}")
            lines.append(f"{INDENT * 3}{loss.step.urn}")
    lines += ["", summary(plans)]
    return "\n".join(lines).lstrip("\n") + "\n"


def summary(plans: Sequence[StackPlan]) -> str:
    """`Plan: 80 to create, 1 to update, 0 to replace, 0 to delete.`, or that there is nothing to do."""
    if all(plan.is_empty for plan in plans):
        return _no_changes(plans)
    counts: Counter[str] = Counter()
    for plan in plans:
        counts.update(plan.summary)
    if not any(plan.changed for plan in plans):
        return "Plan: only outputs change."
    ops = (*([Op.IMPORT] if counts[Op.IMPORT.value] else ()), Op.CREATE, Op.UPDATE, Op.REPLACE, Op.DELETE)
    return "Plan: " + ", ".join(f"{counts[op.value]} to {op.value}" for op in ops) + "."


def _no_changes(plans: Sequence[StackPlan]) -> str:
    if all(plan.mode is Mode.DESTROY for plan in plans):
        return "Nothing to destroy: nothing is recorded."
    if any(plan.is_bookkeeping for plan in plans):
        return "Plan: no object changes; only what is recorded is brought up to date."
    if any(plan.source is Source.STATE for plan in plans):
        return "No changes: what the last apply left is what is wanted. (--refresh also reads the cloud.)"
    return "No changes: the cloud is as wanted."


def _stack_lines(plan: StackPlan, style: Style, notes: Sequence[str]) -> Iterator[str]:
    """Nothing for a stack in which there is nothing to say. `notes` are those that no stack before it has."""
    blocks = [
        [f"{INDENT}note: {note}" for note in notes],
        [*_unfinished_lines(plan)],
        [*_drift_lines(plan, style)],
        [line for node in tree(plan) for line in _node_lines(node, 1, style)],
        [*_output_lines(plan.old_outputs, plan.outputs)],
    ]
    if any(blocks):
        yield ""
        yield style.paint(Colour.HEADING, _heading(plan))
    for block in blocks:
        if block:
            yield from ("", *block)


def _heading(plan: StackPlan) -> str:
    where = f"{plan.layer} in {plan.region}" if plan.region else plan.layer
    return f"{where} (stack {plan.stack})"


def _unfinished_lines(plan: StackPlan) -> Iterator[str]:
    if plan.unfinished:
        yield f"{INDENT}Unfinished from an earlier run:"
        for found in plan.unfinished:
            yield f"{INDENT * 2}{found.op} {labelled(found.urn)}: {found.found}"


def _drift_lines(plan: StackPlan, style: Style) -> Iterator[str]:
    if plan.drift:
        yield f"{INDENT}Changed outside of provisioner (recorded → now):"
        for drift in plan.drift:
            yield from _one_drift(drift, style)


def _one_drift(drift: Drift, style: Style) -> Iterator[str]:
    from provisioner.plan.drift_class import class_of  # noqa: PLC0415 - most plans have no drift

    grade = f"  [{class_of(drift).value}]"
    match drift.kind:
        case DriftKind.GONE:
            yield INDENT * 2 + style.paint(Colour.BAD, f"- {labelled(drift.urn)}: the object is gone") + grade
        case DriftKind.CHANGED:
            yield INDENT * 2 + style.paint(Colour.CHANGED, f"~ {labelled(drift.urn)}") + grade
            for path, what in change_lines(drift.changes):
                yield f"{INDENT * 4}{path}: {what}"


def _node_lines(node: Node, depth: int, style: Style) -> Iterator[str]:
    step = node.step
    margin = INDENT * depth
    # The stack is the root of everything, and the heading above: it does not push what is below to the right.
    is_stack = step.type == STACK_TYPE
    if step.op.changes_something or not is_stack:
        head = f"{step.op.mark} {short(step.type)} {step.name}"
        yield margin + style.paint(COLOUR_OF[step.op], head) + _because(step) + _told(step, style)
    if step.op in (Op.UPDATE, Op.REPLACE, Op.IMPORT):
        yield from _change_lines(step, margin + INDENT * 2)
    for child in node.below:
        yield from _node_lines(child, depth if is_stack else depth + 1, style)


def _told(step: Step, style: Style) -> str:
    """Where it comes from, what it may cost, and whom else."""
    told = _origin(step)
    if step.risk is not Risk.NONE:
        colour = Colour.BAD if step.risk is Risk.DATA_LOSS else Colour.CHANGED
        told += f"  {style.paint(colour, f'[{step.risk.value}]')}"
    if step.op is Op.DELETE and step.type in SHARED:
        told += f"  {style.paint(Colour.BAD, f'[{SHARED[step.type]}]')}"
    return told


def _origin(step: Step) -> str:
    """The setting, said once for a component and not for everything in it; and what it follows from."""
    upstream = next((cause.upstream for cause in step.causes if cause.upstream), "")
    if upstream:
        return f"  (follows from {labelled(upstream)})"
    cause = next((cause for cause in step.causes if cause.setting), None)
    if cause is None or (step.custom and step.op is Op.CREATE):
        return ""
    return f"  (from {cause.setting}, {cause.place or 'a default'})"


def _because(step: Step) -> str:
    if step.op is Op.IMPORT:
        return f"  which exists already, id {step.id}"
    if step.op is not Op.REPLACE:
        return ""
    if step.reasons == (BY_NAME,):
        return f"  because {BY_NAME} asks for it"
    order = ", the old one is deleted first" if step.delete_first else ""
    if _TOGETHER.issuperset(step.reasons):
        return f"  because what it goes with is made anew{order}"
    reasons = [_OPTIONS.get(reason, reason) for reason in step.reasons]
    return f"  because {_listed(reasons)} changed: forces a new object{order}"


def _change_lines(step: Step, margin: str) -> Iterator[str]:
    for path, what in change_lines(step.changes):
        top = path.partition(".")[0].partition("[")[0]
        forces = "  (forces a new object)" if step.op is Op.REPLACE and top in step.reasons else ""
        yield f"{margin}{path}: {what}{forces}"


def _output_lines(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    found = tuple(change_lines(tuple(changes(dict(old), dict(new)))))
    if found:
        yield f"{INDENT}Outputs:"
        for path, what in found:
            yield f"{INDENT * 2}{path}: {what}"


def _listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
