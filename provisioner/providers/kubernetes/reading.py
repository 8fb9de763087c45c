"""Reads objects as they are: alone, or those of a namespace together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from provisioner.plan.values import Properties
from provisioner.providers.interface import Identity, Object
from provisioner.providers.kubernetes.cluster import Cluster, Target
from provisioner.providers.kubernetes.discovery import Resource
from provisioner.providers.kubernetes.objects import (
    FIELD_MANAGER,
    KEPT_BESIDE,
    MANAGER,
    SERVER_METADATA,
    Kind,
    in_words_of_program,
    is_patch,
    members,
    metadata_of,
    name_in,
    outputs_of,
    rows,
)
from provisioner.providers.kubernetes.ownership import as_they_are, fields_of
from provisioner.providers.kubernetes.refusals import FORBIDDEN, NOT_FOUND, rejected

TOGETHER: Final = 3
"""From so many objects of one namespace on they are listed."""

_BY_KUBECTL: Final = "kubectl.kubernetes.io/last-applied-configuration"
_BY_CONTROLLERS: Final = ("deployment.kubernetes.io/revision", _BY_KUBECTL)


def many(cluster: Cluster, type: str, kind: Kind, identities: Sequence[Identity]) -> dict[str, Object | None]:
    """The objects of one kind, by id; None: gone. Raises `Refused`."""
    resource = cluster.kinds.resource(kind)
    if resource is None:
        return dict.fromkeys(identity.id for identity in identities)
    by_namespace: dict[str, list[Identity]] = {}
    for identity in identities:
        by_namespace.setdefault(resource.placed(name_in(identity.id)).namespace, []).append(identity)
    found: dict[str, Object | None] = {}
    for namespace, some in by_namespace.items():
        live = _listed(cluster, resource, namespace, some) if len(some) >= TOGETHER else None
        if live is None:
            live = {identity.id: cluster.get(_target(kind, resource, identity)) for identity in some}
        for identity in some:
            seen = live.get(identity.id)
            found[identity.id] = None if seen is None else _object(type, kind, identity, seen)
    return found


def _listed(
    cluster: Cluster, resource: Resource, namespace: str, identities: Sequence[Identity]
) -> dict[str, Mapping[str, Any]] | None:
    """Those of a namespace by one call, or a few; None if we may not list. Raises `Refused`."""
    wanted = {resource.placed(name_in(identity.id)).name: identity.id for identity in identities}
    found: dict[str, Mapping[str, Any]] = {}
    page = ""
    while True:
        answer = cluster.listed(resource, namespace, page)
        if answer.status == FORBIDDEN:
            return None
        if answer.status == NOT_FOUND:
            return {}
        if not answer.is_good:
            raise rejected(answer, f"all {resource.plural} of {namespace or 'the cluster'}")
        for item in rows(answer.body.get("items")):
            if (name := metadata_of(item).get("name")) in wanted:
                found[wanted[str(name)]] = item
        page = str(metadata_of(answer.body).get("continue") or "")
        if not page or len(found) == len(wanted):
            return found


def _target(kind: Kind, resource: Resource, identity: Identity) -> Target:
    return Target(kind, resource, resource.placed(name_in(identity.id)), MANAGER)


def _object(type: str, kind: Kind, identity: Identity, live: Mapping[str, Any]) -> Object | None:
    """The object, its inputs in the spelling of the record; on import, all that a program could have said."""
    live = {"apiVersion": kind.version, "kind": kind.name, **live}  # items of a list say neither
    said = identity.outputs.get(FIELD_MANAGER)
    manager = said if isinstance(said, str) else MANAGER
    if identity.inputs:
        # What nobody recorded as ours (an object that is being imported) is compared by its value.
        fields = fields_of(live, manager)
        if fields is None and is_patch(type, kind):
            return None
        inputs = as_they_are(identity.inputs, in_words_of_program(kind, live, identity.inputs), fields)
    else:
        inputs = _declarable(kind, live)
    return Object(identity.id, inputs, outputs_of(kind, live, inputs, manager))


def _declarable(kind: Kind, live: Properties) -> dict[str, Any]:
    found = in_words_of_program(kind, live, {})
    metadata = {name: value for name, value in metadata_of(found).items() if name not in SERVER_METADATA}
    said = members(metadata.get("annotations"))
    notes = {name: text for name, text in said.items() if name not in _BY_CONTROLLERS}
    metadata = {**metadata, "annotations": notes} if notes else _without(metadata, "annotations")
    return {
        **{n: v for n, v in found.items() if n != "status" and n not in KEPT_BESIDE},
        "metadata": metadata,
    }


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}
