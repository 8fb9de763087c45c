"""How the artifact of a model comes into its server: fetched and checked before it starts, or as an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi

VOLUME: Final = "mnt-models"
"""The volume with the model. KServe makes one of this name where a pod has none, and else none."""

_FETCHES: Final = "storage-initializer"
"""As KServe calls the container that it adds where a pod has none of this name: its own checks no digest."""

SCRATCH: Final = "scratch"
"""The volume that containers with a root that cannot be written to have for everything else."""

MODEL_FOLDER: Final = "/mnt/models"
TMP: Final = "/tmp"  # noqa: S108 - a volume of the pod's own

HARDENED: Final[Mapping[str, Any]] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "privileged": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
}
"""The security context of every container of a model server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Files of an object store or a hub."""

    uri: pulumi.Input[str]
    digest: str
    image: str
    """KServe's storage initializer."""
    env: Mapping[str, str]
    secret: str | None
    disk_gib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mounted:
    """An image whose files are the model; the kubelet fetches it, and checks its digest."""

    reference: str
    """With the digest."""
    secret: str | None


Artifact = Fetched | Mounted


def address(artifact: Artifact) -> pulumi.Input[str]:
    """What KServe takes for the address of the model; one without an address it takes for many models."""
    return f"oci+native://{artifact.reference}" if isinstance(artifact, Mounted) else artifact.uri


def mounted(artifact: Artifact, mount: str) -> Mapping[str, Any]:
    """The volume in the server. In images the model lies in `/models`, as KServe has it."""
    inside = {"subPath": "models"} if isinstance(artifact, Mounted) else {}
    return {"name": VOLUME, "mountPath": mount, "readOnly": True, **inside}


def volume(artifact: Artifact) -> Mapping[str, Any]:
    """The volume with the model."""
    if isinstance(artifact, Mounted):
        return {"name": VOLUME, "image": {"reference": artifact.reference, "pullPolicy": "IfNotPresent"}}
    return {"name": VOLUME, "emptyDir": {"sizeLimit": f"{artifact.disk_gib}Gi"}}


def fetching(artifact: Artifact, mount: str) -> list[Mapping[str, Any]]:
    """What runs before the server; nothing where the model is an image."""
    if isinstance(artifact, Mounted):
        return []
    env = {"HF_HOME": f"{TMP}/hub", "HF_HUB_DISABLE_TELEMETRY": "1", "HOME": TMP, **artifact.env}
    return [
        {
            "name": _FETCHES,
            "image": artifact.image,
            "command": ["python3", "-c", Path(__file__).with_name("fetch_model.py").read_text()],
            "args": [artifact.uri, mount, artifact.digest],
            "env": [{"name": name, "value": value} for name, value in sorted(env.items())],
            **({"envFrom": [{"secretRef": {"name": artifact.secret}}]} if artifact.secret else {}),
            "resources": _resources(artifact.disk_gib),
            "securityContext": dict(HARDENED),
            "volumeMounts": [
                {"name": VOLUME, "mountPath": mount},
                {"name": SCRATCH, "mountPath": TMP},
            ],
        }
    ]


def _resources(disk_gib: int) -> Mapping[str, Any]:
    # KServe gives its own one gibibyte: too little for large weights, fetched in parts side by side.
    return {
        "requests": {"cpu": "500m", "memory": "1Gi", "ephemeral-storage": f"{disk_gib}Gi"},
        "limits": {"memory": "4Gi", "ephemeral-storage": f"{disk_gib}Gi"},
    }
