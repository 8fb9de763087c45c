"""The roles a cluster cannot start without: its control plane's and its nodes'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.location import Location
from components.naming import ROLE, fitted
from components.policy_document import allow, document, service

NODE_POLICIES: Final = {
    "worker": "AmazonEKSWorkerNodePolicy",
    "network": "AmazonEKS_CNI_Policy",
    "pull": "AmazonEC2ContainerRegistryPullOnly",
}
"""What a node needs to join a cluster, to give pods addresses, and to pull images.
Source: Amazon EKS user guide, "Amazon EKS node IAM role"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRolesArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    location: Location
    secrets_key_arn: pulumi.Input[str] | None
    """The key that clusters keep their secrets under; None: there is no cluster to come."""


class BaseRoles(pulumi.ComponentResource):
    """A role for the control plane, one for nodes, and the profile that gives the latter to machines.

    Nothing in them is for workloads: those get roles of their own.
    """

    cluster_role_arn: pulumi.Output[str]
    node_role_arn: pulumi.Output[str]
    node_role_name: pulumi.Output[str]
    node_profile_name: pulumi.Output[str]

    def __init__(self, name: str, args: BaseRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:identity:BaseRoles", name, {"origin": args.origin}, opts)
        cluster = self._cluster_role(name, args)
        node = self._node_role(name, args)
        profile = self._node_profile(name, node)
        self.cluster_role_arn = cluster.arn
        self.node_role_arn = node.arn
        self.node_role_name = node.name
        self.node_profile_name = profile.name
        self.register_outputs(
            {
                "clusterRoleArn": self.cluster_role_arn,
                "nodeRoleArn": self.node_role_arn,
                "nodeRoleName": self.node_role_name,
                "nodeProfileName": self.node_profile_name,
            }
        )

    def _cluster_role(self, name: str, args: BaseRolesArgs) -> aws.iam.Role:
        # Source: Amazon EKS user guide, "Cross-service confused deputy prevention in Amazon EKS".
        own_clusters = {
            "StringEquals": {"aws:SourceAccount": args.location.account_id},
            "ArnLike": {"aws:SourceArn": args.location.arn("eks", "cluster/*")},
        }
        role = aws.iam.Role(
            fitted(f"{name}-cluster", ROLE),
            description="Control plane of the cluster",
            assume_role_policy=document(
                allow("EKS", ["sts:AssumeRole"], to=service("eks.amazonaws.com"), when=own_clusters)
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._attach(f"{name}-cluster-control", role, args.location.managed_policy("AmazonEKSClusterPolicy"))
        if args.secrets_key_arn is not None:
            self._seal_secrets(name, role, args.secrets_key_arn)
        return role

    def _seal_secrets(self, name: str, role: aws.iam.Role, key_arn: pulumi.Input[str]) -> None:
        aws.iam.RolePolicy(
            f"{name}-cluster-secrets",
            role=role.name,
            policy=document(
                allow("SealSecrets", ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"], on=[key_arn])
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _node_role(self, name: str, args: BaseRolesArgs) -> aws.iam.Role:
        role = aws.iam.Role(
            fitted(f"{name}-node", ROLE),
            description="Nodes of the cluster",
            # EC2 names no source account when a machine takes its role: a condition would lock it out.
            assume_role_policy=document(
                allow("EC2", ["sts:AssumeRole"], to=service("ec2.amazonaws.com")),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        for purpose, policy in NODE_POLICIES.items():
            self._attach(f"{name}-node-{purpose}", role, args.location.managed_policy(policy))
        return role

    def _attach(self, name: str, role: aws.iam.Role, policy_arn: str) -> None:
        aws.iam.RolePolicyAttachment(
            name, role=role.name, policy_arn=policy_arn, opts=pulumi.ResourceOptions(parent=self)
        )

    def _node_profile(self, name: str, role: aws.iam.Role) -> aws.iam.InstanceProfile:
        return aws.iam.InstanceProfile(
            f"{name}-node", role=role.name, opts=pulumi.ResourceOptions(parent=self)
        )
