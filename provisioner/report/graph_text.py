"""A graph of resources as Mermaid and as DOT (Graphviz)."""

from __future__ import annotations

import html
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from provisioner.plan.model import Op
from provisioner.report.resource_graph import Frame, Graph, Node

MERMAID_EDGES: Final = 500
MERMAID_TEXT: Final = 50_000
"""What viewers draw unless they are told otherwise: `maxEdges`, `maxTextSize` of Mermaid's configuration."""

_FILL: Final = {
    Op.CREATE: "#d8f5d8",
    Op.UPDATE: "#fff3c4",
    Op.REPLACE: "#ecd9f8",
    Op.DELETE: "#f8d4d4",
    Op.IMPORT: "#d4e8f8",
}
"""What changes in a plan; the rest has the viewer's own colour."""


def mermaid(graph: Graph) -> str:
    """The text of a flowchart; GitHub, GitLab and many editors draw it in a block of `mermaid`."""
    lines = ["flowchart LR"]
    for frame in graph.frames:
        lines += _mermaid_frame(frame, "  ")
    lines += [f"  {start} --> {end}" for start, end in graph.arrows]
    lines += [f"  {start} ==> {end}" for start, end in graph.stack_arrows]
    for op, ids in _changed(graph).items():
        lines += [f"  classDef {op.value} fill:{_FILL[op]},color:#222", f"  class {','.join(ids)} {op.value}"]
    return "\n".join(lines) + "\n"


def mermaid_is_too_large(graph: Graph, text: str) -> bool:
    """Whether viewers would refuse to draw it."""
    return len(graph.arrows) + len(graph.stack_arrows) > MERMAID_EDGES or len(text) > MERMAID_TEXT


def dot(graph: Graph) -> str:
    """The text for Graphviz: `dot -Tsvg`."""
    lines = [
        "digraph resources {",
        '  graph [rankdir=LR, compound=true, fontname="sans-serif"];',
        '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="sans-serif"];',
    ]
    for frame in graph.frames:
        lines += _dot_frame(frame, "  ")
    lines += [f"  {start} -> {end};" for start, end in graph.arrows]
    first = {frame.id: next(frame.all_nodes()).id for frame in graph.frames}
    for start, end in graph.stack_arrows:
        lines.append(
            f"  {first[start]} -> {first[end]} [ltail=cluster_{start}, lhead=cluster_{end}, style=bold];"
        )
    return "\n".join([*lines, "}"]) + "\n"


def _mermaid_frame(frame: Frame, margin: str) -> Iterator[str]:
    yield f'{margin}subgraph {frame.id}["{html.escape(frame.title)}"]'
    for inner in frame.frames:
        yield from _mermaid_frame(inner, margin + "  ")
    for node in frame.nodes:
        label = "<br/>".join(html.escape(line) for line in _label(node))
        yield f'{margin}  {node.id}["{label}"]'
    yield f"{margin}end"


def _dot_frame(frame: Frame, margin: str) -> Iterator[str]:
    yield f"{margin}subgraph cluster_{frame.id} {{"
    yield f"{margin}  label={_quoted(frame.title)};"
    for inner in frame.frames:
        yield from _dot_frame(inner, margin + "  ")
    for node in frame.nodes:
        fill = f', fillcolor="{_FILL[node.op]}"' if node.op in _FILL else ""
        yield f"{margin}  {node.id} [label={_quoted(chr(10).join(_label(node)))}{fill}];"
    yield f"{margin}}}"


def _label(node: Node) -> Iterator[str]:
    yield node.kind
    yield node.name
    if node.objects > 1:
        yield f"{node.objects} objects"


def _quoted(text: str) -> str:
    """DOT escapes quotes and line breaks in strings as JSON does."""
    return json.dumps(text, ensure_ascii=False)


def _changed(graph: Graph) -> dict[Op, list[str]]:
    ids: defaultdict[Op, list[str]] = defaultdict(list)
    for frame in graph.frames:
        for node in frame.all_nodes():
            if node.op in _FILL:
                ids[node.op].append(node.id)
    return {op: ids[op] for op in _FILL if op in ids}
