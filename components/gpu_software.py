"""Software for accelerators in a cluster: NVIDIA's operator, and the plugins for AWS's chips and fabric.

Sources: NVIDIA GPU Operator 26.7 documentation, "Getting Started", "GPU Operator with MIG" and "Time-Slicing
GPUs"; Amazon EKS user guide, "Run GPU-accelerated containers" (AL2023) and "Run machine learning training on
Amazon EKS with Elastic Fabric Adapter"; AWS Neuron documentation, "Neuron infrastructure components".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, assert_never

import pulumi

from components.chart import By, Chart, ChartArgs, ChartSource
from components.chart_values import joined
from components.node_marks import FABRIC_LABEL, MigSlices, Sharing, TimeSlices, slices_name

_CONFIG: Final = "time-slicing"
_WHOLE: Final = "whole"
"""The configuration of nodes that say nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EksNodes:
    """Nodes from EKS's accelerated images of AL2023: driver and container toolkit are in the image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BareNodes:
    """Somebody's machines: driver and toolkit come in containers."""


Nodes = EksNodes | BareNodes


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuSoftwareArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    nodes: Nodes
    sharings: Sequence[Sharing]
    """How the pools share their GPUs."""
    source: ChartSource
    by: By
    images: Mapping[str, Any]
    """Values by which images come from a mirror; none: from where they are published."""
    claimed: bool = False
    """Whether pods claim GPUs (`GpuClaims`); otherwise the device plugin hands them out."""


class GpuSoftware(pulumi.ComponentResource):
    """NVIDIA's operator: labels of GPUs, slices, figures by DCGM; device plugin, unless GPUs are claimed.

    GPUs are handed out by the device plugin or by dynamic resource allocation: where both did it, a GPU would
    be given away twice, and nobody would be told.
    """

    def __init__(self, name: str, args: GpuSoftwareArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("provisioner:kubernetes:GpuSoftware", name, {"origin": args.origin}, opts)
        values = joined(_operator_values(args), args.images)
        Chart(
            f"{name}-operator",
            ChartArgs(origin=args.origin, source=args.source, by=args.by, values=values),
            pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuronSoftwareArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    machines: Sequence[str]
    """The machine types of pools with AWS's own chips."""
    source: ChartSource
    by: By
    images: Mapping[str, Any]


class NeuronSoftware(pulumi.ComponentResource):
    """The device plugin for AWS's own chips, Trainium and Inferentia: pods ask for `aws.amazon.com/neuron`.

    Driver and runtime are in EKS's image for such machines.
    """

    def __init__(
        self, name: str, args: NeuronSoftwareArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("provisioner:kubernetes:NeuronSoftware", name, {"origin": args.origin}, opts)
        own = {
            "neuronInstances": sorted(set(args.machines)),
            # Beside the taint of such machines, a person's own: the plugin belongs on every node of the pool.
            "devicePlugin": {"enabled": True, "tolerations": [{"operator": "Exists"}]},
            # Where both handed chips out, one would be given away twice.
            "draDriver": {"enabled": False},
            # A second scheduler beside EKS's, for pods with some of a machine's chips: with one, or with all,
            # a pod needs none.
            "scheduler": {"enabled": False},
            "ultraserverOperator": {"enabled": False},
            # It marks nodes with broken chips, and nothing here looks at the mark.
            "npd": {"enabled": False},
        }
        Chart(
            name,
            ChartArgs(origin=args.origin, source=args.source, by=args.by, values=joined(own, args.images)),
            pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


@dataclass(frozen=True, slots=True, kw_only=True)
class FabricSoftwareArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    machines: Sequence[str]
    """The machine types of pools with EFA."""
    source: ChartSource
    by: By
    images: Mapping[str, Any]


class FabricSoftware(pulumi.ComponentResource):
    """The device plugin for AWS's Elastic Fabric Adapter, on nodes of pools that have it and on no others."""

    def __init__(
        self, name: str, args: FabricSoftwareArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("provisioner:kubernetes:FabricSoftware", name, {"origin": args.origin}, opts)
        own = {
            # A machine that could have EFA and has none would end the plugin, again and again: what counts is
            # the pool's label.
            "nodeSelector": {FABRIC_LABEL: "efa"},
            "supportedInstanceLabels": {
                "keys": ["node.kubernetes.io/instance-type"],
                "values": sorted(set(args.machines)),
            },
            # Beside the taint of GPUs, a person's own: the plugin belongs on every node of the pool.
            "tolerations": [{"operator": "Exists"}],
        }
        Chart(
            name,
            ChartArgs(origin=args.origin, source=args.source, by=args.by, values=joined(own, args.images)),
            pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _operator_values(args: GpuSoftwareArgs) -> dict[str, Any]:
    in_containers = _in_containers(args.nodes)
    return {
        "driver": {"enabled": in_containers},
        "toolkit": {"enabled": in_containers},
        # Exactly one of the two hands GPUs out.
        "clusterPolicy": {"deployCR": True},
        "gpuCluster": {"deployCR": False},
        "devicePlugin": _device_plugin(args),
        "mig": {"strategy": "mixed"},
        "migManager": _mig_manager(args),
        # Without the kind that Prometheus' operator brings, which may not be there.
        "dcgmExporter": {"enabled": True, "serviceMonitor": {"enabled": False}, **_knows_claims(args)},
        # Every taint that a person gave a pool keeps pods away, and this software belongs on all nodes.
        "daemonsets": {"tolerations": [{"operator": "Exists"}]},
        "node-feature-discovery": {"worker": {"tolerations": [{"operator": "Exists"}]}},
        # For virtual machines, none of which is here.
        "ccManager": {"enabled": False},
        "kataSandboxDevicePlugin": {"enabled": False},
        "sandboxDevicePlugin": {"enabled": False},
        "vfioManager": {"enabled": False},
        "vgpuDeviceManager": {"enabled": False},
    }


def _knows_claims(args: GpuSoftwareArgs) -> dict[str, Any]:
    """Without it the figures of claimed GPUs do not say whose pod has them."""
    return {"env": [{"name": "KUBERNETES_ENABLE_DRA", "value": "true"}]} if args.claimed else {}


def _in_containers(nodes: Nodes) -> bool:
    match nodes:
        case EksNodes():
            return False
        case BareNodes():
            return True
        case _:
            assert_never(nodes)


def _device_plugin(args: GpuSoftwareArgs) -> dict[str, Any]:
    """The plugin's configurations, of which a node names one by its label; none: whole GPUs everywhere."""
    if args.claimed:
        return {"enabled": False}
    replicas = sorted({each.replicas for each in args.sharings if isinstance(each, TimeSlices)})
    if not replicas:
        return {"enabled": True}
    data = {_WHOLE: _plugin_config({}), **{slices_name(each): _sliced(each) for each in replicas}}
    default = slices_name(replicas[0]) if _needs_no_labels(args) else _WHOLE
    return {
        "enabled": True,
        "config": {"create": True, "name": _CONFIG, "default": default, "data": data},
    }


def _sliced(replicas: int) -> str:
    return _plugin_config(
        {
            "sharing": {
                "timeSlicing": {
                    # A pod that asks for two slices would get the same GPU twice, and think it had two.
                    "failRequestsGreaterThanOne": True,
                    "resources": [{"name": "nvidia.com/gpu", "replicas": replicas}],
                }
            }
        }
    )


def _plugin_config(rest: Mapping[str, Any]) -> str:
    # JSON is YAML, and is written by what Python has.
    return json.dumps({"version": "v1", **rest})


def _mig_manager(args: GpuSoftwareArgs) -> dict[str, Any]:
    # Some machines take a new layout of their GPUs only when they start anew. The layouts themselves, such as
    # `all-1g.10gb`, the manager makes from the hardware; nodes name theirs by a label.
    profiles = [each.profile for each in args.sharings if isinstance(each, MigSlices)]
    if not profiles:
        return {"enabled": False}
    default = {"config": {"default": f"all-{profiles[0]}"}} if _needs_no_labels(args) else {}
    return {"enabled": True, "env": [{"name": "WITH_REBOOT", "value": "true"}], **default}


def _needs_no_labels(args: GpuSoftwareArgs) -> bool:
    """Labels of somebody's machines are somebody's; where all share alike, what has no label does as well."""
    return isinstance(args.nodes, BareNodes) and len(set(args.sharings)) == 1
