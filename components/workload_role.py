"""A role that pods take through EKS Pod Identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.location import Location
from components.naming import ROLE, fitted
from components.policy_document import Statement, allow, document, service


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadRoleArgs:
    """Plain fields are decisions, known at plan time; leaves of `permissions` may be wiring."""

    origin: str
    location: Location
    description: str
    permissions: Sequence[Statement]
    managed: Sequence[str] = ()
    """Names of policies that AWS maintains and that it gets as well."""


class WorkloadRole(pulumi.ComponentResource):
    """A role, and a policy with all it may do; which pods take it is decided where they are made."""

    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: WorkloadRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:identity:WorkloadRole", name, {"origin": args.origin}, opts)
        role = self._role(name, args)
        policy = self._policy(name, args)
        self._attach(f"{name}-attachment", role, policy.arn)
        for managed in args.managed:
            self._attach(f"{name}-{managed}", role, args.location.managed_policy(managed))
        self.role_arn = role.arn
        self.register_outputs({"roleArn": self.role_arn})

    def _role(self, name: str, args: WorkloadRoleArgs) -> aws.iam.Role:
        return aws.iam.Role(
            fitted(name, ROLE),
            description=args.description,
            assume_role_policy=document(
                allow(
                    "PodIdentity",
                    # The agent tags the session with cluster, namespace and service account.
                    ["sts:AssumeRole", "sts:TagSession"],
                    to=service("pods.eks.amazonaws.com"),
                    when={"StringEquals": {"aws:SourceAccount": args.location.account_id}},
                )
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _policy(self, name: str, args: WorkloadRoleArgs) -> aws.iam.Policy:
        return aws.iam.Policy(
            f"{name}-policy",
            description=args.description,
            policy=document(*args.permissions),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _attach(self, name: str, role: aws.iam.Role, policy_arn: pulumi.Input[str]) -> None:
        aws.iam.RolePolicyAttachment(
            name,
            role=role.name,
            policy_arn=policy_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
