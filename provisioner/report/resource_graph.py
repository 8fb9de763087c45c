"""The resources of a plan or of a state as a graph: stacks, components in them, objects in those, and arrows.

An arrow leads from what is needed to what needs it, so a graph is read in the order of an apply.  Pure.
"""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from provisioner.plan.model import Op, StackPlan
from provisioner.report.naming import STACK_TYPE, name_of, short

REFERENCE_TYPE: Final = "pulumi:pulumi:StackReference"


class Depth(enum.Enum):
    """How much of a graph is drawn."""

    COMPONENT = "component"
    """One node for each component that stands in a stack; whatever it consists of is counted."""

    RESOURCE = "resource"
    """One node for each object, in the frames of its components."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One resource."""

    urn: str
    type: str
    parent: str
    custom: bool
    needs: tuple[str, ...]
    op: Op = Op.SAME
    """What the plan does to it."""

    stack: str = ""
    """The full name of the stack that a stack reference is about."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One stack, and what is in it."""

    full_name: str
    layer: str
    region: str
    things: tuple[Thing, ...]

    @property
    def title(self) -> str:
        """What is written on its frame."""
        return f"{self.layer} in {self.region}"


@dataclass(frozen=True, slots=True)
class Node:
    """An object, or a component that stands for all its objects."""

    id: str
    kind: str
    name: str
    op: Op
    objects: int = 1


@dataclass(frozen=True, slots=True)
class Frame:
    """What is drawn around nodes: a stack, or a component."""

    id: str
    title: str
    frames: tuple[Frame, ...]
    nodes: tuple[Node, ...]

    def all_nodes(self) -> Iterator[Node]:
        """Its own nodes and those in inner frames."""
        yield from self.nodes
        for frame in self.frames:
            yield from frame.all_nodes()


@dataclass(frozen=True, slots=True)
class Graph:
    """Frames of stacks, arrows between nodes, and arrows between whole stacks."""

    frames: tuple[Frame, ...]
    arrows: tuple[tuple[str, str], ...]
    stack_arrows: tuple[tuple[str, str], ...]


def planned(plan: StackPlan) -> tuple[Thing, ...]:
    """What would be in a stack, and what would go."""
    things = (
        Thing(
            step.urn,
            step.type,
            step.parent,
            step.custom,
            step.dependencies,
            step.op,
            stack=step.name if step.type == REFERENCE_TYPE else "",
        )
        for step in plan.steps
    )
    return _once(things)


def exported(deployment: Mapping[str, Any]) -> tuple[Thing, ...]:
    """What is recorded of a stack, from Pulumi's deployment format."""
    things = (
        Thing(
            record["urn"],
            record["type"],
            record.get("parent", ""),
            record.get("custom", False),
            tuple(record.get("dependencies", ())),
            stack=record.get("id", "") if record["type"] == REFERENCE_TYPE else "",
        )
        for record in deployment.get("resources") or ()
        if not record.get("delete")
    )
    return _once(things)


def graph(stacks: Sequence[Drawn], depth: Depth) -> Graph:
    """The graph of stacks that have something in them, in their order."""
    shown = [stack for stack in stacks if any(map(_is_object, stack.things))]
    numbers = {stack.full_name: f"s{number}" for number, stack in enumerate(shown, 1)}
    drawing = _Drawing(depth)
    frames = tuple(drawing.stack(stack, numbers[stack.full_name]) for stack in shown)
    between = {
        (numbers[thing.stack], numbers[stack.full_name])
        for stack in shown
        for thing in stack.things
        if thing.stack in numbers
    }
    return Graph(frames, _reduced(drawing.arrows), _reduced(between))


class _Drawing:
    """Gives nodes and frames their ids, and notes the arrows between nodes."""

    def __init__(self, depth: Depth) -> None:
        self.arrows: set[tuple[str, str]] = set()
        self._depth = depth
        self._nodes = 0
        self._frames = 0

    def stack(self, stack: Drawn, id: str) -> Frame:
        below: defaultdict[str, list[Thing]] = defaultdict(list)
        things = {thing.urn: thing for thing in stack.things if not thing.type.startswith("pulumi:")}
        for thing in sorted(things.values(), key=lambda thing: (thing.custom, thing.type, thing.urn)):
            below[thing.parent if thing.parent in things else ""].append(thing)
        drawn: dict[str, str] = {}
        frame = self._frame(id, stack.title, "", below, drawn)
        for thing in things.values():
            ends = ((drawn.get(need, ""), drawn.get(thing.urn, "")) for need in thing.needs)
            self.arrows |= {(start, end) for start, end in ends if start and end and start != end}
        return frame

    def _frame(
        self, id: str, title: str, urn: str, below: Mapping[str, list[Thing]], drawn: dict[str, str]
    ) -> Frame:
        frames: list[Frame] = []
        nodes: list[Node] = []
        for thing in below.get(urn, ()):
            parts = [*_within(thing, below)]
            if thing.custom or self._depth is Depth.COMPONENT:
                self._nodes += 1
                node = _node(f"n{self._nodes}", thing, parts)
                nodes.append(node)
                drawn |= {part.urn: node.id for part in parts}
            else:
                self._frames += 1
                around = f"{short(thing.type)} {name_of(thing.urn)}"
                frames.append(self._frame(f"c{self._frames}", around, thing.urn, below, drawn))
        return Frame(id, title, tuple(frames), tuple(nodes))


def _node(id: str, thing: Thing, parts: Sequence[Thing]) -> Node:
    objects = [part for part in parts if part.custom]
    ops = Counter(part.op for part in objects or parts)
    op = next(iter(ops)) if len(ops) == 1 else Op.UPDATE
    return Node(id, short(thing.type), name_of(thing.urn), op, len(objects))


def _within(thing: Thing, below: Mapping[str, list[Thing]]) -> Iterator[Thing]:
    yield thing
    for child in below.get(thing.urn, ()):
        yield from _within(child, below)


def _is_object(thing: Thing) -> bool:
    return thing.custom and not thing.type.startswith("pulumi:")


def _once(things: Iterable[Thing]) -> tuple[Thing, ...]:
    """An older object of the same URN, which only waits for its deletion, is not drawn."""
    found: dict[str, Thing] = {}
    for thing in things:
        if thing.type != STACK_TYPE:
            found.setdefault(thing.urn, thing)
    return tuple(found.values())


def _reduced(arrows: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The arrows without those that other arrows imply: what a needs, whatever needs a needs anyway."""
    after: defaultdict[str, set[str]] = defaultdict(set)
    for start, end in arrows:
        after[start].add(end)
    reach: dict[str, set[str]] = {}

    def reached(start: str) -> set[str]:
        if start not in reach:
            reach[start] = set()  # a circle, which only components can make, ends here
            reach[start] = {each for end in after[start] for each in (end, *reached(end))}
        return reach[start]

    for start in list(after):
        reached(start)
    kept = (
        (start, end)
        for start, ends in after.items()
        for end in ends
        if not any(end in reach[other] and start not in reach[other] for other in ends if other != end)
    )
    return tuple(sorted(kept, key=lambda arrow: (_number(arrow[0]), _number(arrow[1]))))


def _number(id: str) -> int:
    return int(id[1:])
