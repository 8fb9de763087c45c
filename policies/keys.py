"""Whose key encrypts something."""

from __future__ import annotations

from typing import Final

from policies.model import Part, Resource
from policies.scene import Scene

KEY: Final = "aws:kms/key:Key"
REPLICA: Final = "aws:kms/replicaKey:ReplicaKey"
ALIAS: Final = "aws:kms/alias:Alias"
_OF_AWS: Final = "alias/aws/"
"""Keys with these aliases are AWS's: their policies cannot be changed, and they cannot be taken away."""


def is_own_key(where: Resource | Part, path: str, scene: Scene) -> bool:
    """Whether the value at a path is a key of the customer: one of the scene, or named by id, ARN or alias.

    Raises `Undecided` if it is not known, and does not come from a key.
    """
    resource, place = (where.resource, where.at(path)) if isinstance(where, Part) else (where, path)
    if resource.peek(place) is None:
        return False
    if scene.referred(resource, place, KEY, REPLICA, ALIAS):
        return True
    value = resource.get(place)
    return isinstance(value, str) and bool(value) and _OF_AWS not in value
