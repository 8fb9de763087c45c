"""The rule of air gaps about where charts and manifests come from, whoever fetches them.

Sources: Flux, "Helm Releases", "OCI Repositories" (a digest counts more than `semver`, that one more than a
tag); Argo CD, "Helm" (no scheme before the address of a registry), "OCI".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from policies.boundary import is_own_registry
from policies.bundle import lock
from policies.chart_values import members
from policies.delivered_charts import APPLICATIONS, HELM_RELEASE, OCI, is_filled_in, source_of, sources
from policies.model import Finding, Resource, every, rule
from policies.named_objects import FETCHED, HELM_CHART
from policies.pods import CHARTS
from policies.scene import Scene
from policies.values import Undecided, first_unknown, shown
from policies.written_images import MANIFESTS

_FILE: Final = "kubernetes:yaml/v2:ConfigFile"
_FOLDER: Final = "kubernetes:kustomize/v2:Directory"

_CHART: Final = re.compile(
    r"oci://(?P<host>[^/]+)/(?:.*/)?(?P<name>[^/:@]+)(?P<digest>@sha256:[0-9a-f]{64})?"
)
_LOCAL: Final = ("./", "../", "/")
_REPOSITORIES: Final = ("repositoryOpts.repo", "fetchOpts.repo", "repo")
_EXACT: Final = re.compile(r"v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?")
_DIGEST: Final = re.compile(r"(?:.*@)?(sha256:[0-9a-f]{64})")
_REGISTRIES: Final = tuple(each for each in FETCHED if each.endswith(("HelmRepository", "OCIRepository")))
_KINDS: Final = ("chart", "manifests")
"""What Flux and Argo CD fetch from a registry."""


@rule(
    "AG-010",
    *CHARTS,
    _FILE,
    MANIFESTS,
    _FOLDER,
    HELM_RELEASE,
    *APPLICATIONS,
    HELM_CHART,
    *_REGISTRIES,
    fix="Take charts from `oci://` and `connectivity.mirror`, with an exact version, or from files; "
    "manifests from files.",
    reads=(
        "chart",
        "version",
        "repositoryOpts.repo",
        "file",
        "spec.url",
        "spec.ref",
        "spec.chart.spec.version",
        "spec.chart.spec.sourceRef",
        "spec.source.repoURL",
        "spec.source.targetRevision",
    ),
)
def charts_only_from_mirror(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Charts and manifests come from the mirror, or from files.

    Whoever installs them: Pulumi, or a controller that is told to. Where controllers find files in Git is
    AG-017's matter.
    """
    match resource.type.rpartition(":")[2]:
        case "Release":
            yield from every(_chart(resource, scene), _opaque(resource, scene))
        case "Chart":
            yield from _chart(resource, scene)
        case "HelmRelease":
            yield from _of_release(resource, scene)
        case "HelmChart":
            yield from _from_source(resource, "spec", scene)
        case "HelmRepository":
            yield from _in_mirror(resource, "spec.url", resource.get("spec.url"), scene)
        case "OCIRepository":
            yield from _of_registry(resource, scene)
        case "Application" | "ApplicationSet":
            origins = tuple(sources(resource))
            yield from every(*(_of_application(resource, each, path, scene) for path, each in origins))
        case _:
            yield from every(*(_path(resource, key) for key in ("file", "files", "directory")))


def _path(resource: Resource, key: str) -> Iterator[Finding]:
    if any("://" in each or each.startswith("github.com/") for each in resource.texts(key)):
        yield Finding(resource, key, "The manifests are fetched from an address, not from a file.")


def _chart(resource: Resource, scene: Scene) -> Iterator[Finding]:
    yield from every(
        *(_repository(resource, path) for path in _REPOSITORIES),
        _source(resource, scene),
        _locked(resource, scene),
    )


def _repository(resource: Resource, path: str) -> Iterator[Finding]:
    if resource.get(path):
        yield Finding(resource, path, "The chart is fetched from a repository, not from the mirror.")


def _source(resource: Resource, scene: Scene) -> Iterator[Finding]:
    chart: Any = resource.get("chart")
    if not isinstance(chart, str) or chart.startswith(_LOCAL):
        return  # an archive of the program, or a file
    found = _CHART.fullmatch(chart)
    if not found or not is_own_registry(scene.facts, found["host"]):
        yield Finding(resource, "chart", "The chart comes from neither the mirror nor a file.")
    elif not found["digest"] and not _EXACT.fullmatch(str(resource.get("version"))):
        yield Finding(resource, "version", "The chart has no exact version, so what it is may change.")


def _locked(resource: Resource, scene: Scene) -> Iterator[Finding]:
    locked, chart = lock(scene.facts), resource.get("chart")
    found = _CHART.fullmatch(chart) if isinstance(chart, str) else None
    version = str(resource.get("version"))
    if locked and found and not locked.has("chart", name=found["name"], version=version):
        yield Finding(resource, "chart", "The chart is none of the verified bundle's.")


def _opaque(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """What a release installs no rule sees, unless what comes of it is in the lock."""
    locked = lock(scene.facts)
    name = str(resource.get("chart")).rpartition("/")[2] if locked else ""
    if not locked or not locked.has("manifests", name=name, version=str(resource.get("version"))):
        yield Finding(resource, "", "No rule sees what the release installs; a chart shows it.")


def _of_release(release: Resource, scene: Scene) -> Iterator[Finding]:
    """Of a registry's chart the version is said there."""
    if release.get("spec.chartRef") is not None:
        _must_be_seen(release, "spec.chartRef", scene)
    elif release.get("spec.chart") is not None:
        yield from _from_source(release, "spec.chart.spec", scene)


def _from_source(resource: Resource, path: str, scene: Scene) -> Iterator[Finding]:
    """A chart and the source that has it; in Git and in buckets a version means nothing."""
    reference = f"{path}.sourceRef"
    if resource.get(f"{reference}.kind") == "HelmRepository":
        version = resource.get(f"{path}.version")
        name = resource.get(f"{path}.chart")
        yield from _exact(resource, f"{path}.version", name, version, scene)
    _must_be_seen(resource, reference, scene)


def _must_be_seen(resource: Resource, path: str, scene: Scene) -> None:
    """What is fetched from is judged where it is said. Raises `Undecided` if that is not in the scene."""
    if source_of(members(resource.peek(path)), resource, scene) is None:
        raise Undecided(path)


def _of_registry(repository: Resource, scene: Scene) -> Iterator[Finding]:
    address = repository.get("spec.url")
    yield from _in_mirror(repository, "spec.url", address, scene)
    given = members(repository.get("spec.ref"))
    version = given.get("digest") or given.get("semver") or given.get("tag")
    yield from _exact(repository, "spec.ref", address, version, scene)


def _of_application(resource: Resource, source: Any, path: str, scene: Scene) -> Iterator[Finding]:
    """What an application takes from a registry; from Git it takes files."""
    if (unknown := first_unknown(source, path)) is not None:
        raise Undecided(unknown)
    fields = members(shown(source))
    address, chart = str(fields.get("repoURL") or ""), fields.get("chart")
    if chart is None and not address.startswith(OCI):
        return
    whole = address if "://" in address else f"{OCI}{address}"
    yield from _in_mirror(resource, f"{path}.repoURL", whole, scene)
    revision = fields.get("targetRevision")
    yield from _exact(resource, f"{path}.targetRevision", chart or address, revision, scene)


def _in_mirror(resource: Resource, path: str, address: Any, scene: Scene) -> Iterator[Finding]:
    if is_filled_in(address):
        raise Undecided(path)
    host = str(address).removeprefix(OCI).partition("/")[0]
    if not str(address).startswith(OCI) or not is_own_registry(scene.facts, host):
        yield Finding(resource, path, "What is fetched comes from neither the mirror nor a file.")


def _exact(resource: Resource, path: str, address: Any, version: Any, scene: Scene) -> Iterator[Finding]:
    if is_filled_in(version) or is_filled_in(address):
        raise Undecided(path)
    name, given, locked = str(address).rpartition("/")[2], str(version), lock(scene.facts)
    digest = _DIGEST.fullmatch(given)
    wanted = {"digest": digest[1]} if digest else {"name": name, "version": given}
    if not digest and not _EXACT.fullmatch(given):
        yield Finding(resource, path, "What is fetched has no exact version, so what it is may change.")
    elif locked and not any(locked.has(kind, **wanted) for kind in _KINDS):
        yield Finding(resource, path, "What is fetched is none of the verified bundle's.")


RULES = (charts_only_from_mirror,)
