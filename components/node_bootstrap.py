"""What a node is told at its first start, as the user data of a launch template.

AL2023's `nodeadm` reads a NodeConfig from a MIME part of its own type. A machine of a managed node group gets
one from EKS as well, and the two are merged.
Source: awslabs/amazon-eks-ami, `nodeadm/doc`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi

UPSTREAM_REGISTRIES: Final = (
    "docker.io",
    "gcr.io",
    "ghcr.io",
    "nvcr.io",
    "public.ecr.aws",
    "quay.io",
    "registry.k8s.io",
)
"""Public registries that images are named for. Not ECR's private ones: they have endpoints."""

_BOUNDARY: Final = "//"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterCoordinates:
    """All that a node needs to find its cluster; with these it asks no API of EKS."""

    name: pulumi.Input[str]
    endpoint: pulumi.Input[str]
    certificate_authority: pulumi.Input[str]
    service_cidr: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offline:
    """A node that starts without reaching anything outside its network."""

    cluster: ClusterCoordinates
    mirror: str
    """Host of the registry that has every image, below the name of the registry it came from."""


def user_data(*, offline: Offline | None, local_disks: bool) -> pulumi.Output[str] | None:
    """The user data in base64; None when there is nothing to tell.

    With `local_disks`, the disks inside the machine become one that images and scratch files go to.
    """
    spec: dict[str, Any] = {}
    scripts: list[str] = []
    if offline:
        spec["cluster"] = _cluster(offline.cluster)
        scripts.append(mirror_script(offline.mirror))
    if local_disks:
        spec["instance"] = {"localStorage": {"strategy": "RAID0"}}
    if not spec:
        return None
    config = {"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": spec}
    # JSON is YAML, and needs no library that is not Pulumi's.
    return pulumi.Output.json_dumps(config, indent=2).apply(lambda text: _encoded(text, scripts))


def mirror_script(mirror: str) -> str:
    """A script that has containerd fetch the images of every public registry from the mirror.

    Where the mirror does not answer, the pull fails: there is no second address to try.
    """
    return "\n".join(
        ["#!/bin/bash", "set -euo pipefail", *(_mirrored(each, mirror) for each in UPSTREAM_REGISTRIES)]
    )


def _mirrored(registry: str, mirror: str) -> str:
    # Source: containerd, docs/hosts.md; the folder is the one that nodeadm gives containerd.
    address = f"https://{mirror}/v2/{registry}"
    return f"""mkdir -p /etc/containerd/certs.d/{registry}
cat > /etc/containerd/certs.d/{registry}/hosts.toml <<'EOF'
server = "{address}"

[host."{address}"]
  capabilities = ["pull", "resolve"]
  override_path = true
EOF"""


def _cluster(cluster: ClusterCoordinates) -> Mapping[str, pulumi.Input[str]]:
    return {
        "name": cluster.name,
        "apiServerEndpoint": cluster.endpoint,
        "certificateAuthority": cluster.certificate_authority,
        "cidr": cluster.service_cidr,
    }


def _encoded(config: str, scripts: Sequence[str]) -> str:
    parts = [
        *(("text/x-shellscript; charset=us-ascii", script) for script in scripts),
        ("application/node.eks.aws", config),
    ]
    lines = ["MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"', ""]
    for kind, text in parts:
        lines += [f"--{_BOUNDARY}", f"Content-Type: {kind}", "", text, ""]
    lines.append(f"--{_BOUNDARY}--\n")
    return base64.b64encode("\n".join(lines).encode()).decode()
