"""The nodes that a cluster's own software runs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.naming import NODE_GROUP, fitted
from components.network_interfaces import plain_interfaces
from components.node_template import Market, NodeSite, NodeTemplate, NodeTemplateArgs


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCount:
    """How few and how many nodes there may be."""

    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPoolArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    site: NodeSite
    instance_type: str
    ami_type: str
    nodes: NodeCount
    disk_gib: int
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    user_data: pulumi.Input[str] | None


class SystemPool(pulumi.ComponentResource):
    """Nodes without GPUs and without taints, in every zone; on demand, since all else leans on them."""

    node_group_name: pulumi.Output[str]

    def __init__(self, name: str, args: SystemPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:compute:SystemPool", name, {"origin": args.origin}, opts)
        template = self._template(name, args)
        group = self._nodes(name, args, template)
        self.node_group_name = group.node_group_name
        self.register_outputs({"nodeGroupName": self.node_group_name})

    def _template(self, name: str, args: SystemPoolArgs) -> NodeTemplate:
        return NodeTemplate(
            f"{name}-template",
            NodeTemplateArgs(
                origin=args.origin,
                site=args.site,
                machine_name=name,
                disk_gib=args.disk_gib,
                interfaces=plain_interfaces(),
                purchase=Market(),
                placement_group=None,
                user_data=args.user_data,
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _nodes(self, name: str, args: SystemPoolArgs, template: NodeTemplate) -> aws.eks.NodeGroup:
        return aws.eks.NodeGroup(
            fitted(name, NODE_GROUP),
            cluster_name=args.site.cluster_name,
            version=args.site.version,
            node_role_arn=args.site.node_role_arn,
            subnet_ids=args.subnet_ids,
            ami_type=args.ami_type,
            capacity_type="ON_DEMAND",
            instance_types=[args.instance_type],
            launch_template={"id": template.template_id, "version": template.version},
            scaling_config={
                "min_size": args.nodes.least,
                "max_size": args.nodes.most,
                "desired_size": args.nodes.least,
            },
            labels={"mlplat/pool": "system"},
            update_config={"max_unavailable": 1},
            # Once the pool exists, the autoscaler owns its size.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["scalingConfig.desiredSize"]),
        )
