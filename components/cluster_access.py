"""Who may enter a cluster, and what they may do in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws

Level = Literal["admin", "edit", "view"]

_POLICIES: Final[dict[Level, str]] = {
    "admin": "AmazonEKSClusterAdminPolicy",
    "edit": "AmazonEKSEditPolicy",
    "view": "AmazonEKSViewPolicy",
}
"""Source: Amazon EKS user guide, "Review access policy permissions"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """A role of IAM, and how much it may do in all namespaces."""

    role_arn: str
    level: Level

    @property
    def role_name(self) -> str:
        """The last part of the ARN."""
        return self.role_arn.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterAccessArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    partition: str
    entrants: Sequence[Entrant]
    cluster_name: pulumi.Input[str]


class ClusterAccess(pulumi.ComponentResource):
    """An access entry for each role, with one of AWS's own access policies.

    Named by the role, so that the order of the list means nothing.
    """

    def __init__(
        self, name: str, args: ClusterAccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:compute:ClusterAccess", name, {"origin": args.origin}, opts)
        for entrant in args.entrants:
            entry = self._entry(name, args, entrant)
            self._permissions(name, args, entrant, entry)
        self.register_outputs({})

    def _entry(self, name: str, args: ClusterAccessArgs, entrant: Entrant) -> aws.eks.AccessEntry:
        return aws.eks.AccessEntry(
            f"{name}-{entrant.role_name}",
            cluster_name=args.cluster_name,
            principal_arn=entrant.role_arn,
            type="STANDARD",
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _permissions(
        self, name: str, args: ClusterAccessArgs, entrant: Entrant, entry: aws.eks.AccessEntry
    ) -> None:
        aws.eks.AccessPolicyAssociation(
            f"{name}-{entrant.role_name}",
            cluster_name=args.cluster_name,
            principal_arn=entrant.role_arn,
            policy_arn=f"arn:{args.partition}:eks::aws:cluster-access-policy/{_POLICIES[entrant.level]}",
            access_scope={"type": "cluster"},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[entry]),
        )
