"""How the artifact of a model comes into its server: fetched and checked before it starts, or as an image."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi

VOLUME: Final = "mnt-models"
"""The volume with the model. KServe makes one of this name where a pod has none, and else none."""

FETCHES: Final = "storage-initializer"
"""As KServe calls the container that it adds where a pod has none of this name: its own checks no digest."""

PROGRAMS: Final = ("fetch_model.py", "fetch_sealed_model.py")
"""What runs in it: for a model that lies there as it is, and for one that is sealed."""

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


VAULT_TOKEN: Final = "vault-token"  # noqa: S105 - the name of a volume
_TOKEN_FOLDER: Final = "/var/run/secrets/vault"  # noqa: S105
_TOKEN_S: Final = 600
"""How long the token is good for that Vault is shown: the shortest that Kubernetes makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultWay:
    """A data key is opened by a transit key of Vault, after a login with the pod's own token."""

    address: str
    namespace: str | None
    authority: str | None
    """Certificates that it is trusted by, in PEM; None: those of the image."""
    mount: str
    """Path of the transit engine."""
    key: str
    method: str
    """Path of the cluster's method of logging in, without `auth/`."""
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KmsWay:
    """A data key is opened by a key of AWS KMS, in the role that the pod has."""

    key: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a sealed model is opened, and as what it has to be sealed and signed."""

    model: str
    version: int
    way: VaultWay | KmsWay
    statement: Mapping[str, Any] | None
    """What has to be signed; None: nothing."""
    envelope: Mapping[str, Any] | None
    """The signature."""
    keys: Sequence[str]
    """Public keys whose signatures count."""


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
    opening: Opening | None = None
    """None: the model is not sealed."""


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
            "name": FETCHES,
            "image": artifact.image,
            "command": ["python3", "-c", Path(__file__).with_name(_program(artifact)).read_text()],
            "args": [artifact.uri, mount, artifact.digest, *_told(artifact.opening)],
            "env": [{"name": name, "value": value} for name, value in sorted(env.items())],
            **({"envFrom": [{"secretRef": {"name": artifact.secret}}]} if artifact.secret else {}),
            "resources": _resources(artifact.disk_gib),
            "securityContext": dict(HARDENED),
            "volumeMounts": [
                {"name": VOLUME, "mountPath": mount},
                {"name": SCRATCH, "mountPath": TMP},
                *(
                    {"name": each["name"], "mountPath": _TOKEN_FOLDER, "readOnly": True}
                    for each in token_volumes(artifact)
                ),
            ],
        }
    ]


def token_volumes(artifact: Artifact) -> list[Mapping[str, Any]]:
    """The volume with the token that Vault is shown, where it opens the model: the server itself has none."""
    if isinstance(artifact, Mounted) or not artifact.opening or isinstance(artifact.opening.way, KmsWay):
        return []
    token = {"serviceAccountToken": {"path": "token", "expirationSeconds": _TOKEN_S}}
    return [{"name": VAULT_TOKEN, "projected": {"sources": [token], "defaultMode": 0o440}}]


def _program(artifact: Fetched) -> str:
    plain, opening = PROGRAMS
    return opening if artifact.opening else plain


def _told(opening: Opening | None) -> list[str]:
    """What the program that opens it is told; no secret is in it."""
    if opening is None:
        return []
    told = {
        "model": opening.model,
        "version": opening.version,
        "way": _way(opening.way),
        "statement": opening.statement,
        "envelope": opening.envelope,
        "keys": list(opening.keys),
    }
    return [json.dumps(told, sort_keys=True)]


def _way(way: VaultWay | KmsWay) -> Mapping[str, str | None]:
    match way:
        case VaultWay():
            return {
                "kind": "vault",
                "address": way.address,
                "namespace": way.namespace,
                "ca": way.authority,
                "mount": way.mount,
                "key": way.key,
                "auth": way.method,
                "role": way.role,
                "token_file": f"{_TOKEN_FOLDER}/token",
            }
        case KmsWay():
            return {"kind": "kms", "key": way.key, "region": way.region}


def _resources(disk_gib: int) -> Mapping[str, Any]:
    # KServe gives its own one gibibyte: too little for large weights, fetched in parts side by side.
    return {
        "requests": {"cpu": "500m", "memory": "1Gi", "ephemeral-storage": f"{disk_gib}Gi"},
        "limits": {"memory": "4Gi", "ephemeral-storage": f"{disk_gib}Gi"},
    }
