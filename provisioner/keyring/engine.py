"""Vault's transit engines among resources: when one goes, so do all keys in it, whoever has made them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from policies.model import Resource

MOUNT: Final = "vault:index/mount:Mount"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One transit engine, as far as it is recorded."""

    urn: str
    path: str
    """Without slashes around it."""


def engines_in(resources: Iterable[Resource]) -> tuple[Engine, ...]:
    """The transit engines, in the order of the resources."""
    return tuple(
        Engine(urn=each.urn, path=path_of(each))
        for each in resources
        if each.type == MOUNT and each.inputs.get("type") == "transit"
    )


def path_of(mount: Resource) -> str:
    """Where it is mounted; of one that is not known yet, a text that is no path."""
    return str(mount.inputs.get("path")).strip("/")
