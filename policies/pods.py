"""Pods: which resources make them, where in these a pod is described, and what is in it.

Types are spelt as in `pulumi_kubernetes`; a custom resource is `kubernetes:<group>/<version>:<kind>`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from policies.model import Part, Resource
from policies.named_objects import namespace, object_named
from policies.scene import Scene, canonical
from policies.values import Undecided, Unknown, opened, shown

NAMESPACE: Final = "kubernetes:core/v1:Namespace"
CHARTS: Final = ("kubernetes:helm.sh/v4:Chart", "kubernetes:helm.sh/v3:Release")

_TEMPLATE: Final = "spec.template.spec"
_BUILT_IN: Final[Mapping[str, tuple[str, ...]]] = {
    "kubernetes:core/v1:Pod": ("spec",),
    "kubernetes:core/v1:ReplicationController": (_TEMPLATE,),
    "kubernetes:apps/v1:Deployment": (_TEMPLATE,),
    "kubernetes:apps/v1:StatefulSet": (_TEMPLATE,),
    "kubernetes:apps/v1:DaemonSet": (_TEMPLATE,),
    "kubernetes:apps/v1:ReplicaSet": (_TEMPLATE,),
    "kubernetes:batch/v1:Job": (_TEMPLATE,),
    "kubernetes:batch/v1:CronJob": ("spec.jobTemplate.spec.template.spec",),
}
_RAY: Final = ("headGroupSpec.template.spec", "workerGroupSpecs[].template.spec")
_OF_OPERATORS: Final[Mapping[str, tuple[str, ...]]] = {
    "kubernetes:ray.io/v1:RayCluster": tuple(f"spec.{each}" for each in _RAY),
    "kubernetes:ray.io/v1:RayService": tuple(f"spec.rayClusterConfig.{each}" for each in _RAY),
    "kubernetes:ray.io/v1:RayJob": (
        *(f"spec.rayClusterSpec.{each}" for each in _RAY),
        "spec.submitterPodTemplate.spec",
    ),
    "kubernetes:jobset.x-k8s.io/v1alpha2:JobSet": ("spec.replicatedJobs[].template.spec.template.spec",),
    "kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet": (
        "spec.leaderWorkerTemplate.leaderTemplate.spec",
        "spec.leaderWorkerTemplate.workerTemplate.spec",
    ),
}
"""Custom resources with whole pod templates."""

_OF_MODELS: Final[Mapping[str, tuple[str, ...]]] = {
    "kubernetes:serving.kserve.io/v1beta1:InferenceService": (
        "spec.predictor",
        "spec.canary[].predictor",
        "spec.transformer",
        "spec.explainer",
    ),
    "kubernetes:serving.kserve.io/v1alpha1:ServingRuntime": ("spec",),
    "kubernetes:serving.kserve.io/v1alpha1:ClusterServingRuntime": ("spec",),
}
"""Custom resources that say some of a pod, and leave the rest to others."""

SERVED: Final = tuple(_OF_MODELS)
PODS: Final = (*_BUILT_IN, *_OF_OPERATORS)
"""What makes pods from a template that says everything about them."""

PATCHES: Final = tuple(f"{each}Patch" for each in _BUILT_IN)
"""Server-side patches of the same: they say something about pods, and leave out the rest."""

MODELS: Final = (
    *SERVED,
    "kubernetes:serving.kserve.io/v1alpha1:ClusterStorageContainer",
    "kubernetes:serving.kserve.io/v1alpha1:InferenceGraph",
    "kubernetes:serving.kserve.io/v1alpha1:LLMInferenceService",
    "kubernetes:trainer.kubeflow.org/v1alpha1:TrainJob",
    "kubernetes:trainer.kubeflow.org/v1alpha1:TrainingRuntime",
    "kubernetes:trainer.kubeflow.org/v1alpha1:ClusterTrainingRuntime",
    "kubernetes:kubeflow.org/v1:PyTorchJob",
    "kubernetes:nvidia.com/v1:ClusterPolicy",
    "kubernetes:nvidia.com/v1alpha1:NVIDIADriver",
    "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass",
)
"""Custom resources that name images or models, and leave the rest of a pod to an operator."""

IMAGE_BEARING: Final = (*PODS, *PATCHES, *MODELS)

SYSTEM: Final = ("kube-system", "kube-public", "kube-node-lease")
_TEMPLATES: Final = {
    canonical(kind): paths for kind, paths in (_BUILT_IN | _OF_OPERATORS | _OF_MODELS).items()
}


def specs(resource: Resource) -> tuple[Part, ...]:
    """The descriptions of the pods that a resource makes. Raises `Undecided` if they are not known."""
    paths = _TEMPLATES.get(canonical(resource.type.removesuffix("Patch")), ())
    return tuple(part for path in paths for part in _at(resource, path))


def _at(where: Resource | Part, path: str) -> Iterator[Part]:
    head, several, rest = path.partition("[].")
    for part in where.parts(head):
        if several:
            yield from _at(part, rest)
        else:
            yield part


def containers(spec: Part) -> tuple[Part, ...]:
    """All containers of a pod: those that start it, those that run, those that are added to look into it.

    And KServe's `model`, which is a container as well.
    """
    return (
        *spec.parts("initContainers"),
        *spec.parts("containers"),
        *spec.parts("ephemeralContainers"),
        *spec.parts("model"),
    )


def entry(where: Resource | Part, path: str, key: str) -> Any:
    """A value of a mapping whose keys may have dots, such as an annotation; None if there is none.

    Raises `Undecided`.
    """
    found = opened(where.peek(path))
    place = where.at(path) if isinstance(where, Part) else path
    if isinstance(found, Unknown):
        raise Undecided(place)
    value = cast("Mapping[str, Any]", found).get(key) if isinstance(found, dict) else None
    if isinstance(value, Unknown):
        raise Undecided(f'{place}["{key}"]')
    return shown(value)


def annotation(resource: Resource, key: str) -> Any:
    """What an annotation says; None if it is not there. Raises `Undecided`."""
    return entry(resource, "metadata.annotations", key)


def is_system(resource: Resource, scene: Scene, rule: str) -> bool:
    """Whether it is in a namespace of the platform's own software (parameter `namespaces` of the rule)."""
    return namespace(resource, scene) in scene.facts.names(rule, "namespaces", SYSTEM)


def environment(container: Part, scene: Scene) -> Mapping[str, tuple[str, Any]]:
    """The variables of a container, each with the path where it is set and its value.

    Values that come from elsewhere, or are not known, are `UNKNOWN`. Variables of config maps that are in the
    scene are among them. Raises `Undecided` if it takes others' variables that nobody can see.
    """
    found = dict(_taken(container, scene))
    for item in container.parts("env"):
        name = item.get("name")
        if isinstance(name, str):
            value = item.peek("value")
            found[name] = (
                item.at("value"),
                shown(value) if item.peek("valueFrom") is None else Unknown.UNKNOWN,
            )
    return found


def _taken(container: Part, scene: Scene) -> Iterator[tuple[str, tuple[str, Any]]]:
    for source in container.parts("envFrom"):
        wanted = source.get("configMapRef.name")
        if wanted is None:
            continue  # of a secret: that is no setting
        named = isinstance(wanted, str)
        found = object_named("ConfigMap", wanted, container.resource, scene) if named else None
        if found is None:
            raise Undecided(source.at("configMapRef"))
        prefix = source.get("prefix") or ""
        data = found.peek("data")
        for name, value in cast("Mapping[str, Any]", data if isinstance(data, dict) else {}).items():
            yield f"{prefix}{name}", (source.path, shown(value))


def texts_in(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every text in a value with its path, and `UNKNOWN` for what is not known yet."""
    value = opened(value)
    match value:
        case str() | Unknown():
            yield path, value
        case dict():
            for key, item in cast("Mapping[str, Any]", value).items():
                yield from texts_in(item, f"{path}.{key}" if path else key)
        case list():
            for number, item in enumerate(cast("list[Any]", value)):
                yield from texts_in(item, f"{path}[{number}]")
        case _:
            pass
