"""GPU nodes that Karpenter makes when pods wait for them, and removes when none does.

Source: Karpenter 1.14 documentation, "NodePools" and "NodeClasses"; the CRDs of its release 1.14.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pulumi
import pulumi_kubernetes as kubernetes

from components.node_marks import DISCOVERY, Sharing, Taint, own_taint, pool_labels, sharing_labels

AMI: Final = "al2023@v20260714"
"""The image of the nodes, with NVIDIA's driver where there are GPUs (awslabs/amazon-eks-ami, changelog).

Not the newest of the day: with that, every new image replaces every node.
"""

_ROOT: Final = "/dev/xvda"
"""The root disk of AL2023."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePoolArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    pool: str
    cluster: str
    """The cluster's name, by which subnets are found; what its machines are tagged with."""
    machine: KarpenterMachine
    nodes_at_most: int
    capacity: Literal["on-demand", "spot"]
    sharing: Sharing
    labels: Mapping[str, str]
    """Those a person wrote."""
    taints: Sequence[Taint]
    subnet_ids: Sequence[str]
    """Those of somebody else's network; none: those with the cluster's tag."""
    zones: Sequence[str]
    """Names of the zones it may use; none: all that the subnets are in."""
    tags: Mapping[str, str]
    user_data: str | None
    profile_name: pulumi.Input[str]
    group_id: pulumi.Input[str]
    disk_key_arn: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KarpenterMachine:
    """One type of machine with accelerators."""

    instance_type: str
    accelerator: str
    accelerators: int
    resource: str
    disk_gib: int
    has_local_disks: bool


class NodePool(pulumi.ComponentResource):
    """A class of nodes and a pool of them: one machine type, with the marks that a node group's would have.

    Nodes go when they are empty, and one at a time; a node that works is never moved to save money, because
    what runs on GPUs seldom starts where it stopped.
    """

    def __init__(self, name: str, args: NodePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("provisioner:kubernetes:NodePool", name, {"origin": args.origin}, opts)
        node_class = self._object(name, ("karpenter.k8s.aws/v1", "EC2NodeClass"), args, _node_class(args), [])
        self._object(name, ("karpenter.sh/v1", "NodePool"), args, _node_pool(args), [node_class])
        self.register_outputs({})

    def _object(
        self,
        name: str,
        kind: tuple[str, str],
        args: NodePoolArgs,
        spec: Mapping[str, Any],
        after: Sequence[pulumi.Resource],
    ) -> pulumi.Resource:
        version, word = kind
        return kubernetes.apiextensions.CustomResource(
            name,
            api_version=version,
            kind=word,
            metadata={"name": args.pool},
            spec=dict(spec),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )


def _node_class(args: NodePoolArgs) -> dict[str, Any]:
    disk = {
        "volumeType": "gp3",
        "volumeSize": f"{args.machine.disk_gib}Gi",
        "encrypted": True,
        "kmsKeyID": args.disk_key_arn,
        "deleteOnTermination": True,
    }
    return {
        "amiSelectorTerms": [{"alias": AMI}],
        # Not the role: to make a profile of it, Karpenter would have to reach IAM.
        "instanceProfile": args.profile_name,
        "subnetSelectorTerms": (
            [{"id": each} for each in args.subnet_ids] or [{"tags": {DISCOVERY: args.cluster}}]
        ),
        "securityGroupSelectorTerms": [{"id": args.group_id}],
        "associatePublicIPAddress": False,
        "blockDeviceMappings": [{"deviceName": _ROOT, "rootVolume": True, "ebs": disk}],
        # One hop: a pod is two away, and cannot take the node's role.
        "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1},
        "tags": {**args.tags, "Name": f"{args.cluster}-{args.pool}"},
        **({"instanceStorePolicy": "RAID0"} if args.machine.has_local_disks else {}),
        **({"userData": args.user_data} if args.user_data else {}),
    }


def _node_pool(args: NodePoolArgs) -> dict[str, Any]:
    machine = args.machine
    template = {
        "metadata": {
            "labels": {
                **args.labels,
                **pool_labels(args.pool, machine.accelerator, "none"),
                **sharing_labels(args.sharing),
            }
        },
        "spec": {
            "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": args.pool},
            "requirements": _requirements(args),
            "taints": [_taint(each) for each in (own_taint(machine.resource), *args.taints)],
            "expireAfter": "Never",
            # What is asked to go has a day to finish, and does not hold up an upgrade for ever.
            "terminationGracePeriod": "24h",
        },
    }
    return {
        "template": template,
        # What the machines have, whatever pods make of it by taking turns.
        "limits": {machine.resource: str(args.nodes_at_most * machine.accelerators)},
        "disruption": {
            "consolidationPolicy": "WhenEmpty",
            "consolidateAfter": "10m",
            "budgets": [
                {"nodes": "1", "reasons": ["Empty"]},
                # A new image or setting waits until somebody drains the nodes: it takes work with it.
                {"nodes": "0", "reasons": ["Drifted", "Underutilized"]},
            ],
        },
    }


def _requirements(args: NodePoolArgs) -> list[dict[str, Any]]:
    wanted = {
        "node.kubernetes.io/instance-type": [args.machine.instance_type],
        "karpenter.sh/capacity-type": [args.capacity],
        **({"topology.kubernetes.io/zone": list(args.zones)} if args.zones else {}),
    }
    return [{"key": key, "operator": "In", "values": values} for key, values in wanted.items()]


def _taint(taint: Taint) -> dict[str, str]:
    value = {"value": taint.value} if taint.value else {}
    return {"key": taint.key, **value, "effect": taint.effect}
