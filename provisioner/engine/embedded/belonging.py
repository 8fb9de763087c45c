"""Whose resources a state holds.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.snapshot import breaches
from provisioner.engine.embedded.state import ResourceState


def every_breach(records: Sequence[ResourceState], project: str, stack: str) -> tuple[str, ...]:
    """Every rule that the state of a stack breaks: those of its records, and that all are its own.

    The second one is not asked before a write, as what was recorded once must be there to be taken out.
    """
    return (*breaches(records), *_strangers(records, f"{project}/{stack}"))


def _strangers(records: Iterable[ResourceState], stack: str) -> tuple[str, ...]:
    """A sentence for each other stack that URNs in the state of `<project>/<stack>` belong to.

    Everything in a state of Pulumi's is of its stack, providers and `StackReference`s as well, but a plan of
    another stack's resources would delete them all.
    """
    found: dict[str, list[str]] = {}
    for each in records:
        if urns.is_valid(each.urn) and (other := urns.stack_of(each.urn)) != stack:
            found.setdefault(other, []).append(each.urn)
    return tuple(
        f"{len(those)} records are of {other}, and this is the state of {stack}; the first is {those[0]}."
        for other, those in found.items()
    )
