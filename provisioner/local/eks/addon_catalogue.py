"""The add-ons of EKS that the local cloud knows, and their versions for a version of Kubernetes.

Names, publishers and namespaces are those of the EKS user guide (2026-11). The version numbers have the form
of EKS's and are the local cloud's own: nobody should read from here what AWS has today.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from provisioner.local.eks.versions import RELEASES, check_version
from provisioner.local.operation import Answer, Call, Operation, Refusal, page

VERSION: Final = re.compile(r"v\d+\.\d+\.\d+-eksbuild\.\d+")


@dataclass(frozen=True, slots=True)
class AddonKind:
    """One add-on in the catalogue."""

    type: str
    versions: tuple[str, ...]
    """Newest first; `{kubernetes}` stands for the version of the cluster."""

    namespace: str = "kube-system"
    accounts: Mapping[str, tuple[str, ...]] | None = None
    """Service accounts that take a role, and the managed policies AWS recommends for it."""


CATALOGUE: Final[Mapping[str, AddonKind]] = {
    "vpc-cni": AddonKind(
        "networking",
        ("v1.21.1-eksbuild.3", "v1.20.5-eksbuild.1"),
        accounts={"aws-node": ("AmazonEKS_CNI_Policy",)},
    ),
    "coredns": AddonKind("networking", ("v1.13.2-eksbuild.2", "v1.12.4-eksbuild.1")),
    "kube-proxy": AddonKind("networking", ("v{kubernetes}.2-eksbuild.2", "v{kubernetes}.0-eksbuild.2")),
    "eks-pod-identity-agent": AddonKind("security", ("v1.3.10-eksbuild.2", "v1.3.9-eksbuild.5")),
    "aws-ebs-csi-driver": AddonKind(
        "storage",
        ("v1.56.0-eksbuild.1", "v1.55.0-eksbuild.1"),
        accounts={"ebs-csi-controller-sa": ("service-role/AmazonEBSCSIDriverPolicy",)},
    ),
    "aws-efs-csi-driver": AddonKind(
        "storage",
        ("v2.3.0-eksbuild.1", "v2.2.0-eksbuild.1"),
        accounts={"efs-csi-controller-sa": ("service-role/AmazonEFSCSIDriverPolicy",)},
    ),
    "aws-fsx-csi-driver": AddonKind(
        "storage",
        ("v1.9.0-eksbuild.1", "v1.8.0-eksbuild.1"),
        accounts={"fsx-csi-controller-sa": ("AmazonFSxFullAccess",)},
    ),
    "aws-mountpoint-s3-csi-driver": AddonKind(
        "storage",
        ("v2.4.0-eksbuild.1", "v2.3.0-eksbuild.1"),
        accounts={"s3-csi-driver-sa": ("AmazonS3FullAccess",)},
    ),
    "snapshot-controller": AddonKind("storage", ("v8.3.0-eksbuild.2", "v8.2.0-eksbuild.1")),
    "amazon-cloudwatch-observability": AddonKind(
        "observability",
        ("v4.10.0-eksbuild.1", "v4.9.0-eksbuild.1"),
        namespace="amazon-cloudwatch",
        accounts={"cloudwatch-agent": ("CloudWatchAgentServerPolicy", "AWSXrayWriteOnlyAccess")},
    ),
    "eks-node-monitoring-agent": AddonKind("observability", ("v1.5.0-eksbuild.1", "v1.4.2-eksbuild.1")),
    "metrics-server": AddonKind("observability", ("v0.8.1-eksbuild.1", "v0.8.0-eksbuild.6")),
    "kube-state-metrics": AddonKind("observability", ("v2.18.0-eksbuild.1",), namespace="kube-state-metrics"),
    "prometheus-node-exporter": AddonKind(
        "observability", ("v1.10.2-eksbuild.1",), namespace="prometheus-node-exporter"
    ),
    "cert-manager": AddonKind("security", ("v1.19.2-eksbuild.1",), namespace="cert-manager"),
    "external-dns": AddonKind(
        "networking",
        ("v0.20.0-eksbuild.1",),
        namespace="external-dns",
        accounts={"external-dns": ("AmazonRoute53FullAccess",)},
    ),
    "adot": AddonKind("observability", ("v0.141.0-eksbuild.1",), namespace="opentelemetry-operator-system"),
}


def kind_of(name: str) -> AddonKind:
    """The add-on of a name; raises InvalidParameterException."""
    found = CATALOGUE.get(name)
    if found is None:
        raise Refusal("InvalidParameterException", f"Addon {name} specified is not supported", addonName=name)
    return found


def version_of(name: str, kubernetes: str, asked: str | None) -> str:
    """The version to install: the asked one if it looks like one, else the newest."""
    versions = [text.format(kubernetes=kubernetes) for text in kind_of(name).versions]
    if asked is None:
        return versions[0]
    if not VERSION.fullmatch(asked):
        raise Refusal("InvalidParameterException", "Addon version specified is not supported", addonName=name)
    return asked


def describe_addon_versions(call: Call) -> Answer:
    """The add-ons and their versions, all or those of one name or one version of Kubernetes."""
    kubernetes = call.get("kubernetesVersion")
    if kubernetes:
        check_version(kubernetes)
    wanted = [call["addonName"]] if call.get("addonName") else sorted(CATALOGUE)
    if call.get("addonName") and call["addonName"] not in CATALOGUE:
        wanted = []  # EKS answers with an empty list
    names, token = page([name for name in wanted if _is_wanted(name, call)], call)
    return {
        "addons": [_told(name, [kubernetes] if kubernetes else list(RELEASES)) for name in names],
        "nextToken": token,
    }


def describe_addon_configuration(call: Call) -> Answer:
    """The schema of an add-on's settings (the local cloud takes any), and the accounts that take a role."""
    kind = kind_of(call["addonName"])
    version_of(call["addonName"], max(RELEASES), call["addonVersion"])
    policies = f"arn:{call.partition}:iam::aws:policy/"
    return {
        "addonName": call["addonName"],
        "addonVersion": call["addonVersion"],
        "configurationSchema": '{"$schema":"http://json-schema.org/draft-06/schema#","type":"object"}',
        "podIdentityConfiguration": [
            {"serviceAccount": account, "recommendedManagedPolicies": [policies + name for name in names]}
            for account, names in (kind.accounts or {}).items()
        ],
    }


def _is_wanted(addon: str, call: Call) -> bool:
    ours = {"types": CATALOGUE[addon].type, "publishers": "eks", "owners": "aws"}
    return all(not call.get(name) or value in call[name] for name, value in ours.items())


def _told(name: str, releases: list[str]) -> dict[str, Any]:
    kind = CATALOGUE[name]
    by_version: dict[str, list[dict[str, Any]]] = {}
    for release in reversed(releases):
        for position, text in enumerate(kind.versions):
            compatible = {
                "clusterVersion": release,
                "platformVersions": ["*"],
                "defaultVersion": position == 0,
            }
            by_version.setdefault(text.format(kubernetes=release), []).append(compatible)
    return {
        "addonName": name,
        "type": kind.type,
        "publisher": "eks",
        "owner": "aws",
        "defaultNamespace": kind.namespace,
        "addonVersions": [
            {
                "addonVersion": version,
                "architecture": ["amd64", "arm64"],
                "computeTypes": ["ec2", "auto", "hybrid"],
                "compatibilities": compatibilities,
                "requiresConfiguration": False,
                "requiresIamPermissions": bool(kind.accounts),
            }
            for version, compatibilities in by_version.items()
        ],
    }


OPERATIONS: Final[tuple[Operation, ...]] = (describe_addon_versions, describe_addon_configuration)
