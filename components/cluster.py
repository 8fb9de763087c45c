"""A Kubernetes control plane on EKS, with its logs, its keys and its identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, assert_never

import pulumi
import pulumi_aws as aws

_LOGS: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
"""All there are: EKS API, `LogType`."""

STS: Final = "sts.amazonaws.com"
"""The audience of tokens that pods exchange for a role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateApi:
    """The API server is reached from inside the VPC only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicApi:
    """The API server is reached from inside the VPC, and from some address blocks outside."""

    cidrs: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IsolatedApi:
    """The API server is reached from inside the VPC only, and what it calls itself stays there, too.

    Without this, the control plane reaches webhooks and identity providers through AWS's own way out, which
    no route table of the VPC shows. It cannot be taken back: EKS makes a new cluster.
    """


ApiAccess = PrivateApi | PublicApi | IsolatedApi


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Which Kubernetes, and what happens when its standard support ends."""

    version: str
    support: Literal["STANDARD", "EXTENDED"]
    """`STANDARD`: EKS upgrades by itself; `EXTENDED`: it stays for another year, at a higher price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPlaneLogs:
    """How long the control plane's logs are kept, and under which key."""

    retention_days: int
    key_arn: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EksClusterArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    release: Release
    api: ApiAccess
    logs: ControlPlaneLogs
    deletion_protection: bool
    """Whether EKS refuses to delete the cluster until this is off."""
    role_arn: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    secrets_key_arn: pulumi.Input[str]


class EksCluster(pulumi.ComponentResource):
    """A control plane that keeps its secrets under our key and every log in a group of ours.

    Who may enter is a matter of access entries alone; whoever made the cluster has no door of their own.
    It has the component's name, because its logs' group is named for it before it exists.
    """

    cluster_name: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    certificate_authority: pulumi.Output[str]
    """Of the API server: base64 of PEM."""
    service_cidr: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    """The group EKS makes for the control plane's interfaces."""
    oidc_provider_arn: pulumi.Output[str]

    def __init__(self, name: str, args: EksClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:compute:EksCluster", name, {"origin": args.origin}, opts)
        logs = self._log_group(name, args)
        cluster = self._cluster(name, args, logs)
        identity = self._identity(name, cluster)
        self.cluster_name = cluster.name
        self.endpoint = cluster.endpoint
        self.certificate_authority = cluster.certificate_authority.data
        self.service_cidr = cluster.kubernetes_network_config.service_ipv4_cidr
        self.security_group_id = cluster.vpc_config.cluster_security_group_id
        self.oidc_provider_arn = identity.arn
        self.register_outputs(
            {
                "clusterName": self.cluster_name,
                "endpoint": self.endpoint,
                "certificateAuthority": self.certificate_authority,
                "serviceCidr": self.service_cidr,
                "securityGroupId": self.security_group_id,
                "oidcProviderArn": self.oidc_provider_arn,
            }
        )

    def _log_group(self, name: str, args: EksClusterArgs) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            f"{name}-logs",
            # EKS writes to the group of this name, and makes one without key or end if there is none.
            name=f"/aws/eks/{name}/cluster",
            retention_in_days=args.logs.retention_days,
            kms_key_id=args.logs.key_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _cluster(self, name: str, args: EksClusterArgs, logs: aws.cloudwatch.LogGroup) -> aws.eks.Cluster:
        return aws.eks.Cluster(
            name,
            name=name,
            version=args.release.version,
            role_arn=args.role_arn,
            vpc_config=_vpc_config(args),
            access_config={
                "authentication_mode": "API",
                "bootstrap_cluster_creator_admin_permissions": False,
            },
            # Add-ons are objects of their own, so that each has a version and settings that a plan shows.
            bootstrap_self_managed_addons=False,
            deletion_protection=args.deletion_protection,
            enabled_cluster_log_types=list(_LOGS),
            encryption_config={
                "provider": {"key_arn": args.secrets_key_arn},
                "resources": ["secrets"],
            },
            upgrade_policy={"support_type": args.release.support},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs]),
        )

    def _identity(self, name: str, cluster: aws.eks.Cluster) -> aws.iam.OpenIdConnectProvider:
        # Without thumbprints: IAM trusts the certificate authority of EKS's issuers by itself.
        return aws.iam.OpenIdConnectProvider(
            f"{name}-identity",
            url=cluster.identities[0].oidcs[0].issuer,
            client_id_lists=[STS],
            opts=pulumi.ResourceOptions(parent=self),
        )


def _vpc_config(args: EksClusterArgs) -> aws.eks.ClusterVpcConfigArgsDict:
    config: aws.eks.ClusterVpcConfigArgsDict = {
        "subnet_ids": args.subnet_ids,
        "endpoint_private_access": True,
        "endpoint_public_access": False,
    }
    match args.api:
        case PrivateApi():
            return config
        case PublicApi(cidrs=cidrs):
            return {**config, "endpoint_public_access": True, "public_access_cidrs": list(cidrs)}
        case IsolatedApi():
            # Through the VPC's route tables, which lead nowhere.
            # Source: Amazon EKS user guide, "Configuring control plane egress routing".
            return {**config, "control_plane_egress_mode": "CUSTOMER_ROUTED"}
        case _:
            assert_never(args.api)
