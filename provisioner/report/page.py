"""A plan as one page that needs nothing else: no server, no network, no other file.

The page is written whole, so that it can be read without scripts; its script only searches and folds. It
forbids itself to load anything (`Content-Security-Policy`) but its own style and script, by their digests.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from provisioner.plan.diff import Change
from provisioner.plan.model import Cause, DriftKind, Op, Risk, StackPlan, Step
from provisioner.report.graph_svg import svg
from provisioner.report.naming import STACK_TYPE, labelled, short
from provisioner.report.plan_text import summary
from provisioner.report.plan_tree import Node, tree
from provisioner.report.plan_view import PlanView
from provisioner.report.renames_text import rename_rows
from provisioner.report.resource_graph import Depth, Drawn, graph, planned
from provisioner.report.value_text import rows, transitions

SCHEMA: Final = "provisioner/page/1"
_OPEN_BELOW: Final = 60
"""Steps of a stack up to which its components are unfolded."""

_OPS: Final = (Op.IMPORT, Op.CREATE, Op.UPDATE, Op.REPLACE, Op.DELETE)


@dataclass(frozen=True, slots=True)
class Row:
    """One property of a step: what it was, what it will be; None: nothing."""

    path: str
    old: str | None
    new: str | None
    forces: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One step as the page shows it, and what is below it."""

    id: str
    step: Step
    kind: str
    causes: tuple[str, ...]
    rows: tuple[Row, ...]
    below: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class StackPart:
    """One stack."""

    plan: StackPlan
    lines: tuple[Line, ...]
    unchanged: int
    drift: tuple[tuple[str, tuple[Row, ...]], ...]
    outputs: tuple[Row, ...]

    @property
    def is_open(self) -> bool:
        """Whether its components are unfolded at first."""
        return len(self.plan.changed) <= _OPEN_BELOW


def html(view: PlanView) -> str:
    """The page. Secrets are masked."""
    stacks = tuple(_stack(number, plan) for number, plan in enumerate(view.plans))
    regions: dict[str, list[StackPart]] = {}
    for part in stacks:
        regions.setdefault(part.plan.region, []).append(part)
    style, script = _text("plan.css"), _text("plan.js")
    counts = Counter(step.op for plan in view.plans for step in plan.changed)
    return (
        _templates()
        .get_template("plan.html")
        .render(
            schema=SCHEMA,
            view=view,
            summary=summary(view.plans),
            counts=[(op, counts[op]) for op in _OPS],
            regions=regions,
            renames=rename_rows(view.plans, view.asked),
            risky=sorted(_risky(stacks), key=lambda line: list(Risk).index(line.step.risk), reverse=True),
            picture=Markup(_picture(view.plans)),  # noqa: S704 - made of escaped texts
            style=Markup(style),  # noqa: S704 - ours
            script=Markup(script),  # noqa: S704 - ours
            policy=f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'",
        )
    )


def is_page(data: bytes) -> bool:
    """Whether a file is such a page."""
    return SCHEMA.encode() in data[:256]


def _stack(number: int, plan: StackPlan) -> StackPart:
    names = _Names(f"s{number}")
    lines = tuple(line for node in tree(plan) for line in _lines(node, names))
    return StackPart(
        plan=plan,
        lines=lines,
        unchanged=sum(not step.op.changes_something for step in plan.steps),
        drift=tuple((_drifted(drift.kind, drift.urn), _rows(drift.changes)) for drift in plan.drift),
        outputs=_rows(plan.output_changes),
    )


class _Names:
    """Ids for places of the page."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._count = 0

    def next(self) -> str:
        self._count += 1
        return f"{self._prefix}-{self._count}"


def _lines(node: Node, names: _Names) -> Iterator[Line]:
    below = tuple(line for child in node.below for line in _lines(child, names))
    step = node.step
    if step.type == STACK_TYPE:  # the root of everything: the heading of the stack says it
        yield from below
        return
    yield Line(
        id=names.next(),
        step=step,
        kind=short(step.type),
        causes=tuple(dict.fromkeys(map(_caused, step.causes))),
        rows=_step_rows(step),
        below=below,
    )


def _step_rows(step: Step) -> tuple[Row, ...]:
    match step.op:
        case Op.CREATE:
            found = (row for name, value in sorted(step.new.items()) for row in rows(name, value))
            return tuple(Row(path, None, text) for path, text in found)
        case Op.DELETE:
            found = (row for name, value in sorted(step.old.items()) for row in rows(name, value))
            return tuple(Row(path, text, None) for path, text in found)
        case Op.REPLACE:
            return _rows(step.changes, step.reasons)
        case _:
            return _rows(step.changes)


def _rows(changes: tuple[Change, ...], forcing: Sequence[str] = ()) -> tuple[Row, ...]:
    return tuple(
        Row(path, old, new, path.partition(".")[0].partition("[")[0] in forcing)
        for path, old, new in transitions(changes)
    )


def _caused(cause: Cause) -> str:
    setting = f"from {cause.setting} ({cause.place or 'a default'})" if cause.setting else ""
    follows = f"follows from {labelled(cause.upstream)}" if cause.upstream else ""
    said = ", ".join(part for part in (setting, follows) if part)
    return f"{cause.property}: {said}" if cause.property and said else cause.property or said


def _drifted(kind: DriftKind, urn: str) -> str:
    return f"{labelled(urn)}: the object is gone" if kind is DriftKind.GONE else labelled(urn)


def _risky(stacks: Sequence[StackPart]) -> Iterator[Line]:
    def flat(lines: Sequence[Line]) -> Iterator[Line]:
        for line in lines:
            yield line
            yield from flat(line.below)

    return (line for part in stacks for line in flat(part.lines) if line.step.risk is not Risk.NONE)


def _picture(plans: Sequence[StackPlan]) -> str:
    drawn = [
        Drawn(f"organization/{plan.layer}/{plan.stack}", plan.layer, plan.region, planned(plan))
        for plan in plans
    ]
    return svg(graph(drawn, Depth.COMPONENT))


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("provisioner.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _text(name: str) -> str:
    environment = _templates()
    assert environment.loader is not None, "made above"
    return environment.loader.get_source(environment, name)[0]


def _digest(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
