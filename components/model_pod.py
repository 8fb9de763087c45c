"""What a server of a model is to Kubernetes: its containers, its volumes, and the machines it may run on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from components.model_artifact import (
    HARDENED,
    SCRATCH,
    TMP,
    Artifact,
    Mounted,
    address,
    fetching,
    mounted,
    token_volumes,
    volume,
)

CONTAINER: Final = "kserve-container"
"""What KServe calls the container with the model."""

PORT: Final = 8080
_SHM: Final = "shared-memory"
_GPUS: Final = "gpus"
"""What a pod calls its claim."""

LOADING_S: Final = 1800
"""How long a model may take to load: a hundred gibibytes from a disk of 100 MB/s, and compiling."""

_DRAIN_S: Final = 20
"""How long a server that is to stop still answers: until every proxy knows of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRuntime:
    """What serves the model, and how it is told to."""

    image: str
    model_format: str
    protocols: Sequence[str]
    """As KServe calls them."""
    command: Sequence[str]
    args: Sequence[str]
    env: Mapping[str, str]
    ready: str
    """The path that answers when the model is loaded."""
    user: int
    mount: str
    """Where it finds the model."""
    longest_s: int
    """How long a request may take, so how long a server that is to stop is given."""
    metrics_port: int | None
    """Where its metrics are, at `/metrics`; None: it has none that are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toleration:
    """A taint that its pods put up with; without a value any."""

    key: str
    value: str | None
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpus:
    """What each server asks for, and which nodes have it."""

    resource: str
    """Where they are claimed, the class of devices: `gpu.nvidia.com`."""
    count: int
    node_labels: Mapping[str, str]
    tolerations: Sequence[Toleration]
    claimed: bool = False
    """Whether each server claims them, by a template for claims; otherwise it asks for them by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelMachine:
    """What each server takes of its machine; `gpus` is None where it has none."""

    cpus: int
    memory_gib: int
    disk_gib: int
    gpus: Gpus | None


def claim_template(model: str, gpus: Gpus) -> str:
    """What the template is called; a template never changes, so another number is another template."""
    return f"{model}-gpus-{gpus.count}"


def runtime_container(runtime: ModelRuntime) -> Mapping[str, Any]:
    """The container of the serving runtime: all but what belongs to one version or one machine."""
    command = {"command": list(runtime.command)} if runtime.command else {}
    return {
        "name": CONTAINER,
        "image": runtime.image,
        **command,
        "args": list(runtime.args),
        "env": [{"name": name, "value": value} for name, value in sorted(runtime.env.items())],
        "ports": [{"name": "http", "containerPort": PORT, "protocol": "TCP"}],
        "securityContext": dict(HARDENED),
    }


def server(runtime: ModelRuntime, machine: ModelMachine, artifact: Artifact) -> Mapping[str, Any]:
    """The same container in the service: what it takes, its probes, how it stops, what it mounts."""
    answers = {"httpGet": {"path": runtime.ready, "port": PORT}}
    mounts = [mounted(artifact, runtime.mount), {"name": SCRATCH, "mountPath": TMP}]
    if machine.gpus:
        mounts.append({"name": _SHM, "mountPath": "/dev/shm"})  # noqa: S108 - where libraries look for it
    return {
        "storageUri": address(artifact),
        "resources": _resources(machine),
        "startupProbe": {**answers, "periodSeconds": 10, "failureThreshold": LOADING_S // 10},
        "readinessProbe": {**answers, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 3},
        "livenessProbe": {**answers, "periodSeconds": 30, "timeoutSeconds": 10, "failureThreshold": 4},
        "lifecycle": {"preStop": {"sleep": {"seconds": _DRAIN_S}}},
        "volumeMounts": mounts,
    }


def pod(runtime: ModelRuntime, machine: ModelMachine, artifact: Artifact, model: str) -> Mapping[str, Any]:
    """What surrounds the container: who it runs as, where, what is fetched before it, and its volumes.

    Its account has the name of the model.
    """
    user = runtime.user
    pulled_with = [{"name": artifact.secret}] if isinstance(artifact, Mounted) and artifact.secret else []
    return {
        "serviceAccountName": model,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        **({"imagePullSecrets": pulled_with} if pulled_with else {}),
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": user,
            "runAsGroup": user,
            "fsGroup": user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "terminationGracePeriodSeconds": _DRAIN_S + runtime.longest_s,
        **_place(machine),
        **_claims(machine, model),
        **({"initContainers": before} if (before := fetching(artifact, runtime.mount)) else {}),
        "volumes": _volumes(machine, artifact),
    }


def _place(machine: ModelMachine) -> Mapping[str, Any]:
    if machine.gpus is None:
        return {}
    return {
        "nodeSelector": dict(machine.gpus.node_labels),
        "tolerations": [_toleration(each) for each in machine.gpus.tolerations],
    }


def _claims(machine: ModelMachine, model: str) -> Mapping[str, Any]:
    if machine.gpus is None or not machine.gpus.claimed:
        return {}
    template = claim_template(model, machine.gpus)
    return {"resourceClaims": [{"name": _GPUS, "resourceClaimTemplateName": template}]}


def _toleration(each: Toleration) -> Mapping[str, Any]:
    if each.value is None:
        return {"key": each.key, "operator": "Exists", "effect": each.effect}
    return {"key": each.key, "operator": "Equal", "value": each.value, "effect": each.effect}


def _volumes(machine: ModelMachine, artifact: Artifact) -> list[Mapping[str, Any]]:
    scratch = {"name": SCRATCH, "emptyDir": {"sizeLimit": f"{machine.disk_gib}Gi"}}
    found = [volume(artifact), scratch, *token_volumes(artifact)]
    if machine.gpus:
        # Counts as memory of the pod; without it there are 64 MiB, too few for GPUs that speak to each other.
        size = f"{machine.gpus.count}Gi"
        found.append({"name": _SHM, "emptyDir": {"medium": "Memory", "sizeLimit": size}})
    return found


def _resources(machine: ModelMachine) -> Mapping[str, Any]:
    both = {"memory": f"{machine.memory_gib}Gi", "ephemeral-storage": f"{machine.disk_gib}Gi"}
    if machine.gpus and not machine.gpus.claimed:
        both[machine.gpus.resource] = str(machine.gpus.count)
    claims = {"claims": [{"name": _GPUS}]} if machine.gpus and machine.gpus.claimed else {}
    # Without a limit of its own KServe gives it one of a single processor, below what it asks for.
    return {
        "requests": {"cpu": str(machine.cpus), **both},
        "limits": {"cpu": str(2 * machine.cpus), **both},
        **claims,
    }
