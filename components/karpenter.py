"""What Karpenter needs of AWS before it can make nodes: a role for itself, and one for its nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.base_roles import NODE_POLICIES
from components.disk_access import sealed_disks
from components.location import Location
from components.naming import ROLE, fitted
from components.node_marks import KARPENTER_ACCOUNT
from components.policy_document import Statement, allow, document, service
from components.workload_identity import WorkloadIdentity, WorkloadIdentityArgs

NAMESPACE: Final = "kube-system"
"""Where Karpenter's controller is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KarpenterArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    location: Location
    cluster: str
    """The cluster's name, which the tags of Karpenter's machines carry."""
    cluster_name: pulumi.Input[str]
    disk_key_arn: pulumi.Input[str]
    queue_arn: pulumi.Input[str]
    """Where interruptions are announced."""


class Karpenter(pulumi.ComponentResource):
    """The controller's role, and role, profile and access entry of the nodes it makes.

    The controller may change only machines that carry the cluster's tag, and hand on only the nodes' role.
    It may read the queue in which AWS says which machine it is about to take away.
    """

    node_role_arn: pulumi.Output[str]
    node_profile_name: pulumi.Output[str]
    controller_role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: KarpenterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:compute:Karpenter", name, {"origin": args.origin}, opts)
        role = self._node_role(name, args)
        profile = self._node_profile(name, role)
        self._entry(name, args, role)
        controller = self._controller(name, args, role)
        self.node_role_arn = role.arn
        self.node_profile_name = profile.name
        self.controller_role_arn = controller.role_arn
        self.register_outputs(
            {
                "nodeRoleArn": self.node_role_arn,
                "nodeProfileName": self.node_profile_name,
                "controllerRoleArn": self.controller_role_arn,
            }
        )

    def _node_role(self, name: str, args: KarpenterArgs) -> aws.iam.Role:
        # Not the role of the node groups: its access entry is made and removed by EKS with the groups.
        role = aws.iam.Role(
            fitted(f"{name}-node", ROLE),
            description="Nodes that Karpenter makes",
            assume_role_policy=document(allow("EC2", ["sts:AssumeRole"], to=service("ec2.amazonaws.com"))),
            opts=pulumi.ResourceOptions(parent=self),
        )
        for purpose, policy in NODE_POLICIES.items():
            aws.iam.RolePolicyAttachment(
                f"{name}-node-{purpose}",
                role=role.name,
                policy_arn=args.location.managed_policy(policy),
                opts=pulumi.ResourceOptions(parent=self),
            )
        return role

    def _node_profile(self, name: str, role: aws.iam.Role) -> aws.iam.InstanceProfile:
        # Made here and not by the controller: without a way to IAM, as in an air gap, it could not.
        return aws.iam.InstanceProfile(
            f"{name}-node", role=role.name, opts=pulumi.ResourceOptions(parent=self)
        )

    def _entry(self, name: str, args: KarpenterArgs, role: aws.iam.Role) -> None:
        aws.eks.AccessEntry(
            f"{name}-node",
            cluster_name=args.cluster_name,
            principal_arn=role.arn,
            type="EC2_LINUX",
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _controller(self, name: str, args: KarpenterArgs, role: aws.iam.Role) -> WorkloadIdentity:
        return WorkloadIdentity(
            f"{name}-controller",
            WorkloadIdentityArgs(
                origin=args.origin,
                location=args.location,
                description="Karpenter: makes and removes nodes",
                namespace=NAMESPACE,
                service_account=KARPENTER_ACCOUNT,
                permissions=_permissions(args, role.arn),
                cluster_name=args.cluster_name,
            ),
            pulumi.ResourceOptions(parent=self),
        )


def _permissions(args: KarpenterArgs, node_role_arn: pulumi.Input[str]) -> list[Statement]:
    # Source: aws/karpenter-provider-aws v1.14, reference of its CloudFormation template; of instance profiles
    # only what looks at them: the one there is is made above. The cluster's tag alone says what is
    # Karpenter's; upstream asks for the tag of a node pool as well.
    owned = f"aws:ResourceTag/kubernetes.io/cluster/{args.cluster}"
    asked = f"aws:RequestTag/kubernetes.io/cluster/{args.cluster}"
    here = {"StringEquals": {"aws:RequestedRegion": args.location.region}}
    return [
        *sealed_disks(args.location, args.disk_key_arn),
        allow("Look", _LOOK, on=["*"], when=here),
        # Prices are told in three regions for all; profiles belong to no region.
        allow("LookUpPrices", ["pricing:GetProducts"], on=["*"]),
        allow("LookForProfiles", ["iam:ListInstanceProfiles"], on=["*"]),
        allow(
            "LookAtProfiles",
            ["iam:GetInstanceProfile"],
            on=[f"arn:{args.location.partition}:iam::{args.location.account_id}:instance-profile/*"],
        ),
        allow("LaunchFrom", _LAUNCH, on=[_ec2(args, each, account) for each, account in _FROM.items()]),
        allow(
            "LaunchFromTemplates",
            _LAUNCH,
            on=[_ec2(args, "launch-template", args.location.account_id)],
            when={"StringEquals": {owned: "owned"}},
        ),
        allow(
            "Launch",
            [*_LAUNCH, "ec2:CreateLaunchTemplate"],
            on=[_ec2(args, each, args.location.account_id) for each in _MADE],
            when={"StringEquals": {asked: "owned"}},
        ),
        allow(
            "TagWhatIsMade",
            ["ec2:CreateTags"],
            on=[_ec2(args, each, args.location.account_id) for each in _MADE],
            when={"StringEquals": {asked: "owned", "ec2:CreateAction": list(_MAKING)}},
        ),
        allow(
            "TagMachines",
            ["ec2:CreateTags"],
            on=[_ec2(args, "instance", args.location.account_id)],
            when={
                "StringEquals": {owned: "owned"},
                "StringEqualsIfExists": {"aws:RequestTag/eks:eks-cluster-name": args.cluster},
                "ForAllValues:StringEquals": {"aws:TagKeys": list(_LATER)},
            },
        ),
        allow(
            "Remove",
            ["ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"],
            on=[_ec2(args, each, args.location.account_id) for each in ("instance", "launch-template")],
            when={"StringEquals": {owned: "owned"}},
        ),
        allow(
            "HandOnTheNodesRole",
            ["iam:PassRole"],
            on=[node_role_arn],
            when={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
        allow(
            "FindTheCluster",
            ["eks:DescribeCluster"],
            on=[args.location.arn("eks", f"cluster/{args.cluster}")],
        ),
        allow(
            "FindImages",
            ["ssm:GetParameter"],
            on=[f"arn:{args.location.partition}:ssm:{args.location.region}::parameter/aws/service/*"],
        ),
        allow(
            "HearOfInterruptions",
            ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
            on=[args.queue_arn],
        ),
    ]


def _ec2(args: KarpenterArgs, kind: str, account: str) -> str:
    return f"arn:{args.location.partition}:ec2:{args.location.region}:{account}:{kind}/*"


_LOOK: Final = (
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeCapacityReservations",
    "ec2:DescribeImages",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstanceTypeOfferings",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeInstances",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribePlacementGroups",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSpotPriceHistory",
    "ec2:DescribeSubnets",
)
"""Actions of EC2 that know no resource."""

_LAUNCH: Final = ("ec2:CreateFleet", "ec2:RunInstances")

_FROM: Final = {
    "image": "",
    "snapshot": "",
    "capacity-reservation": "*",
    "placement-group": "*",
    "security-group": "*",
    "subnet": "*",
}
"""What a launch takes from, and whose it may be: images and snapshots of AWS's have no account."""

_MADE: Final = (
    "fleet",
    "instance",
    "launch-template",
    "network-interface",
    "spot-instances-request",
    "volume",
)

_MAKING: Final = ("CreateFleet", "CreateLaunchTemplate", "RunInstances")

_LATER: Final = ("Name", "eks:eks-cluster-name", "karpenter.sh/nodeclaim")
"""Tags that a machine gets only when it has become a node."""
