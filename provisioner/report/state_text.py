"""What a state holds, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from provisioner.engine.interface import Recorded
from provisioner.plan.values import Properties
from provisioner.report.naming import name_of, short
from provisioner.report.value_text import rows


def list_text(resources: Sequence[Recorded]) -> str:
    """One line for each resource: type, name, id."""
    if not resources:
        return "The state is empty: nothing was applied yet.\n"
    rows = [(short(one.type), name_of(one.urn), _id(one)) for one in resources]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "".join(f"{kind:{widths[0]}}  {name:{widths[1]}}  {at}".rstrip() + "\n" for kind, name, at in rows)


def resource_text(one: Recorded) -> str:
    """Everything that is recorded of one resource; secrets are masked."""
    lines = [f"urn: {one.urn}", f"type: {one.type}"]
    if one.id:
        lines.append(f"id: {one.id}")
    if one.parent:
        lines.append(f"parent: {one.parent}")
    if one.protect:
        lines.append("protected: it is not deleted while the program says so")
    if one.pending_deletion:
        lines.append("replaced: the next apply deletes it")
    lines += [*_properties("inputs", one.inputs), *_properties("outputs", one.outputs)]
    return "\n".join(lines) + "\n"


def outputs_text(outputs: Mapping[str, Properties]) -> str:
    """One line for each output, by region where there are several; secrets are masked."""
    lines = [*output_lines(outputs)]
    if not lines:
        return "There are no outputs: nothing was applied yet.\n"
    return "".join(f"{line}\n" for line in lines)


def output_lines(outputs: Mapping[str, Properties]) -> Iterator[str]:
    """One line for each output of each region."""
    several = sum(1 for values in outputs.values() if values) > 1
    for region, values in outputs.items():
        where = f"{region} " if several else ""
        for name, value in sorted(values.items()):
            yield from (f"{where}{path}: {text}" for path, text in rows(name, value))


def verified_text(layer: str, stack: str, count: int, breaches: Sequence[str]) -> str:
    """Whether a state keeps every rule, and which ones it breaks."""
    if not breaches:
        return f"{layer} {stack}: {count} resources, every rule holds.\n"
    rows = "".join(f"  - {breach}\n" for breach in breaches)
    return f"{layer} {stack}: {len(breaches)} rules are broken:\n\n{rows}"


def _id(one: Recorded) -> str:
    return f"{one.id} (replaced, to be deleted)" if one.pending_deletion else one.id


def _properties(head: str, properties: Mapping[str, Any]) -> Iterator[str]:
    if properties:
        yield f"{head}:"
        for name, value in sorted(properties.items()):
            yield from (f"  {path}: {text}" for path, text in rows(name, value))
