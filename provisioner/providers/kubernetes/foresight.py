"""What a cluster says, before anything is changed, of an object that is to be made or changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from provisioner.plan.values import Properties
from provisioner.providers.interface import Problem, Refused
from provisioner.providers.kubernetes.client import Answer
from provisioner.providers.kubernetes.cluster import MADE, Cluster, Target
from provisioner.providers.kubernetes.difference import differing
from provisioner.providers.kubernetes.discovery import Resource
from provisioner.providers.kubernetes.objects import Kind, members, metadata_of
from provisioner.providers.kubernetes.ownership import managers
from provisioner.providers.kubernetes.refusals import (
    INVALID,
    Held,
    causes,
    conflict,
    held_by_others,
    says_nothing,
    waits_for_others,
)

OURS: Final = "provisioner/"
"""How the labels begin that say whose an object is."""

_PULUMI: Final = "pulumi-kubernetes"
"""How the field managers of Pulumi's own provider are called."""


def is_unchanged(kind: Kind, old: Properties, new: Properties) -> bool:
    """Whether two sets of inputs mean the same object."""
    return not differing(kind, old, new)


def resource(cluster: Cluster, kind: Kind) -> Resource | None:
    """Where objects of a kind are; None if the cluster does not know it yet, or does not answer."""
    try:
        return cluster.kinds.resource(kind)
    except Refused as refused:
        cluster.give_up(refused.reason)
        return None


def problems(cluster: Cluster, target: Target, sent: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What the cluster would refuse, or what would be overwritten that nobody has taken over."""
    shown = cluster.rehearsed(target, sent)
    if shown is None or waits_for_others(shown) or says_nothing(shown):
        return ()
    holders = held_by_others(shown)
    if (shown.is_good or holders) and (found := _taken(cluster, target, sent, shown)):
        return found
    if holders:
        return _conflict(holders, is_recorded=cluster.is_claimed(target.path))
    if shown.is_good:
        return ()
    lasting = [each for each in causes(shown) if not (each.is_fixed and shown.status == INVALID)]
    return tuple(Problem(each.field, each.reason) for each in lasting)


def _conflict(holders: tuple[Held, ...], *, is_recorded: bool) -> tuple[Problem, ...]:
    if is_recorded and all(each.manager.startswith(_PULUMI) for each in holders):
        return ()  # the state came from Pulumi's engine, and says as whom to go on
    tops = {field.partition(".")[0] for each in holders for field in each.fields}
    return (Problem(min(tops), conflict(holders)),)


def fixed(shown: Answer | None) -> tuple[str, ...]:
    """The properties that the object cannot change, as a rehearsal has shown."""
    if shown is None or shown.status != INVALID:
        return ()
    return tuple(each.field or "spec" for each in causes(shown) if each.is_fixed)


def is_new(cluster: Cluster, target: Target, sent: Mapping[str, Any]) -> bool:
    """Whether a rehearsal has shown, lately, that there is no such object."""
    if cluster.is_claimed(target.path):
        return True
    shown = cluster.shown(target, sent)
    return shown is not None and (shown.status == MADE or waits_for_others(shown))


def taken(target: Target, live: Properties) -> str:
    """That an object exists already, whose it is, and how it becomes ours."""
    made = metadata_of(live).get("creationTimestamp")
    return (
        f"{target.kind} {target.name.id} exists already (made {made}, {_whose(live)}), and is not in the"
        f" state. Give it another name, or take it over with the option"
        f' `import_="{target.name.id}"` of the resource'
    )


def _whose(live: Properties) -> str:
    """Whose an object is, as far as it says: an environment's and layer's, or some field managers'."""
    labels = members(metadata_of(live).get("labels"))
    if (environment := labels.get(f"{OURS}environment")) is not None:
        return f"by environment `{environment}`, layer `{labels.get(f'{OURS}layer')}`"
    by = ", ".join(f"`{each}`" for each in sorted(managers(live)))
    return f"fields set by {by}" if by else "by nobody that is known"


def _taken(cluster: Cluster, target: Target, sent: Mapping[str, Any], shown: Answer) -> tuple[Problem, ...]:
    """That there is such an object, if it is neither in the records nor made by us."""
    if shown.status == MADE or cluster.is_claimed(target.path):
        return ()
    try:
        live = cluster.get(target)
    except Refused:
        return ()
    if live is None or (target.manager in managers(live) and _same_labels(live, sent)):
        return ()
    return (Problem("metadata.name", taken(target, live)),)


def _same_labels(live: Properties, sent: Properties) -> bool:
    return all(
        members(metadata_of(live).get("labels")).get(name) == value
        for name, value in members(metadata_of(sent).get("labels")).items()
        if name.startswith(OURS)
    )
