"""Counts what exists in a cloud, type by type, by asking the cloud: nobody's records are looked at.

An answer is a list of names that a person can read, one for each object, so that what is there twice shows twice.
"""

import functools

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.e2e.census_compute import CENSUS_COMPUTE
from tests.e2e.census_data import CENSUS_DATA
from tests.e2e.census_events import CENSUS_EVENTS
from tests.e2e.census_links import CENSUS_LINKS
from tests.e2e.census_shut import CENSUS_SHUT

NOT_THERE = {
    "LifecyclePolicyNotFoundException", "NoSuchBucketPolicy", "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration", "OwnershipControlsNotFoundError",
    "ReplicationConfigurationNotFoundError", "RepositoryPolicyNotFoundException",
    "ServerSideEncryptionConfigurationNotFoundError",
}  # fmt: skip
"""Error codes that say: this bucket or repository has no such setting."""


@functools.cache
def _session():
    """One for all: it reads the model of a service once."""
    return boto3.Session("local", "local")


class Cloud:
    """boto3 clients of the cloud at an endpoint, and the count of what is in it."""

    def __init__(self, endpoint, region="us-east-1"):
        self.endpoint = endpoint
        self.region = region
        self._clients = {}

    def elsewhere(self, region):
        """The same cloud, seen from another region."""
        return self if region == self.region else Cloud(self.endpoint, region)

    def client(self, service):
        if service not in self._clients:
            self._clients[service] = _session().client(
                service, self.region, endpoint_url=self.endpoint,
                config=Config(s3={"addressing_style": "path"}, proxies={}, max_pool_connections=4),
            )  # fmt: skip
        return self._clients[service]

    def listed(self, service, operation, answer, **parameters):
        """All pages of an answer."""
        client = self.client(service)
        if client.can_paginate(operation):
            return client.get_paginator(operation).paginate(**parameters).build_full_result().get(answer, [])
        return getattr(client, operation)(**parameters)[answer]

    def ec2(self, operation, answer):
        return self.listed("ec2", operation, answer)

    def objects(self, type):
        """The names of all objects of a type, sorted."""
        return sorted(CENSUS[type](self))

    def census(self):
        """Type -> names of its objects, for all types."""
        return {type: self.objects(type) for type in CENSUS}


def _setting(service, parents, operation):
    """A setting that each parent has once or not at all."""

    def names(cloud):
        client = cloud.client(service)
        for parameter, name in parents(cloud):
            try:
                answer = getattr(client, operation)(**{parameter: name})
            except ClientError as error:
                if error.response["Error"]["Code"] not in NOT_THERE:
                    raise
            else:
                if set(answer) - {"ResponseMetadata"}:
                    yield name

    return names


def _buckets(cloud):
    return [("Bucket", bucket["Name"]) for bucket in cloud.listed("s3", "list_buckets", "Buckets")]


def _repositories(cloud):
    return [
        ("repositoryName", each["repositoryName"])
        for each in cloud.listed("ecr", "describe_repositories", "repositories")
    ]


def _ec2(operation, answer, id, counts=lambda item: True):
    def names(cloud):
        return [f"{item[id]} {_tag(item)}" for item in cloud.ec2(operation, answer) if counts(item)]

    return names


def _tag(item):
    return next((tag["Value"] for tag in item.get("Tags", ()) if tag["Key"] == "Name"), "")


def _lives(item):
    return item["State"].lower() not in ("deleted", "deleting")


def _routes(cloud):
    for table in cloud.ec2("describe_route_tables", "RouteTables"):
        for route in table["Routes"]:
            # A gateway endpoint puts routes of its own into the table.
            if route.get("Origin") == "CreateRoute" and not route.get("GatewayId", "").startswith("vpce-"):
                yield f"{table['RouteTableId']} {route.get('DestinationCidrBlock') or route.get('DestinationIpv6CidrBlock')}"


def _associations(cloud):
    for table in cloud.ec2("describe_route_tables", "RouteTables"):
        for association in table["Associations"]:
            if not association["Main"]:
                yield f"{association.get('SubnetId') or association.get('GatewayId')} {association['RouteTableAssociationId']}"


def _rules(*, is_egress):
    """Not those with which a security group comes that AWS has made: they have no names, ours in it have."""

    def names(cloud):
        groups = cloud.ec2("describe_security_groups", "SecurityGroups")
        given = {group["GroupId"] for group in groups if _is_given(group)}
        for rule in cloud.ec2("describe_security_group_rules", "SecurityGroupRules"):
            if rule["IsEgress"] is is_egress and (rule["GroupId"] not in given or _tag(rule)):
                yield f"{rule['SecurityGroupRuleId']} {_tag(rule)}"

    return names


def _is_default(group):
    return group["GroupName"] == "default"


def _is_given(group):
    """Every VPC comes with a group of its own, and so does every cluster."""
    return _is_default(group) or group["GroupName"].startswith("eks-cluster-sg-")


def _role_names(cloud):
    return [role["RoleName"] for role in cloud.listed("iam", "list_roles", "Roles")]


def _roles_have(operation, answer, key):
    def names(cloud):
        for role in _role_names(cloud):
            for found in cloud.listed("iam", operation, answer, RoleName=role):
                yield f"{role} {found[key] if key else found}"

    return names


def _keys(cloud):
    """A key that waits for the end of its deletion window counts as gone; copies are a type of their own."""
    for key in cloud.listed("kms", "list_keys", "Keys"):
        told = cloud.client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        kind = told.get("MultiRegionConfiguration", {}).get("MultiRegionKeyType")
        if told["KeyState"] not in ("PendingDeletion", "PendingReplicaDeletion") and kind != "REPLICA":
            yield f"{key['KeyId']} {told['Description']}"


def _versioned(cloud):
    """AWS cannot take versioning off again: suspended is as good as never set."""
    for _, bucket in _buckets(cloud):
        if cloud.client("s3").get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled":
            yield bucket


CENSUS = {
    "aws:ec2/vpc:Vpc": _ec2("describe_vpcs", "Vpcs", "VpcId"),
    "aws:ec2/subnet:Subnet": _ec2("describe_subnets", "Subnets", "SubnetId"),
    "aws:ec2/internetGateway:InternetGateway": _ec2(
        "describe_internet_gateways", "InternetGateways", "InternetGatewayId"
    ),
    "aws:ec2/flowLog:FlowLog": _ec2("describe_flow_logs", "FlowLogs", "FlowLogId"),
    "aws:ec2/eip:Eip": _ec2("describe_addresses", "Addresses", "AllocationId"),
    "aws:ec2/natGateway:NatGateway": _ec2("describe_nat_gateways", "NatGateways", "NatGatewayId", _lives),
    # Every VPC comes with a main one.
    "aws:ec2/routeTable:RouteTable": _ec2(
        "describe_route_tables",
        "RouteTables",
        "RouteTableId",
        lambda table: not any(association["Main"] for association in table["Associations"]),
    ),
    "aws:ec2/route:Route": _routes,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _associations,
    "aws:ec2/securityGroup:SecurityGroup": _ec2(
        "describe_security_groups", "SecurityGroups", "GroupId", lambda group: not _is_given(group)
    ),
    # Every VPC has one; those with a name are looked after by us.
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _ec2(
        "describe_security_groups",
        "SecurityGroups",
        "GroupId",
        lambda group: _is_default(group) and _tag(group),
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _rules(is_egress=False),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _rules(is_egress=True),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _ec2(
        "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", _lives
    ),
    "aws:ecr/repository:Repository": lambda cloud: [name for _, name in _repositories(cloud)],
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _setting("ecr", _repositories, "get_lifecycle_policy"),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _setting("ecr", _repositories, "get_repository_policy"),
    "aws:iam/role:Role": _role_names,
    "aws:iam/rolePolicy:RolePolicy": _roles_have("list_role_policies", "PolicyNames", None),
    "aws:iam/policy:Policy": lambda cloud: [
        policy["PolicyName"] for policy in cloud.listed("iam", "list_policies", "Policies", Scope="Local")
    ],
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _roles_have(
        "list_attached_role_policies", "AttachedPolicies", "PolicyArn"
    ),
    "aws:iam/instanceProfile:InstanceProfile": lambda cloud: [
        profile["InstanceProfileName"]
        for profile in cloud.listed("iam", "list_instance_profiles", "InstanceProfiles")
    ],
    "aws:kms/key:Key": _keys,
    "aws:kms/alias:Alias": lambda cloud: [
        alias["AliasName"]
        for alias in cloud.listed("kms", "list_aliases", "Aliases")
        if not alias["AliasName"].startswith("alias/aws/")
    ],
    "aws:cloudwatch/logGroup:LogGroup": lambda cloud: [
        group["logGroupName"] for group in cloud.listed("logs", "describe_log_groups", "logGroups")
    ],
    "aws:s3/bucket:Bucket": lambda cloud: [name for _, name in _buckets(cloud)],
    "aws:s3/bucketVersioning:BucketVersioning": _versioned,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _setting(
        "s3", _buckets, "get_bucket_encryption"
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _setting(
        "s3", _buckets, "get_public_access_block"
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _setting(
        "s3", _buckets, "get_bucket_ownership_controls"
    ),
    "aws:s3/bucketPolicy:BucketPolicy": _setting("s3", _buckets, "get_bucket_policy"),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _setting(
        "s3", _buckets, "get_bucket_lifecycle_configuration"
    ),
    "aws:s3/bucketLogging:BucketLogging": _setting("s3", _buckets, "get_bucket_logging"),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": _setting(
        "s3", _buckets, "get_bucket_replication"
    ),
    **CENSUS_COMPUTE,
    **CENSUS_DATA,
    **CENSUS_EVENTS,
    **CENSUS_LINKS,
    **CENSUS_SHUT,
}
"""How the objects of each type are listed."""
