"""Names of objects whose program gave none, made and kept exactly as pulumi-aws does."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.aws.spec import Name
from provisioner.providers.interface import Problem

DEFAULTS = "__defaults"
"""The input in which Pulumi's state lists the properties that the provider filled in."""
PREFIXED_HEX = 26
"""Digits after a `namePrefix`: Terraform's provider appends 26 (a time and a counter there, a hash here)."""
PLAIN_HEX = 7


def is_made(inputs: Properties, prop: str) -> bool:
    """Whether this property's value was filled in for the program."""
    return prop in inputs.get(DEFAULTS, ())


@dataclass(frozen=True, slots=True)
class Named:
    """What a made name is made of: the resource's type and logical name, and the engine's random seed."""

    type: str
    name: str
    seed: bytes


def kept_or_made(rule: Name, named: Named, old: Properties | None, new: Properties) -> Any:
    """The physical name: the old one if it was made under the same prefix, else a new one."""
    begun = new.get(rule.given_prefix) if rule.given_prefix else None
    if begun is UNKNOWN:
        return UNKNOWN
    if old is not None and is_made(old, rule.prop) and old.get(rule.given_prefix) == begun:
        return old[rule.prop]
    digits = hashlib.sha256(b"\0".join((named.seed, named.type.encode(), named.name.encode()))).hexdigest()
    if begun:
        return f"{begun}{digits[:PREFIXED_HEX]}"
    made = f"{rule.prefix}{named.name}-{digits[:PLAIN_HEX]}"
    return made.lower() if rule.lower else made


def name_problems(rule: Name, inputs: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the name, made or typed."""
    value = inputs.get(rule.prop)
    if not isinstance(value, str) or len(value) <= rule.length:
        return []
    return [Problem(rule.prop, f"`{value}` has {len(value)} characters; AWS takes at most {rule.length}")]
