"""Ways from a VPC to AWS's own services that do not leave AWS's network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.location import Location
from components.policy_document import Statement, allow, anyone, document

HTTPS = 443


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateEndpointsArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    location: Location
    services: Sequence[str]
    """Services with an interface endpoint, as the end of the service's name: `ecr.api`."""
    vpc_id: pulumi.Input[str]
    vpc_cidr: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    route_table_ids: Sequence[pulumi.Input[str]]


class PrivateEndpoints(pulumi.ComponentResource):
    """A gateway endpoint for S3, and an interface endpoint in every zone for each service.

    They answer to the services' usual DNS names, admit HTTPS from the VPC only, and carry requests of this
    account's identities only, and images, objects and messages to this account's own registries, buckets and
    queues only.
    """

    s3_prefix_list_id: pulumi.Output[str]
    """The addresses of S3, as rules of security groups name them."""

    def __init__(
        self, name: str, args: PrivateEndpointsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:network:PrivateEndpoints", name, {"origin": args.origin}, opts)
        s3 = self._s3(name, args)
        group = self._security_group(name, args)
        for service in args.services:
            self._interface(name, args, service, group)
        self.s3_prefix_list_id = s3.prefix_list_id
        self.register_outputs({"s3PrefixListId": self.s3_prefix_list_id})

    def _s3(self, name: str, args: PrivateEndpointsArgs) -> aws.ec2.VpcEndpoint:
        return aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=args.vpc_id,
            service_name=f"com.amazonaws.{args.location.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=args.route_table_ids,
            policy=document(*_s3_permissions(args.location)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _security_group(self, name: str, args: PrivateEndpointsArgs) -> aws.ec2.SecurityGroup:
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            description="HTTPS from the VPC to the endpoints of AWS services",
            vpc_id=args.vpc_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-group-https",
            security_group_id=group.id,
            description="HTTPS from the VPC",
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            cidr_ipv4=args.vpc_cidr,
            opts=pulumi.ResourceOptions(parent=self),
        )
        # With a rule of its own, nobody wonders whether EC2's "everything to everywhere" is still there.
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-group-vpc",
            security_group_id=group.id,
            description="Nothing beyond the VPC",
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            cidr_ipv4=args.vpc_cidr,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return group

    def _interface(
        self, name: str, args: PrivateEndpointsArgs, service: str, group: aws.ec2.SecurityGroup
    ) -> None:
        aws.ec2.VpcEndpoint(
            f"{name}-{service.replace('.', '-')}",
            vpc_id=args.vpc_id,
            service_name=f"com.amazonaws.{args.location.region}.{service}",
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=args.subnet_ids,
            security_group_ids=[group.id],
            policy=document(*_permissions(service, args.location)),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _permissions(service: str, location: Location) -> list[Statement]:
    match service:
        case "ecr.api" | "ecr.dkr":
            return _image_permissions(location)
        case "sqs":
            return [_own_queues(location)]
        case "sts":
            return [_own_identities(service, location), _web_identities(location)]
        case _:
            return [_own_identities(service, location)]


def _own_identities(service: str, location: Location) -> Statement:
    # A principal other than `*` in an endpoint's policy means the root user alone; hence the condition.
    # Source: Amazon VPC user guide, "Control access to VPC endpoints using endpoint policies".
    return allow(
        "OwnIdentitiesOnly",
        [f"{service.partition('.')[0]}:*"],
        to=anyone(),
        on=["*"],
        when={"StringEquals": {"aws:PrincipalAccount": location.account_id}},
    )


def _own_queues(location: Location) -> Statement:
    # What is sent to another account's queue has left: who may is no more said by the sender's account alone.
    own = {"aws:PrincipalAccount": location.account_id, "aws:ResourceAccount": location.account_id}
    return allow("OwnIdentitiesAndQueuesOnly", ["sqs:*"], to=anyone(), on=["*"], when={"StringEquals": own})


def _web_identities(location: Location) -> Statement:
    # Who brings the token of a cluster's issuer has no account yet; the role they ask for has.
    return allow(
        "OwnRolesByWebIdentity",
        ["sts:AssumeRoleWithWebIdentity"],
        to=anyone(),
        on=[f"arn:{location.partition}:iam::{location.account_id}:role/*"],
    )


def _image_permissions(location: Location) -> list[Statement]:
    own = {"aws:PrincipalAccount": location.account_id}
    return [
        allow(
            "OwnIdentitiesAndRepositoriesOnly",
            ["ecr:*"],
            to=anyone(),
            on=["*"],
            when={"StringEquals": {**own, "aws:ResourceAccount": location.account_id}},
        ),
        # EKS's add-ons are pulled from AWS's own accounts; nothing is pushed to them.
        allow(
            "PullFromOthers",
            [
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetAuthorizationToken",
                "ecr:GetDownloadUrlForLayer",
            ],
            to=anyone(),
            on=["*"],
            when={"StringEquals": own},
        ),
    ]


def _s3_permissions(location: Location) -> list[Statement]:
    account = location.account_id
    layers = f"arn:{location.partition}:s3:::prod-{location.region}-starport-layer-bucket/*"
    return [
        allow(
            "OwnIdentitiesAndBucketsOnly",
            ["s3:*"],
            to=anyone(),
            on=["*"],
            when={"StringEquals": {"aws:PrincipalAccount": account, "aws:ResourceAccount": account}},
        ),
        # ECR keeps the layers of every image in a bucket of its own; clients read it by presigned links.
        # Source: Amazon ECR user guide, "Minimum Amazon S3 bucket permissions for Amazon ECR".
        allow("ImageLayers", ["s3:GetObject"], to=anyone(), on=[layers]),
    ]
