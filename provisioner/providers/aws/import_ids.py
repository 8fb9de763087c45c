"""How the ids of objects look that are to be imported, by type.

Where an id is made of an object's properties, its row in the catalogue says how. The others are AWS's own;
how they begin is in the Amazon EC2 user guide, "Resource IDs", and in the API reference of each service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from provisioner.providers.aws.registry import CATALOG
from provisioner.providers.aws.spec import Text

_MADE_BY_AWS: Final[Mapping[str, str]] = {
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "sg-…",
    "aws:ec2/eip:Eip": "eipalloc-…",
    "aws:ec2/flowLog:FlowLog": "fl-…",
    "aws:ec2/internetGateway:InternetGateway": "igw-…",
    "aws:ec2/launchTemplate:LaunchTemplate": "lt-…",
    "aws:ec2/natGateway:NatGateway": "nat-…",
    "aws:ec2/routeTable:RouteTable": "rtb-…",
    "aws:ec2/securityGroup:SecurityGroup": "sg-…",
    "aws:ec2/subnet:Subnet": "subnet-…",
    "aws:ec2/vpc:Vpc": "vpc-…",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "vpce-…",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": "pcx-…",
    "aws:efs/accessPoint:AccessPoint": "fsap-…",
    "aws:efs/fileSystem:FileSystem": "fs-…",
    "aws:efs/mountTarget:MountTarget": "fsmt-…",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "arn:…",
    "aws:kms/key:Key": "…  (the key's id, not an alias)",
    "aws:kms/replicaKey:ReplicaKey": "mrk-…",
    "aws:route53/healthCheck:HealthCheck": "…  (the health check's id)",
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": "rslvr-fc-…",
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": "rslvr-fdl-…",
    "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": "rslvr-frg-…",
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": "rslvr-…",
    "aws:route53/zone:Zone": "…  (the zone's id, as Z0123456789ABCDEFGHIJ)",
    "aws:sqs/queue:Queue": "…  (the queue's URL)",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "sgr-…",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "sgr-…",
}

_AS_PULUMI_AWS: Final[Mapping[str, str]] = {
    # Their drivers take these besides the ids that are recorded.
    "aws:cloudwatch/eventTarget:EventTarget": "<rule>/<targetId>",
    "aws:ec2/route:Route": "<routeTableId>_<destinationCidrBlock>",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "<subnetId>/<routeTableId>",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": "<clusterName>,<associationId>",
    "aws:rds/instance:Instance": "<identifier>",
}


def form(type: str) -> str:
    """How an id of this type is written: `<clusterName>:<addonName>`, `vpc-…`; empty for others' types."""
    return FORMS.get(type, "")


def _forms() -> dict[str, str]:
    known = {**_MADE_BY_AWS, **_AS_PULUMI_AWS}
    for spec in CATALOG:
        if spec.type not in known and isinstance(spec.id, Text):
            known[spec.type] = re.sub(r"{(\w+)}", r"<\1>", spec.id.template)
    return known


FORMS: Final[Mapping[str, str]] = _forms()
"""By type."""
