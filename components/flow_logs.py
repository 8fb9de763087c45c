"""A record of who talked to whom in a VPC, and who was turned away."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.location import Location
from components.naming import ROLE, fitted
from components.policy_document import allow, document, service


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLogsArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    location: Location
    retention_days: int
    vpc_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]


class FlowLogs(pulumi.ComponentResource):
    """All traffic of a VPC, accepted and rejected, in an encrypted log group that only this writes to."""

    log_group_name: pulumi.Output[str]

    def __init__(self, name: str, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:network:FlowLogs", name, {"origin": args.origin}, opts)
        group = self._log_group(name, args)
        role = self._role(name, args)
        permission = self._permission(name, args, role, group)
        self._flow_log(name, args, group, role, permission)
        self.log_group_name = group.name
        self.register_outputs({"logGroupName": self.log_group_name})

    def _log_group(self, name: str, args: FlowLogsArgs) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            name,
            retention_in_days=args.retention_days,
            kms_key_id=args.key_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _role(self, name: str, args: FlowLogsArgs) -> aws.iam.Role:
        # Without the condition, a flow log of another account could be made to write here.
        here = {
            "StringEquals": {"aws:SourceAccount": args.location.account_id},
            "ArnLike": {"aws:SourceArn": args.location.arn("ec2", "vpc-flow-log/*")},
        }
        return aws.iam.Role(
            fitted(f"{name}-role", ROLE),
            description="Writes the flow logs of the VPC",
            assume_role_policy=document(
                allow("FlowLogs", ["sts:AssumeRole"], to=service("vpc-flow-logs.amazonaws.com"), when=here)
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _permission(
        self, name: str, args: FlowLogsArgs, role: aws.iam.Role, group: aws.cloudwatch.LogGroup
    ) -> aws.iam.RolePolicy:
        return aws.iam.RolePolicy(
            f"{name}-write",
            role=role.name,
            policy=document(
                allow(
                    "Write",
                    ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                    on=[pulumi.Output.concat(group.arn, ":*")],
                ),
                allow("Find", ["logs:DescribeLogGroups"], on=[args.location.arn("logs", "log-group:*")]),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _flow_log(
        self,
        name: str,
        args: FlowLogsArgs,
        group: aws.cloudwatch.LogGroup,
        role: aws.iam.Role,
        permission: aws.iam.RolePolicy,
    ) -> None:
        aws.ec2.FlowLog(
            name,
            vpc_id=args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            # A flow log made before its role may write stays in `Access error` for a while.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )
