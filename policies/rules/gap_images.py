"""Rules of air gaps about where images, charts and manifests come from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from policies.boundary import is_own_registry
from policies.bundle import lock
from policies.chart_values import DELIVERED
from policies.images import image
from policies.model import Finding, Resource, every, rule
from policies.pods import CHARTS, IMAGE_BEARING
from policies.scene import Scene
from policies.written_images import MANIFESTS, Written, images_in

_FILE: Final = "kubernetes:yaml/v2:ConfigFile"
_FOLDER: Final = "kubernetes:kustomize/v2:Directory"


@rule(
    "AG-009",
    *IMAGE_BEARING,
    *CHARTS,
    *DELIVERED,
    MANIFESTS,
    "aws:eks/addon:Addon",
    fix="Name the image as it is in `connectivity.mirror` or in the environment's `registry`, by its digest; "
    "those of the mirror stand in the file that `connectivity.images` names.",
    reads=("spec.template.spec.containers[].image",),
)
def images_only_from_mirror(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Images come from the mirror or the environment's own registry, by digest.

    Where a bundle's lock is given, the digest is one of the bundle's; that there is one is AG-022's matter.
    """
    yield from every(*(_image(resource, each, scene) for each in images_in(resource)))


def _image(resource: Resource, written: Written, scene: Scene) -> Iterator[Finding]:
    found, locked = image(written.text()), lock(scene.facts)
    if found is None:
        yield Finding(resource, written.path, "This is no reference to an image.")
    elif not is_own_registry(scene.facts, found.host):
        yield Finding(resource, written.path, "The image comes from neither the mirror nor an own registry.")
    elif not found.is_pinned:
        yield Finding(resource, written.path, "The image has no digest, so what it is may change.")
    elif locked and not locked.has("image", digest=found.digest):
        yield Finding(resource, written.path, "The image is none of the verified bundle's.")


_CHART: Final = re.compile(
    r"oci://(?P<host>[^/]+)/(?:.*/)?(?P<name>[^/:@]+)(?P<digest>@sha256:[0-9a-f]{64})?"
)
_LOCAL: Final = ("./", "../", "/")
_REPOSITORIES: Final = ("repositoryOpts.repo", "fetchOpts.repo", "repo")
_EXACT: Final = re.compile(r"v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?")


@rule(
    "AG-010",
    *CHARTS,
    _FILE,
    MANIFESTS,
    _FOLDER,
    fix="Take charts from `oci://` and `connectivity.mirror`, with an exact version, or from files; "
    "manifests from files.",
    reads=("chart", "version", "repositoryOpts.repo", "file"),
)
def charts_only_from_mirror(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Charts and manifests come from the mirror, or from files."""
    match resource.type.rpartition(":")[2]:
        case "Release":
            yield from every(_chart(resource, scene), _opaque(resource, scene))
        case "Chart":
            yield from _chart(resource, scene)
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


RULES = (images_only_from_mirror, charts_only_from_mirror)
