"""Charts, whoever installs them: Pulumi, Flux or Argo CD. Which they are, and what they are told.

Sources: Flux, "Helm Releases", "OCI Repositories", "Helm Charts"; Argo CD, "Multiple Sources for an
Application", "OCI", "ApplicationSet".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from policies.chart_values import Values, members, of_release, of_source, plain
from policies.model import Resource
from policies.named_objects import object_named
from policies.pods import CHARTS
from policies.scene import Scene, canonical
from policies.values import UNKNOWN, Undecided, Unknown, opened

HELM_RELEASE: Final = "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease"
KUSTOMIZATION: Final = "kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization"
APPLICATIONS: Final = (
    "kubernetes:argoproj.io/v1alpha1:Application",
    "kubernetes:argoproj.io/v1alpha1:ApplicationSet",
)
DELIVERED: Final = (HELM_RELEASE, KUSTOMIZATION, *APPLICATIONS)
"""What has a controller in the cluster install something that is named elsewhere."""

FILLED_IN: Final = ("{{", "${")
"""What a controller puts something in the place of: an ApplicationSet's template, Flux's `postBuild`."""

OCI: Final = "oci://"

_CHARTS: Final = frozenset(map(canonical, CHARTS))
_APPLICATIONS: Final = frozenset(map(canonical, APPLICATIONS))
_NAME: Final = re.compile(r"([^/:@]+)(?:[:@][^/]*)?/*$")


@dataclass(frozen=True, slots=True)
class Installed:
    """One chart that is installed."""

    path: str
    """Where it is named."""

    address: Any
    """Which chart: its name, `oci://…`, or a path of files; `UNKNOWN` if nobody sees it."""

    values: Values

    def name(self) -> str:
        """The chart's own name, such as `grafana`; empty if there is none. Raises `Undecided`."""
        address = opened(self.address)
        if isinstance(address, Unknown) or is_filled_in(address):
            raise Undecided(self.path)
        found = _NAME.search(address) if isinstance(address, str) else None
        return found[1] if found else ""


def is_filled_in(value: Any) -> bool:
    """Whether a controller puts something else in its place, or in that of a part of it."""
    return isinstance(value, str) and any(mark in value for mark in FILLED_IN)


def charts_in(resource: Resource, scene: Scene) -> Iterator[Installed]:
    """Each chart that a resource has installed."""
    match canonical(resource.type):
        case kind if kind in _CHARTS:
            yield Installed("chart", resource.peek("chart"), plain(resource.peek("values"), "values"))
        case kind if kind == canonical(HELM_RELEASE):
            yield _of_release(resource, scene)
        case kind if kind in _APPLICATIONS:
            yield from (_of_source(source, path) for path, source in sources(resource))
        case _:
            pass


def sources(resource: Resource) -> Iterator[tuple[str, Any]]:
    """Each source of an application, or of the applications that a set makes, with its path."""
    for spec in ("spec", "spec.template.spec"):
        whole = opened(resource.peek(spec))
        if isinstance(whole, Unknown):
            yield spec, whole
            continue
        fields = members(whole)
        if fields.get("source") is not None:
            yield f"{spec}.source", fields["source"]
        several = opened(fields.get("sources"))
        if isinstance(several, Unknown):
            yield f"{spec}.sources", several
        elif isinstance(several, list):
            rows = enumerate(cast("list[Any]", several))
            yield from ((f"{spec}.sources[{number}]", each) for number, each in rows)
    if resource.peek("spec.templatePatch") is not None:  # changes anything
        yield "spec.templatePatch", UNKNOWN


def source_of(reference: Mapping[str, Any], near: Resource, scene: Scene) -> Resource | None:
    """What Flux fetches from, as another object refers to it; None if it is not in the scene."""
    kind, name, inside = (opened(reference.get(key)) for key in ("kind", "name", "namespace"))
    if not isinstance(kind, str) or not isinstance(name, str):
        return None
    return object_named(kind, name, near, scene, inside if isinstance(inside, str) else "")


def _of_release(release: Resource, scene: Scene) -> Installed:
    values = of_release(release, scene)
    spec = opened(release.peek("spec"))
    reference = members(spec).get("chartRef")
    if reference is None:
        path = "spec.chart.spec.chart"
        template = members(spec).get("chart")
        told = members(opened(members(template).get("spec")))
        is_seen = not any(isinstance(opened(each), Unknown) for each in (spec, template))
        return Installed(path, told.get("chart") if is_seen else UNKNOWN, values)
    found = source_of(members(reference), release, scene)
    fetched = opened(found.peek("spec")) if found else UNKNOWN
    fields = members(fetched)
    address = fetched if isinstance(fetched, Unknown) else fields.get("url", fields.get("chart"))
    return Installed("spec.chartRef", address, values)


def _of_source(source: Any, path: str) -> Installed:
    source = opened(source)
    if isinstance(source, Unknown):
        return Installed(path, UNKNOWN, plain(UNKNOWN, path))
    fields = members(source)
    values = of_source(fields.get("helm"), f"{path}.helm")
    repository = opened(fields.get("repoURL"))
    if fields.get("chart") is not None:
        return Installed(f"{path}.chart", fields["chart"], values)
    is_registry = isinstance(repository, Unknown) or str(repository).startswith(OCI)
    key = "repoURL" if is_registry else "path"
    return Installed(f"{path}.{key}", fields.get(key), values)
