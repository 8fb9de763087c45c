"""What hands out GPUs that pods claim: NVIDIA's driver for dynamic resource allocation.

Sources: kubernetes-sigs/dra-driver-nvidia-gpu v0.4.1 (chart, "Prerequisites"); NVIDIA/gpu-operator v26.7.0,
which lets its exporter read slices of resources where it runs such a driver itself, and not beside one that
has a chart of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.chart import By, Chart, ChartArgs, ChartSource
from components.chart_values import joined

_ROLE: Final = "gpu-figures-of-claims"
_EXPORTER: Final = "nvidia-dcgm-exporter"
"""The account that NVIDIA's operator makes for what tells the figures of GPUs."""

_VALUES: Final[Mapping[str, Any]] = {
    # The chart's own question: whether the device plugin is really off.
    "gpuResourcesEnabledOverride": True,
    # Networks across machines (GB200) are another thing, and nothing here asks for them.
    "resources": {"gpus": {"enabled": True}, "computeDomains": {"enabled": False}},
    "resourceApiVersion": "resource.k8s.io/v1",
    # Beside the taint of GPUs, a person's own: the driver belongs on every node with GPUs.
    "kubeletPlugin": {"tolerations": [{"operator": "Exists"}]},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuClaimsArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    operator_namespace: str
    """Where NVIDIA's operator is; its discovery labels the nodes that the driver runs on."""
    source: ChartSource
    by: By
    images: Mapping[str, Any]
    """Values by which images come from a mirror; none: from where they are published."""


class GpuClaims(pulumi.ComponentResource):
    """NVIDIA's driver for claims, with its classes of devices; and figures of GPUs that say whose they are.

    It never runs beside the device plugin (`GpuSoftwareArgs.claimed`): a GPU would be given away twice.
    """

    def __init__(self, name: str, args: GpuClaimsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("provisioner:kubernetes:GpuClaims", name, {"origin": args.origin}, opts)
        values = joined(_VALUES, args.images)
        Chart(
            f"{name}-driver",
            ChartArgs(origin=args.origin, source=args.source, by=args.by, values=values),
            pulumi.ResourceOptions(parent=self),
        )
        self._figures(name, args)
        self.register_outputs({})

    def _figures(self, name: str, args: GpuClaimsArgs) -> None:
        role = kubernetes.rbac.v1.ClusterRole(
            f"{name}-figures",
            metadata={"name": _ROLE},
            rules=[
                {
                    "api_groups": ["resource.k8s.io"],
                    "resources": ["resourceslices"],
                    "verbs": ["get", "list", "watch"],
                }
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        kubernetes.rbac.v1.ClusterRoleBinding(
            f"{name}-figures",
            metadata={"name": _ROLE},
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": _ROLE},
            subjects=[{"kind": "ServiceAccount", "name": _EXPORTER, "namespace": args.operator_namespace}],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )
