"""A graph of resources as SVG, in columns: what is needed stands to the left of what needs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from provisioner.report.resource_graph import Frame, Graph, Node

_WIDTH, _HEIGHT = 230, 44
_GAP_X, _GAP_Y = 60, 14
_MARGIN: Final = 24
_TITLE: Final = 30
_LONGEST: Final = 30
"""Characters of a name that fit into a box."""

Arrows = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Box:
    node: Node
    x: int
    y: int


def svg(graph: Graph) -> str:
    """The picture as an element for a page, which has colours for the classes `op-create`, `op-update`, …."""
    parts: list[str] = []
    top, right = _MARGIN, 0
    boxes: dict[str, _Box] = {}
    for frame in graph.frames:
        placed = _placed(frame, graph.arrows, top + _TITLE)
        boxes |= {box.node.id: box for box in placed}
        width = max((box.x + _WIDTH for box in placed), default=_MARGIN) + _MARGIN
        bottom = max((box.y + _HEIGHT for box in placed), default=top + _TITLE) + _MARGIN // 2
        parts.append(_frame(frame.title, top, width, bottom - top))
        top, right = bottom + _MARGIN, max(right, width)
    drawn = ((start, end) for start, end in graph.arrows if {start, end} <= boxes.keys())
    parts += [_arrow(boxes[start], boxes[end]) for start, end in drawn]
    parts += [_drawn(box) for box in boxes.values()]
    size = f'width="{right + _MARGIN}" height="{top}" viewBox="0 0 {right + _MARGIN} {top}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>{_HEAD}{"".join(parts)}</svg>'


_HEAD: Final = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7"'
    ' orient="auto"><path d="M0,0 L8,4 L0,8 z"/></marker></defs>'
)


def _placed(frame: Frame, arrows: Arrows, top: int) -> tuple[_Box, ...]:
    nodes = {node.id: node for node in frame.all_nodes()}
    rows: defaultdict[int, int] = defaultdict(int)
    boxes: list[_Box] = []
    for name, column in _columns(nodes, arrows).items():
        x = _MARGIN * 2 + column * (_WIDTH + _GAP_X)
        boxes.append(_Box(nodes[name], x, top + rows[column] * (_HEIGHT + _GAP_Y)))
        rows[column] += 1
    return tuple(boxes)


def _columns(nodes: Mapping[str, Node], arrows: Arrows) -> dict[str, int]:
    """Each node's distance from what needs nothing; a circle, which only components can make, is cut."""
    needs: defaultdict[str, list[str]] = defaultdict(list)
    for start, end in arrows:
        if start in nodes and end in nodes:
            needs[end].append(start)
    found: dict[str, int] = {}

    def column(name: str) -> int:
        if name not in found:
            found[name] = 0
            found[name] = max((column(need) + 1 for need in needs[name]), default=0)
        return found[name]

    return {name: column(name) for name in nodes}


def _frame(title: str, top: int, width: int, height: int) -> str:
    return (
        f'<rect class="frame" x="{_MARGIN}" y="{top}" width="{width - _MARGIN}" height="{height}" rx="8"/>'
        f'<text class="title" x="{_MARGIN + 10}" y="{top + 20}">{escape(title)}</text>'
    )


def _drawn(box: _Box) -> str:
    node = box.node
    told = escape(f"{node.op.value} {node.kind} {node.name}")
    count = f" · {node.objects} objects" if node.objects != 1 else ""
    lines = "".join(_texts(box, node.name, f"{node.kind}{count}"))
    return (
        f'<g class="node op-{node.op.value}"><title>{told}</title>'
        f'<rect x="{box.x}" y="{box.y}" width="{_WIDTH}" height="{_HEIGHT}" rx="5"/>{lines}</g>'
    )


def _texts(box: _Box, name: str, kind: str) -> Iterator[str]:
    yield f'<text x="{box.x + 10}" y="{box.y + 19}">{escape(_short(name))}</text>'
    yield f'<text class="kind" x="{box.x + 10}" y="{box.y + 35}">{escape(_short(kind))}</text>'


def _arrow(start: _Box, end: _Box) -> str:
    x1, y1 = start.x + _WIDTH, start.y + _HEIGHT // 2
    x2, y2 = end.x, end.y + _HEIGHT // 2
    bend = max(30, (x2 - x1) // 2)
    curve = f"M{x1},{y1} C{x1 + bend},{y1} {x2 - bend},{y2} {x2},{y2}"
    return f'<path class="arrow" marker-end="url(#tip)" d="{curve}"/>'


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
