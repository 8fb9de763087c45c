"""The rule about what answers requests with a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.accelerators import asking, asks
from policies.model import Finding, Part, Resource, every, rule
from policies.named_objects import namespace
from policies.pods import containers, specs
from policies.scene import Scene
from policies.values import fields, number

DEPLOYMENT: Final = "kubernetes:apps/v1:Deployment"
GROUPS: Final = "kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet"
SERVICE: Final = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
BUDGET: Final = "kubernetes:policy/v1:PodDisruptionBudget"

_COUNTS: Final = {SERVICE: "spec.predictor.minReplicas"}
_LOADING: Final = 300
"""Seconds that a model may take to load, unless parameter `loading_seconds` says otherwise."""


@rule(
    "GPU-005",
    DEPLOYMENT,
    GROUPS,
    SERVICE,
    fix="Run two or more, with a disruption budget, a start-up probe that waits for the model, and a drain.",
    reads=(
        "spec.replicas",
        "spec.predictor.minReplicas",
        "spec.template.spec.containers[].startupProbe.failureThreshold",
        "spec.template.spec.containers[].lifecycle.preStop",
    ),
)
def resilient(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """What serves a model goes on when one of it goes, and is asked when its model is loaded."""
    found = specs(resource)
    if resource.type != SERVICE and not any(map(asks, found)):
        return
    yield from every(_has_two(resource), *(each for spec in found for each in _each(spec, scene)))
    if resource.type == DEPLOYMENT:
        yield from _has_budget(resource, scene)


def _has_two(resource: Resource) -> Iterator[Finding]:
    path = _COUNTS.get(resource.type, "spec.replicas")
    count = number(resource.get(path, default=1))
    if count is None or count < 2:  # noqa: PLR2004 - the second is what goes on
        yield Finding(resource, path, "When its only one goes, nothing answers.")


def _each(spec: Part, scene: Scene) -> Iterator[Iterator[Finding]]:
    several = {part.path for part, _, count in asking(spec) if count > 1}
    for each in containers(spec):
        if each.path in {part.path for part, _, _ in asking(spec)}:
            yield _waits(each, scene.facts.number("GPU-005", "loading_seconds", _LOADING))
            yield _drains(each)
        if each.path in several:
            yield _has_shared_memory(each, spec)


def _waits(container: Part, seconds: float) -> Iterator[Finding]:
    probe = fields(container.get("startupProbe"))
    path = container.at("startupProbe.failureThreshold")
    tries, pause = number(probe.get("failureThreshold", 3)), number(probe.get("periodSeconds", 10))
    if not probe or (tries or 0) * (pause or 0) < seconds:
        yield Finding(container.resource, path, "It may be stopped before its model is loaded.")


def _drains(container: Part) -> Iterator[Finding]:
    if not container.get("lifecycle.preStop"):
        path = container.at("lifecycle.preStop")
        yield Finding(container.resource, path, "Requests that it is answering are lost when it stops.")


def _has_shared_memory(container: Part, spec: Part) -> Iterator[Finding]:
    memory = {
        str(each.get("name")) for each in spec.parts("volumes") if each.get("emptyDir.medium") == "Memory"
    }
    mounted = {str(each.get("name")) for each in container.parts("volumeMounts") if _is_shm(each)}
    if not memory & mounted:
        message = "GPUs of one pod speak through shared memory, of which it has 64 MiB."
        yield Finding(container.resource, container.at("volumeMounts"), message)


def _is_shm(mount: Part) -> bool:
    return mount.get("mountPath") == "/dev/shm"  # noqa: S108 - where libraries look for it


def _has_budget(resource: Resource, scene: Scene) -> Iterator[Finding]:
    own = fields(resource.get("spec.template.metadata.labels"))
    for each in scene.of(BUDGET):
        wanted = fields(each.get("spec.selector.matchLabels"))
        same = namespace(each, scene) == namespace(resource, scene)
        if same and wanted and wanted.items() <= own.items():
            return
    yield Finding(resource, "", "Maintenance may stop all of it at once: it has no disruption budget.")


RULES = (resilient,)
