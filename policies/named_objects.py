"""Objects of a cluster that others name: config maps, and where Flux fetches from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from policies.model import Resource
from policies.scene import Scene, canonical
from policies.values import Undecided

CONFIG_MAP: Final = "kubernetes:core/v1:ConfigMap"

FETCHED: Final = tuple(
    f"kubernetes:source.toolkit.fluxcd.io/v1:{kind}"
    for kind in ("Bucket", "GitRepository", "HelmRepository", "OCIRepository")
)
"""Where Flux fetches charts and manifests."""

HELM_CHART: Final = "kubernetes:source.toolkit.fluxcd.io/v1:HelmChart"

_Name = tuple[str, str, str]
"""Kind, namespace and name."""


def namespace(resource: Resource, scene: Scene) -> str:
    """The namespace it is in: its own, or its provider's, or Kubernetes' default. Raises `Undecided`."""
    own = resource.get("metadata.namespace")
    if isinstance(own, str) and own:
        return own
    provider = scene.by_urn(resource.provider)
    given = provider.get("namespace") if provider else None
    return given if isinstance(given, str) and given else "default"


def object_named(kind: str, name: str, near: Resource, scene: Scene, inside: str = "") -> Resource | None:
    """The object that another one means by this name; None if it is not in the scene, or several might be it.

    In the namespace `inside`, or in that of who names it. Several clusters have objects of the same name:
    those of the same provider come first. Raises `Undecided` if the namespace of who names it is not known.
    """
    found = scene.once(_objects).get((kind, inside or namespace(near, scene), name), ())
    nearest = [each for each in found if each.provider == near.provider] or found
    return nearest[0] if len(nearest) == 1 else None


def _objects(scene: Scene) -> Mapping[_Name, Sequence[Resource]]:
    """Those whose names are known."""
    found: dict[_Name, list[Resource]] = {}
    for each in scene.of(CONFIG_MAP, *FETCHED, HELM_CHART):
        with suppress(Undecided):
            kind = canonical(each.type).rpartition(":")[2]
            name = (kind, namespace(each, scene), str(each.get("metadata.name")))
            found.setdefault(name, []).append(each)
    return found
