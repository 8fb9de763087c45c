"""A role of IAM for the pods of one service account, and nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.location import Location
from components.policy_document import Statement
from components.workload_role import WorkloadRole, WorkloadRoleArgs


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadIdentityArgs:
    """Plain fields are decisions, known at plan time; leaves of `permissions` may be wiring."""

    origin: str
    location: Location
    description: str
    namespace: str
    service_account: str
    permissions: Sequence[Statement]
    managed: Sequence[str] = ()
    """Names of policies that AWS maintains and that the role gets as well."""
    cluster_name: pulumi.Input[str]


class WorkloadIdentity(pulumi.ComponentResource):
    """A role, and its association with a service account: pods that start afterwards have it."""

    role_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: WorkloadIdentityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:identity:WorkloadIdentity", name, {"origin": args.origin}, opts)
        role = self._role(name, args)
        self._association(name, args, role)
        self.role_arn = role.role_arn
        self.register_outputs({"roleArn": self.role_arn})

    def _role(self, name: str, args: WorkloadIdentityArgs) -> WorkloadRole:
        return WorkloadRole(
            name,
            WorkloadRoleArgs(
                origin=args.origin,
                location=args.location,
                description=args.description,
                permissions=args.permissions,
                managed=args.managed,
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _association(self, name: str, args: WorkloadIdentityArgs, role: WorkloadRole) -> None:
        aws.eks.PodIdentityAssociation(
            name,
            cluster_name=args.cluster_name,
            namespace=args.namespace,
            service_account=args.service_account,
            role_arn=role.role_arn,
            # A pod that starts in between would take the role without what it may do.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )
