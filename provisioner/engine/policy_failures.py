"""What can go wrong with rules."""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.engine.failures import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """One finding that stops a plan."""

    rule: str
    title: str
    urn: str
    path: str
    """Of the property; empty: the resource as a whole."""

    message: str
    fix: str
    place: str
    """`file:line` of the setting that the resource was made from; may be empty."""


@dataclass(eq=False)
class RefusedByPolicy(Failure):
    """Mandatory rules are broken; nothing was done."""

    findings: tuple[Stopping, ...]


@dataclass(eq=False)
class StoppedByPolicy(Failure):
    """A step breaks a mandatory rule, as could not be told before; neither it nor what follows is done."""

    finding: Stopping


@dataclass(eq=False)
class RulesBroken(Failure):
    """Rules of one's own cannot be loaded."""

    file: str
    reason: str
