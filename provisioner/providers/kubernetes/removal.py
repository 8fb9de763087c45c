"""Removes objects, and says what keeps one that does not go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.cluster import Cluster, Target
from provisioner.providers.kubernetes.objects import members, metadata_of, rows
from provisioner.providers.kubernetes.refusals import NOT_FOUND, rejected
from provisioner.providers.kubernetes.waiting import until


def remove(cluster: Cluster, target: Target, propagation: str, seconds: float) -> None:
    """Delete the object and wait until it is gone. Raises `Refused` with what holds it."""
    answer = cluster.delete(target, propagation)
    if answer.status == NOT_FOUND:
        return
    if not answer.is_good:
        raise rejected(answer, str(target))
    body = answer.body
    if body.get("kind") == "Status":
        return  # it is gone; an object in the answer would still be there
    made, latest = metadata_of(body).get("uid"), body

    def gone() -> bool | None:
        nonlocal latest
        found = cluster.get(target)
        if found is None or metadata_of(found).get("uid") != made:
            return True
        latest = found
        return None

    if not until(gone, seconds, cluster.clock):
        raise Refused(_held(cluster, target, latest, seconds), code="StillThere")


def let_go(cluster: Cluster, target: Target) -> None:
    """Give up the fields that were set of somebody else's object: what nobody else has set goes."""
    if cluster.get(target) is None:
        return
    metadata = {"name": target.name.name}
    if target.name.namespace:
        metadata["namespace"] = target.name.namespace
    nothing = {"apiVersion": target.kind.version, "kind": target.kind.name, "metadata": metadata}
    answer = cluster.apply(target, nothing)
    if not answer.is_good and answer.status != NOT_FOUND:
        raise rejected(answer, str(target))


def _held(cluster: Cluster, target: Target, live: Mapping[str, Any], seconds: float) -> str:
    how = "the wait was broken off" if cluster.clock.broken_off.is_set() else f"for {seconds:g} s"
    told = f"{target} is marked as deleted and still there ({how})"
    metadata = metadata_of(live)
    if live.get("kind") == "Namespace":
        return f"{told}: {_of_namespace(live)}"
    held = cast("list[str]", metadata.get("finalizers") or [])
    if not held:
        return f"{told}; nothing in it says what it waits for"
    names = ", ".join(f"`{each}`" for each in held)
    return (
        f"{told}: the finalizers {names} hold it. Whoever set one takes it away when it is done;"
        " is that controller still running?"
    )


def _of_namespace(live: Mapping[str, Any]) -> str:
    """What a namespace waits for, as its controller says: what is in it, and the finalizers there."""
    conditions = rows(members(live.get("status")).get("conditions"))
    said = [str(each.get("message")) for each in conditions if each.get("status") == "True"]
    return " ".join(said) or "its controller has not said why; is kube-controller-manager running?"
