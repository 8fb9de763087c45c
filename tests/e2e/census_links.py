"""How what joins regions is listed: peering, copies of keys and images, zones with their networks and records."""


def _peerings(side, counts):
    """The connections in which a network of this region is this side."""

    def names(cloud):
        for found in cloud.ec2("describe_vpc_peering_connections", "VpcPeeringConnections"):
            over = found["Status"]["Code"] in ("deleted", "rejected", "expired", "failed")
            if not over and found[f"{side}VpcInfo"]["Region"] == cloud.region and counts(found):
                yield found["VpcPeeringConnectionId"]

    return names


def _accepted(found):
    return found["Status"]["Code"] == "active"


def _options(cloud):
    """A connection that is active has options on each side, whoever sets them: they are counted with it."""
    return {*_peerings("Requester", _accepted)(cloud), *_peerings("Accepter", _accepted)(cloud)}


def _replicas(cloud):
    """Keys of other regions that this region has a copy of."""
    kms = cloud.client("kms")
    for key in cloud.listed("kms", "list_keys", "Keys"):
        told = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        kind = told.get("MultiRegionConfiguration", {}).get("MultiRegionKeyType")
        if kind == "REPLICA" and told["KeyState"] != "PendingDeletion":
            yield f"{key['KeyId']} {told['Description']}"


def _grants(cloud):
    for key in cloud.listed("kms", "list_keys", "Keys"):
        for grant in cloud.listed("kms", "list_grants", "Grants", KeyId=key["KeyId"]):
            yield f"{key['KeyId']} {grant['Name']} {grant['GrantId']}"


def _replicated(cloud):
    """A registry has one configuration, which may be empty."""
    registry = cloud.client("ecr").describe_registry()
    return [registry["registryId"]] if registry["replicationConfiguration"]["rules"] else []


def _zones(cloud):
    return [zone["Id"] for zone in cloud.listed("route53", "list_hosted_zones", "HostedZones")]


def _associations(cloud):
    """All networks of all zones but one each: with that one a private zone is made."""
    for zone in _zones(cloud):
        networks = cloud.client("route53").get_hosted_zone(Id=zone).get("VPCs", [])
        yield from (f"{zone} {vpc['VPCId']} {vpc['VPCRegion']}" for vpc in networks[1:])


def _records(cloud):
    """Not those that a zone comes with: who answers for it."""
    for zone in _zones(cloud):
        for record in cloud.listed(
            "route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone
        ):
            if record["Type"] not in ("NS", "SOA"):
                yield f"{zone} {record['Name']} {record['Type']} {record.get('SetIdentifier')}"


CENSUS_LINKS = {
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": _peerings("Requester", lambda _: True),
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": _peerings("Accepter", _accepted),
    "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions": _options,
    "aws:kms/replicaKey:ReplicaKey": _replicas,
    "aws:kms/grant:Grant": _grants,
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": _replicated,
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": lambda cloud: [
        template["prefix"]
        for template in cloud.listed(
            "ecr", "describe_repository_creation_templates", "repositoryCreationTemplates"
        )
    ],
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": lambda cloud: [
        rule["ecrRepositoryPrefix"]
        for rule in cloud.listed("ecr", "describe_pull_through_cache_rules", "pullThroughCacheRules")
    ],
    "aws:route53/zone:Zone": _zones,
    "aws:route53/zoneAssociation:ZoneAssociation": _associations,
    "aws:route53/record:Record": _records,
    "aws:route53/healthCheck:HealthCheck": lambda cloud: [
        check["Id"] for check in cloud.listed("route53", "list_health_checks", "HealthChecks")
    ],
}
