"""From what a program wrote to the inputs that are used: names, defaults, tags filled in; what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from provisioner.plan.values import UNKNOWN, Properties, Unknown
from provisioner.providers.aws.naming import DEFAULTS, Named, kept_or_made, name_problems
from provisioner.providers.aws.spec import NEVER, ResourceSpec
from provisioner.providers.interface import Checked, Problem

TAGS = "tags"
ALL_TAGS = "tagsAll"
REGION = "region"


def checked(
    spec: ResourceSpec, named: Named, old: Properties | None, new: Properties, tags: Mapping[str, str]
) -> Checked:
    """The inputs to use; `tags` are the provider's default tags."""
    ours = (DEFAULTS, ALL_TAGS)
    inputs = {key: value for key, value in new.items() if value is not None and key not in ours}
    refused = list(_refused(spec, inputs))
    filled = list(_filled_in(spec, named, old, inputs))
    if spec.tags:
        inputs[ALL_TAGS] = _merged(tags, inputs.get(TAGS))
    inputs[DEFAULTS] = sorted(filled)
    missing = [
        Problem(row.prop, "has to be given") for row in spec.fields if row.required and row.prop not in inputs
    ]
    too_long = name_problems(spec.name, inputs) if spec.name else []
    return Checked(inputs, (*refused, *missing, *too_long, *spec.problems(inputs)))


def _filled_in(
    spec: ResourceSpec, named: Named, old: Properties | None, inputs: dict[str, Any]
) -> Iterator[str]:
    """Fill in what the program left out; the properties that were."""
    rule = spec.name
    if rule and rule.prop not in inputs:
        inputs[rule.prop] = kept_or_made(rule, named, old, inputs)
        yield rule.prop
    for row in spec.fields:
        if row.default is not NEVER and row.prop not in inputs:
            inputs[row.prop] = row.default
            yield row.prop


def _merged(defaults: Mapping[str, str], own: dict[str, Any] | Unknown | None) -> Any:
    """The program's tags over the provider's."""
    return UNKNOWN if own is UNKNOWN else dict(defaults) | (own or {})


def _refused(spec: ResourceSpec, inputs: Mapping[str, Any]) -> Iterator[Problem]:
    for prop in sorted(inputs.keys() - taken(spec)):
        if reason := spec.unsupported.get(prop):
            yield Problem(prop, f"is not supported here: {reason}")
        else:
            yield Problem(prop, f"is not a property of {spec.type}")


def taken(spec: ResourceSpec) -> set[str]:
    """The input properties a type takes."""
    props = {row.prop for row in spec.fields}
    if spec.tags:
        props.add(TAGS)
    if spec.regional:
        props.add(REGION)
    if spec.name and spec.name.given_prefix:
        props.add(spec.name.given_prefix)
    return props
