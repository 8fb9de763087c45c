"""What kind of matter it is that somebody changed the cloud: benign, of security, or of cost. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from provisioner.plan.diff import MISSING, Change
from provisioner.plan.model import Drift, DriftKind
from provisioner.plan.values import revealed


class DriftClass(enum.StrEnum):
    """What kind of matter it is; the last one is the gravest."""

    BENIGN = "benign"
    """Nobody pays more for it, and nobody gets in by it."""

    COST = "cost"
    """It changes what is paid, or what is there for the money."""

    SECURITY = "security"
    """It changes who may do what, what is encrypted, open or recorded, or where data and traffic go."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How drift of one type is classed."""

    gone: DriftClass
    """When the object was deleted; never benign."""

    otherwise: DriftClass
    """When a property changed that is not in `of`."""

    of: Mapping[str, DriftClass] = field(default_factory=dict[str, DriftClass])
    """By top-level property."""


_B, _C, _S = DriftClass
_GUARDS: Final = Judged(_S, _S)
_COSTS: Final = Judged(_C, _C)

UNLISTED: Final = _GUARDS
"""For types that nobody has judged: somebody should look."""

OWNERSHIP_TAGS: Final = frozenset(
    {"Name", "owner", "environment", "data-class", "layer", "managed-by", "provisioner:stack"}
)
"""By these an object is found again, and access, cost and rules go by them."""

_TAGS: Final = ("tags", "tagsAll")
_ANYWHERE: Final[Mapping[str, DriftClass]] = {"description": _B, "comment": _B}


def _priced(*names: str, benign: Iterable[str] = (), gone: DriftClass = _S) -> Judged:
    """A type whose properties are of security, but for these that are of cost, and those that are benign."""
    return Judged(gone, _S, {**dict.fromkeys(names, _C), **dict.fromkeys(benign, _B)})


JUDGED: Final[Mapping[str, Judged]] = {
    "aws:cloudwatch/eventRule:EventRule": _GUARDS,
    "aws:cloudwatch/eventTarget:EventTarget": _GUARDS,
    "aws:cloudwatch/logGroup:LogGroup": _priced("retentionInDays", "logGroupClass"),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _GUARDS,
    "aws:ec2/eip:Eip": _COSTS,
    "aws:ec2/flowLog:FlowLog": _priced("maxAggregationInterval"),
    "aws:ec2/internetGateway:InternetGateway": _GUARDS,
    "aws:ec2/launchTemplate:LaunchTemplate": _priced(
        *("blockDeviceMappings", "capacityReservationSpecification", "cpuOptions", "creditSpecification"),
        *("ebsOptimized", "hibernationOptions", "instanceMarketOptions", "instanceType", "monitoring"),
        *("networkPerformanceOptions", "placement"),
        benign=("disableApiStop", "instanceInitiatedShutdownBehavior", "maintenanceOptions"),
        gone=_C,
    ),
    "aws:ec2/natGateway:NatGateway": Judged(_C, _S),
    "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions": _GUARDS,
    "aws:ec2/placementGroup:PlacementGroup": _COSTS,
    "aws:ec2/route:Route": _GUARDS,
    "aws:ec2/routeTable:RouteTable": _GUARDS,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _GUARDS,
    "aws:ec2/securityGroup:SecurityGroup": _GUARDS,
    "aws:ec2/subnet:Subnet": _priced(benign=("enableResourceNameDnsARecordOnLaunch",)),
    "aws:ec2/vpc:Vpc": _priced("instanceTenancy", benign=("enableNetworkAddressUsageMetrics",)),
    "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions": _GUARDS,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _GUARDS,
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": _GUARDS,
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": _GUARDS,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _COSTS,
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": _GUARDS,
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": _GUARDS,
    "aws:ecr/repository:Repository": _GUARDS,
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": _priced("lifecyclePolicy"),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _GUARDS,
    "aws:efs/accessPoint:AccessPoint": _GUARDS,
    "aws:efs/backupPolicy:BackupPolicy": _GUARDS,
    "aws:efs/fileSystem:FileSystem": _priced(
        "lifecyclePolicies", "performanceMode", "provisionedThroughputInMibps", "throughputMode"
    ),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": _GUARDS,
    "aws:efs/mountTarget:MountTarget": _GUARDS,
    "aws:eks/accessEntry:AccessEntry": _GUARDS,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": _GUARDS,
    "aws:eks/addon:Addon": _GUARDS,
    "aws:eks/cluster:Cluster": _priced("upgradePolicy", benign=("zonalShiftConfig",)),
    "aws:eks/nodeGroup:NodeGroup": _priced(
        *("capacityType", "diskSize", "instanceTypes", "scalingConfig", "taints"),
        benign=("labels", "nodeRepairConfig", "updateConfig"),
        gone=_C,
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _GUARDS,
    "aws:iam/instanceProfile:InstanceProfile": _GUARDS,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _GUARDS,
    "aws:iam/policy:Policy": _GUARDS,
    "aws:iam/role:Role": _GUARDS,
    "aws:iam/rolePolicy:RolePolicy": _GUARDS,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _GUARDS,
    "aws:kms/alias:Alias": _GUARDS,
    "aws:kms/grant:Grant": _GUARDS,
    "aws:kms/key:Key": _GUARDS,
    "aws:kms/replicaKey:ReplicaKey": _GUARDS,
    "aws:rds/instance:Instance": _priced(
        *("allocatedStorage", "databaseInsightsMode", "dedicatedLogVolume", "instanceClass", "iops"),
        *("licenseModel", "maxAllocatedStorage", "monitoringInterval", "multiAz", "storageThroughput"),
        *("performanceInsightsEnabled", "performanceInsightsRetentionPeriod", "storageType"),
        benign=("backupWindow", "copyTagsToSnapshot", "maintenanceWindow"),
    ),
    "aws:rds/parameterGroup:ParameterGroup": _GUARDS,
    "aws:rds/subnetGroup:SubnetGroup": _GUARDS,
    "aws:route53/healthCheck:HealthCheck": _priced("measureLatency", "regions", "requestInterval"),
    "aws:route53/record:Record": _priced(benign=("ttl",)),
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": _GUARDS,
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": _GUARDS,
    "aws:route53/resolverFirewallRule:ResolverFirewallRule": _GUARDS,
    "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": _GUARDS,
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": _GUARDS,
    "aws:route53/zone:Zone": _GUARDS,
    "aws:route53/zoneAssociation:ZoneAssociation": _GUARDS,
    "aws:s3/bucket:Bucket": _GUARDS,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _COSTS,
    "aws:s3/bucketLogging:BucketLogging": _GUARDS,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _GUARDS,
    "aws:s3/bucketPolicy:BucketPolicy": _GUARDS,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _GUARDS,
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": _GUARDS,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _GUARDS,
    "aws:s3/bucketVersioning:BucketVersioning": _GUARDS,
    "aws:sqs/queue:Queue": _GUARDS,
    "aws:sqs/queuePolicy:QueuePolicy": _GUARDS,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _GUARDS,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _GUARDS,
    "vault:appRole/authBackendRole:AuthBackendRole": _GUARDS,
    "vault:appRole/authBackendRoleSecretId:AuthBackendRoleSecretId": _GUARDS,
    "vault:aws/authBackendClient:AuthBackendClient": _GUARDS,
    "vault:aws/authBackendRole:AuthBackendRole": _GUARDS,
    "vault:aws/authBackendStsRole:AuthBackendStsRole": _GUARDS,
    "vault:database/secretBackendConnection:SecretBackendConnection": _GUARDS,
    "vault:database/secretBackendRole:SecretBackendRole": _GUARDS,
    "vault:identity/entity:Entity": _GUARDS,
    "vault:identity/entityAlias:EntityAlias": _GUARDS,
    "vault:identity/group:Group": _GUARDS,
    "vault:identity/groupAlias:GroupAlias": _GUARDS,
    "vault:index/audit:Audit": _GUARDS,
    "vault:index/authBackend:AuthBackend": _GUARDS,
    "vault:index/mount:Mount": _priced(benign=("listingVisibility",)),
    "vault:index/namespace:Namespace": _GUARDS,
    "vault:index/policy:Policy": _GUARDS,
    "vault:jwt/authBackend:AuthBackend": _GUARDS,
    "vault:jwt/authBackendRole:AuthBackendRole": _GUARDS,
    "vault:kubernetes/authBackendConfig:AuthBackendConfig": _GUARDS,
    "vault:kubernetes/authBackendRole:AuthBackendRole": _GUARDS,
    "vault:kv/secretBackendV2:SecretBackendV2": _GUARDS,
    "vault:kv/secretV2:SecretV2": _GUARDS,
    "vault:pkiSecret/secretBackendConfigIssuers:SecretBackendConfigIssuers": _GUARDS,
    "vault:pkiSecret/secretBackendConfigUrls:SecretBackendConfigUrls": _GUARDS,
    "vault:pkiSecret/secretBackendCrlConfig:SecretBackendCrlConfig": _GUARDS,
    "vault:pkiSecret/secretBackendIntermediateCertRequest:SecretBackendIntermediateCertRequest": _GUARDS,
    "vault:pkiSecret/secretBackendIntermediateSetSigned:SecretBackendIntermediateSetSigned": _GUARDS,
    "vault:pkiSecret/secretBackendIssuer:SecretBackendIssuer": _GUARDS,
    "vault:pkiSecret/secretBackendRole:SecretBackendRole": _GUARDS,
    "vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert": _GUARDS,
    "vault:pkiSecret/secretBackendRootSignIntermediate:SecretBackendRootSignIntermediate": _GUARDS,
    "vault:transit/secretBackendKey:SecretBackendKey": _GUARDS,
}
"""Every type of the catalogues. A versioning, a backup or a replication that is off is a matter of security:
it is what brings data back."""


def class_of(drift: Drift) -> DriftClass:
    """The gravest class of what happened to an object."""
    if drift.kind is DriftKind.GONE:
        return JUDGED.get(drift.type, UNLISTED).gone
    return worst(class_of_change(drift.type, change) for change in drift.changes)


def class_of_change(type: str, change: Change) -> DriftClass:
    """The class of one property that changed."""
    top = change.path.partition(".")[0].partition("[")[0]
    if top in _TAGS:
        return _S if OWNERSHIP_TAGS.intersection(_tags_in(change, top)) else _B
    judged = JUDGED.get(type, UNLISTED)
    return judged.of.get(top) or _ANYWHERE.get(top) or judged.otherwise


def worst(classes: Iterable[DriftClass]) -> DriftClass:
    """The gravest of them; benign if there are none."""
    return max(classes, key=tuple(DriftClass).index, default=_B)


def told_once(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes without those of `tagsAll` that `tags` says as well."""
    found = tuple(changes)
    own = {change.path.removeprefix("tags") for change in found if change.path.startswith("tags.")}
    return tuple(
        change
        for change in found
        if not (change.path.startswith("tagsAll.") and change.path.removeprefix("tagsAll") in own)
    )


def _tags_in(change: Change, top: str) -> Iterator[str]:
    """The names of the tags that a change is about; all that differ, if there were none before or after."""
    if change.path != top:
        yield change.path.removeprefix(f"{top}.")
        return
    before, after = (_as_tags(side) for side in (change.old, change.new))
    yield from (name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _as_tags(side: Any) -> Mapping[str, Any]:
    plain = None if side is MISSING else revealed(side)
    return cast("dict[str, Any]", plain) if isinstance(plain, dict) else {}
