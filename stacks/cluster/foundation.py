"""What the foundation of the same region hands over to the cluster, with its types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from stacks.parts import part
from stacks.references import Upstream
from stacks.stack import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """The outputs of `stacks/foundation`."""

    vpc_id: pulumi.Output[str]
    subnets: Mapping[str, pulumi.Output[str]]
    """The private ones, by zone letter, or by id if the network is somebody else's."""
    cluster_role_arn: pulumi.Output[str]
    node_role_arn: pulumi.Output[str]
    access_logs_bucket: pulumi.Output[str]
    upstream: Upstream

    @property
    def subnet_ids(self) -> list[pulumi.Output[str]]:
        """All private subnets, in the order of the zones."""
        return list(self.subnets.values())

    def key_arn(self, purpose: str) -> pulumi.Output[str]:
        """The key of one purpose: `logs`, `cluster`, `disks`, `data`."""
        return part(self.upstream.output("keyArns"), purpose)

    def s3_prefix_list_id(self) -> pulumi.Output[str]:
        """The addresses of S3; only a network of the environment's own has it."""
        return self.upstream.output("s3PrefixListId")


def foundation(stack: Stack) -> Foundation:
    """The foundation in the stack's region, which an apply has made before."""
    upstream = Upstream("foundation", stack.here.region)
    subnets: pulumi.Output[Any] = upstream.output("privateSubnetIds")
    roles: pulumi.Output[Any] = upstream.output("roleArns")
    return Foundation(
        vpc_id=upstream.output("vpcId"),
        subnets={label: part(subnets, number) for number, label in enumerate(stack.subnet_labels)},
        cluster_role_arn=part(roles, "cluster"),
        node_role_arn=part(roles, "node"),
        access_logs_bucket=upstream.output("accessLogsBucket"),
        upstream=upstream,
    )
