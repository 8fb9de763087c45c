"""Every AWS type there is a driver for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from provisioner.providers.aws.catalog import (
    ec2_endpoints,
    ec2_network,
    ec2_routing,
    ec2_security,
    ecr,
    iam,
    kms,
    logs,
    s3_bucket,
    s3_settings,
)
from provisioner.providers.aws.driver import TypeDriver
from provisioner.providers.aws.scope import Scope
from provisioner.providers.aws.spec import ResourceSpec
from provisioner.providers.aws.special.bucket import Buckets
from provisioner.providers.aws.special.nat_gateway import NatGateways
from provisioner.providers.aws.special.route import Routes
from provisioner.providers.aws.special.route_table_association import RouteTableAssociations
from provisioner.providers.aws.special.security_group import SecurityGroups
from provisioner.providers.aws.special.security_group_rule import SecurityGroupRules

CATALOG: tuple[ResourceSpec, ...] = (
    *ec2_network.SPECS,
    *ec2_routing.SPECS,
    *ec2_security.SPECS,
    *ec2_endpoints.SPECS,
    *ecr.SPECS,
    *iam.SPECS,
    *kms.SPECS,
    *logs.SPECS,
    *s3_bucket.SPECS,
    *s3_settings.SPECS,
)

SPECIAL: Mapping[str, Callable[[ResourceSpec, Scope], TypeDriver]] = {
    "aws:ec2/natGateway:NatGateway": NatGateways,
    "aws:ec2/route:Route": Routes,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": RouteTableAssociations,
    "aws:ec2/securityGroup:SecurityGroup": SecurityGroups,
    "aws:s3/bucket:Bucket": Buckets,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": SecurityGroupRules,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": SecurityGroupRules,
}
"""Types that do something the table cannot say; everything else about them is in their row."""
