"""From what a program wrote to the inputs that are used: names and defaults filled in; what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from provisioner.plan.values import Properties
from provisioner.providers.interface import Checked, Problem
from provisioner.providers.vault.naming import DEFAULTS, Named, kept_or_made, name_problems
from provisioner.providers.vault.spec import NAMESPACE, NEVER, ResourceSpec


def checked(spec: ResourceSpec, named: Named, old: Properties | None, new: Properties) -> Checked:
    """The inputs to use, and what is wrong with them."""
    inputs = {key: value for key, value in new.items() if value is not None and key != DEFAULTS}
    refused = list(_refused(spec, inputs))
    inputs[DEFAULTS] = sorted(_filled_in(spec, named, old, inputs))
    missing = [
        Problem(row.prop, "has to be given") for row in spec.fields if row.required and row.prop not in inputs
    ]
    too_long = name_problems(spec.name, inputs) if spec.name else []
    return Checked(inputs, (*refused, *missing, *too_long, *_slashes(spec, inputs), *spec.problems(inputs)))


def taken(spec: ResourceSpec) -> set[str]:
    """The input properties a type takes."""
    return {NAMESPACE, *(row.prop for row in spec.fields)}


def _filled_in(
    spec: ResourceSpec, named: Named, old: Properties | None, inputs: dict[str, Any]
) -> Iterator[str]:
    """Fill in what the program left out; the properties that were."""
    if spec.name and spec.name.prop not in inputs:
        inputs[spec.name.prop] = kept_or_made(spec.name, named, old)
        yield spec.name.prop
    for row in spec.fields:
        if row.default is not NEVER and row.prop not in inputs:
            inputs[row.prop] = row.default
            yield row.prop
        elif row.like in inputs and row.prop not in inputs:
            inputs[row.prop] = inputs[row.like]
            yield row.prop


def _refused(spec: ResourceSpec, inputs: Mapping[str, Any]) -> Iterator[Problem]:
    for prop in sorted(inputs.keys() - taken(spec)):
        if reason := spec.unsupported.get(prop):
            yield Problem(prop, f"is not supported here: {reason}")
        else:
            yield Problem(prop, f"is not a property of {spec.type}")


def _slashes(spec: ResourceSpec, inputs: Mapping[str, Any]) -> Iterator[Problem]:
    """Vault takes `kv` and `kv/` for one path: with both in use an object would have two ids."""
    for prop in ("path", "backend", "mount", NAMESPACE):
        value = inputs.get(prop)
        if isinstance(value, str) and value != value.strip("/") and prop in taken(spec):
            yield Problem(prop, f"`{value}` must neither begin nor end with a slash")
