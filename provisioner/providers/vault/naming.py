"""Names of objects whose program gave none, made and kept exactly as pulumi-vault does."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from provisioner.plan.values import Properties
from provisioner.providers.interface import Problem
from provisioner.providers.vault.spec import Name

DEFAULTS: Final = "__defaults"
"""The input in which Pulumi's state lists the properties that the provider filled in."""

HEX: Final = 7
"""Digits after a made name, as Pulumi's bridge appends them."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a made name is made of: the resource's type and logical name, and the engine's random seed."""

    type: str
    name: str
    seed: bytes


def is_made(inputs: Properties, prop: str) -> bool:
    """Whether this property's value was filled in for the program."""
    return prop in inputs.get(DEFAULTS, ())


def kept_or_made(rule: Name, named: Named, old: Properties | None) -> Any:
    """The name: the old one if it was made, else a new one."""
    if old is not None and is_made(old, rule.prop):
        return old[rule.prop]
    digits = hashlib.sha256(b"\0".join((named.seed, named.type.encode(), named.name.encode()))).hexdigest()
    return f"{named.name}-{digits[:HEX]}"


def name_problems(rule: Name, inputs: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the name, made or typed."""
    value = inputs.get(rule.prop)
    if not isinstance(value, str) or len(value) <= rule.length:
        return []
    return [Problem(rule.prop, f"`{value}` has {len(value)} characters; at most {rule.length} will do")]
