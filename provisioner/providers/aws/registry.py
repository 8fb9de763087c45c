"""Every AWS type there is a driver for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from provisioner.providers.aws.catalog import (
    dns_firewall,
    ec2_compute,
    ec2_endpoints,
    ec2_network,
    ec2_peering,
    ec2_public_access,
    ec2_routing,
    ec2_security,
    ecr,
    efs,
    eks_access,
    eks_cluster,
    eks_nodes,
    events,
    iam,
    iam_federation,
    kms,
    logs,
    rds,
    rds_groups,
    replication,
    route53,
    s3_bucket,
    s3_settings,
    sqs,
)
from provisioner.providers.aws.driver import TypeDriver
from provisioner.providers.aws.scope import Scope
from provisioner.providers.aws.spec import ResourceSpec
from provisioner.providers.aws.special.bucket import Buckets
from provisioner.providers.aws.special.cluster import Clusters
from provisioner.providers.aws.special.database import Databases
from provisioner.providers.aws.special.event_target import EventTargets
from provisioner.providers.aws.special.grant import Grants
from provisioner.providers.aws.special.image_replication import ImageReplications
from provisioner.providers.aws.special.launch_template import LaunchTemplates
from provisioner.providers.aws.special.nat_gateway import NatGateways
from provisioner.providers.aws.special.node_group import NodeGroups
from provisioner.providers.aws.special.oidc_provider import OpenIdConnectProviders
from provisioner.providers.aws.special.parameter_group import ParameterGroups
from provisioner.providers.aws.special.pod_identity import PodIdentityAssociations
from provisioner.providers.aws.special.record import Records
from provisioner.providers.aws.special.replica_key import ReplicaKeys
from provisioner.providers.aws.special.route import Routes
from provisioner.providers.aws.special.route_table_association import RouteTableAssociations
from provisioner.providers.aws.special.security_group import SecurityGroups
from provisioner.providers.aws.special.security_group_rule import SecurityGroupRules
from provisioner.providers.aws.special.zone import HealthChecks, Zones

CATALOG: tuple[ResourceSpec, ...] = (
    *ec2_network.SPECS,
    *ec2_routing.SPECS,
    *ec2_security.SPECS,
    *ec2_endpoints.SPECS,
    *ec2_peering.SPECS,
    *ec2_public_access.SPECS,
    *ec2_compute.SPECS,
    *ecr.SPECS,
    *efs.SPECS,
    *eks_cluster.SPECS,
    *eks_access.SPECS,
    *eks_nodes.SPECS,
    *events.SPECS,
    *iam.SPECS,
    *iam_federation.SPECS,
    *kms.SPECS,
    *logs.SPECS,
    *rds_groups.SPECS,
    *rds.SPECS,
    *replication.SPECS,
    *route53.SPECS,
    *dns_firewall.SPECS,
    *s3_bucket.SPECS,
    *s3_settings.SPECS,
    *sqs.SPECS,
)

SPECIAL: Mapping[str, Callable[[ResourceSpec, Scope], TypeDriver]] = {
    "aws:cloudwatch/eventTarget:EventTarget": EventTargets,
    "aws:ec2/launchTemplate:LaunchTemplate": LaunchTemplates,
    "aws:ec2/natGateway:NatGateway": NatGateways,
    "aws:ec2/route:Route": Routes,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": RouteTableAssociations,
    "aws:ec2/securityGroup:SecurityGroup": SecurityGroups,
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": ImageReplications,
    "aws:eks/cluster:Cluster": Clusters,
    "aws:eks/nodeGroup:NodeGroup": NodeGroups,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": PodIdentityAssociations,
    "aws:kms/grant:Grant": Grants,
    "aws:kms/replicaKey:ReplicaKey": ReplicaKeys,
    "aws:rds/instance:Instance": Databases,
    "aws:rds/parameterGroup:ParameterGroup": ParameterGroups,
    "aws:route53/healthCheck:HealthCheck": HealthChecks,
    "aws:route53/record:Record": Records,
    "aws:route53/zone:Zone": Zones,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": OpenIdConnectProviders,
    "aws:s3/bucket:Bucket": Buckets,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": SecurityGroupRules,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": SecurityGroupRules,
}
"""Types that do something the table cannot say; everything else about them is in their row."""
