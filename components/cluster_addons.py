"""Software of AWS's own that every cluster runs, as EKS add-ons."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from components.disk_access import sealed_disks
from components.location import Location
from components.workload_identity import WorkloadIdentity, WorkloadIdentityArgs

_NODE_ADDONS: Final[Mapping[str, Mapping[str, Any]]] = {
    # Network policies are enforced by the agent that comes with the plugin, and it is off by default.
    # Source: Amazon EKS user guide, "Limit Pod traffic with Kubernetes network policies".
    "vpc-cni": {"enableNetworkPolicy": "true"},
    "kube-proxy": {},
    "eks-pod-identity-agent": {},
}
"""Add-on -> its settings. A node is ready only with these; they run on every node as it comes."""

SYSTEM: Final = "kube-system"
"""The namespace of what comes with a cluster."""

_DISKS: Final = "aws-ebs-csi-driver"
_DISKS_ACCOUNT: Final = "ebs-csi-controller-sa"
"""The service account of the driver's controller: Amazon EKS user guide, "Amazon EBS CSI driver"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAddonsArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    cluster_name: pulumi.Input[str]


class NodeAddons(pulumi.ComponentResource):
    """Pod network with network policies, service addresses, and the agent that gives pods their roles.

    They come before the nodes. Versions are EKS's default for the cluster's Kubernetes version: an add-on
    made for another one is refused, so a number written here would have to be changed with each upgrade.
    """

    def __init__(self, name: str, args: NodeAddonsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:compute:NodeAddons", name, {"origin": args.origin}, opts)
        for addon, settings in _NODE_ADDONS.items():
            self._addon(name, args, addon, settings)
        self.register_outputs({})

    def _addon(self, name: str, args: NodeAddonsArgs, addon: str, settings: Mapping[str, Any]) -> None:
        aws.eks.Addon(
            f"{name}-{addon}",
            cluster_name=args.cluster_name,
            addon_name=addon,
            configuration_values=json.dumps(settings) if settings else None,
            resolve_conflicts_on_create="OVERWRITE",
            # What somebody changed in the cluster stays, and the next plan says so.
            resolve_conflicts_on_update="PRESERVE",
            opts=pulumi.ResourceOptions(parent=self),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadAddonsArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    location: Location
    cluster_name: pulumi.Input[str]
    disk_key_arn: pulumi.Input[str]


class WorkloadAddons(pulumi.ComponentResource):
    """Name resolution, and disks for pods; both run on nodes, so they come after the first ones."""

    def __init__(
        self, name: str, args: WorkloadAddonsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:compute:WorkloadAddons", name, {"origin": args.origin}, opts)
        self._names(name, args)
        identity = self._disks_identity(name, args)
        self._disks(name, args, identity)
        self.register_outputs({})

    def _names(self, name: str, args: WorkloadAddonsArgs) -> None:
        aws.eks.Addon(
            f"{name}-coredns",
            cluster_name=args.cluster_name,
            addon_name="coredns",
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="PRESERVE",
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _disks_identity(self, name: str, args: WorkloadAddonsArgs) -> WorkloadIdentity:
        return WorkloadIdentity(
            f"{name}-disks-{args.location.region}",
            WorkloadIdentityArgs(
                origin=args.origin,
                location=args.location,
                description="Makes disks for pods and attaches them",
                namespace=SYSTEM,
                service_account=_DISKS_ACCOUNT,
                permissions=sealed_disks(args.location, args.disk_key_arn),
                managed=["service-role/AmazonEBSCSIDriverPolicy"],
                cluster_name=args.cluster_name,
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _disks(self, name: str, args: WorkloadAddonsArgs, identity: WorkloadIdentity) -> None:
        aws.eks.Addon(
            f"{name}-{_DISKS}",
            cluster_name=args.cluster_name,
            addon_name=_DISKS,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="PRESERVE",
            # Pods take the role they find when they start: the driver's would start without one.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[identity]),
        )
