"""What a step may cost, and what a plan would lose for good."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from provisioner.plan.model import Op, Risk, StackPlan, Step
from provisioner.plan.scope import matches


class DataClass(enum.StrEnum):
    """What kind of thing holds data, or makes it readable."""

    KEY = "key"
    BUCKET = "bucket"
    REGISTRY = "registry"
    DATABASE = "database"
    FILE_SYSTEM = "file system"
    CLUSTER = "cluster"
    LOG = "log"
    QUEUE = "queue"
    SECRET = "secret"  # noqa: S105 - a kind of object, not a password
    ZONE = "zone"


@dataclass(frozen=True, slots=True)
class Stateful:
    """A type whose objects hold data."""

    kind: DataClass
    holds: str
    """What is gone with an object."""


STATEFUL: Final[Mapping[str, Stateful]] = {
    "aws:backup/vault:Vault": Stateful(DataClass.FILE_SYSTEM, "its backups"),
    "aws:cloudwatch/logGroup:LogGroup": Stateful(DataClass.LOG, "its log events"),
    "aws:cognito/userPool:UserPool": Stateful(DataClass.DATABASE, "its users"),
    "aws:dynamodb/table:Table": Stateful(DataClass.DATABASE, "its items"),
    "aws:ebs/snapshot:Snapshot": Stateful(DataClass.FILE_SYSTEM, "the snapshot"),
    "aws:ebs/volume:Volume": Stateful(DataClass.FILE_SYSTEM, "what is on the volume"),
    "aws:ecr/repository:Repository": Stateful(DataClass.REGISTRY, "its images"),
    "aws:efs/fileSystem:FileSystem": Stateful(DataClass.FILE_SYSTEM, "its files"),
    "aws:eks/cluster:Cluster": Stateful(DataClass.CLUSTER, "every object in the cluster"),
    "aws:elasticache/replicationGroup:ReplicationGroup": Stateful(DataClass.DATABASE, "its entries"),
    "aws:fsx/lustreFileSystem:LustreFileSystem": Stateful(DataClass.FILE_SYSTEM, "its files"),
    "aws:kms/key:Key": Stateful(DataClass.KEY, "everything that is encrypted with it"),
    "aws:kms/replicaKey:ReplicaKey": Stateful(
        DataClass.KEY, "everything that is encrypted with it in its region"
    ),
    "aws:opensearch/domain:Domain": Stateful(DataClass.DATABASE, "its indices"),
    "aws:rds/cluster:Cluster": Stateful(DataClass.DATABASE, "its databases"),
    "aws:rds/clusterInstance:ClusterInstance": Stateful(DataClass.DATABASE, "its databases"),
    "aws:rds/instance:Instance": Stateful(DataClass.DATABASE, "its databases"),
    "aws:route53/zone:Zone": Stateful(DataClass.ZONE, "its records, and its name servers' names"),
    "aws:s3/bucket:Bucket": Stateful(DataClass.BUCKET, "its objects"),
    "aws:s3/bucketObjectv2:BucketObjectv2": Stateful(DataClass.BUCKET, "the object"),
    "aws:s3/bucketV2:BucketV2": Stateful(DataClass.BUCKET, "its objects"),
    "aws:secretsmanager/secret:Secret": Stateful(DataClass.SECRET, "the secret"),
    "aws:sqs/queue:Queue": Stateful(DataClass.QUEUE, "the messages in it"),
    "aws:ssm/parameter:Parameter": Stateful(DataClass.SECRET, "its value"),
    "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition": Stateful(
        DataClass.CLUSTER, "every object of its kind"
    ),
    "kubernetes:apps/v1:StatefulSet": Stateful(DataClass.DATABASE, "what is on the volumes of its pods"),
    "kubernetes:core/v1:Namespace": Stateful(DataClass.CLUSTER, "every object in it, and what they hold"),
    "kubernetes:core/v1:PersistentVolume": Stateful(DataClass.FILE_SYSTEM, "what is on the volume"),
    "kubernetes:core/v1:PersistentVolumeClaim": Stateful(DataClass.FILE_SYSTEM, "what is on its volume"),
    "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot": Stateful(DataClass.FILE_SYSTEM, "the snapshot"),
    "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotContent": Stateful(
        DataClass.FILE_SYSTEM, "the snapshot"
    ),
    "vault:index/mount:Mount": Stateful(DataClass.SECRET, "every secret and key in it"),
    "vault:index/namespace:Namespace": Stateful(DataClass.SECRET, "everything in it"),
    "vault:kv/secretV2:SecretV2": Stateful(DataClass.SECRET, "the secret"),
    "vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert": Stateful(
        DataClass.KEY, "its key, and with it every certificate that leads to it"
    ),
    "vault:transit/secretBackendKey:SecretBackendKey": Stateful(
        DataClass.KEY, "everything that is encrypted or signed with it"
    ),
}
"""Stateful types, and what is gone with an object of each; `kept_data.py` says when it stays."""

_CARRIERS: Final = frozenset(
    {
        "aws:autoscaling/group:Group",
        "aws:ec2/eip:Eip",
        "aws:ec2/instance:Instance",
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/route:Route",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpc:Vpc",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        "aws:efs/accessPoint:AccessPoint",
        "aws:efs/mountTarget:MountTarget",
        "aws:eks/accessEntry:AccessEntry",
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "aws:eks/addon:Addon",
        "aws:eks/nodeGroup:NodeGroup",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "aws:iam/instanceProfile:InstanceProfile",
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "aws:iam/policy:Policy",
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:kms/alias:Alias",
        "aws:kms/grant:Grant",
        "aws:lb/listener:Listener",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:lb/targetGroup:TargetGroup",
        "aws:route53/record:Record",
        "aws:route53/zoneAssociation:ZoneAssociation",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "kubernetes:core/v1:Service",
        "kubernetes:gateway.networking.k8s.io/v1:Gateway",
        "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
        "kubernetes:networking.k8s.io/v1:Ingress",
        "vault:appRole/authBackendRole:AuthBackendRole",
        "vault:appRole/authBackendRoleSecretId:AuthBackendRoleSecretId",
        "vault:aws/authBackendClient:AuthBackendClient",
        "vault:aws/authBackendRole:AuthBackendRole",
        "vault:aws/authBackendStsRole:AuthBackendStsRole",
        "vault:database/secretBackendConnection:SecretBackendConnection",
        "vault:database/secretBackendRole:SecretBackendRole",
        "vault:identity/entity:Entity",
        "vault:identity/entityAlias:EntityAlias",
        "vault:identity/group:Group",
        "vault:identity/groupAlias:GroupAlias",
        "vault:index/audit:Audit",
        "vault:index/authBackend:AuthBackend",
        "vault:index/policy:Policy",
        "vault:jwt/authBackend:AuthBackend",
        "vault:jwt/authBackendRole:AuthBackendRole",
        "vault:kubernetes/authBackendRole:AuthBackendRole",
        "vault:pkiSecret/secretBackendIssuer:SecretBackendIssuer",
        "vault:pkiSecret/secretBackendRole:SecretBackendRole",
    }
)
"""Types through which traffic or access goes: whoever still uses one stands before a closed door."""

_INTERRUPTIONS: Final[Mapping[str, Mapping[str, Risk]]] = {
    # Amazon EKS user guide, "Update existing cluster to new Kubernetes version": the API server's nodes are
    # exchanged one after the other.
    "aws:eks/cluster:Cluster": {"version": Risk.RESTART},
    # "Update a managed node group for your cluster": every node is drained and made anew.
    "aws:eks/nodeGroup:NodeGroup": {
        "version": Risk.RESTART,
        "releaseVersion": Risk.RESTART,
        "launchTemplate": Risk.RESTART,
    },
    # "Update an Amazon EKS add-on": its pods are rolled.
    "aws:eks/addon:Addon": {"addonVersion": Risk.RESTART, "configurationValues": Risk.RESTART},
    # Amazon RDS user guide, "Settings for DB instances", column "Downtime notes".
    "aws:rds/instance:Instance": {
        "instanceClass": Risk.DOWNTIME,
        "engineVersion": Risk.DOWNTIME,
        "parameterGroupName": Risk.RESTART,
        "storageType": Risk.DOWNTIME,
        "caCertIdentifier": Risk.RESTART,
        "port": Risk.RESTART,
        "identifier": Risk.RESTART,
    },
    # Amazon EC2 user guide, "Change the instance type": the instance is stopped for it.
    "aws:ec2/instance:Instance": {"instanceType": Risk.DOWNTIME, "userData": Risk.DOWNTIME},
    # Vault API documentation, "/sys/remount": leases end, and the old path leads nowhere.
    "vault:index/authBackend:AuthBackend": {"path": Risk.DOWNTIME},
    "vault:index/mount:Mount": {"path": Risk.DOWNTIME},
    "vault:jwt/authBackend:AuthBackend": {"path": Risk.DOWNTIME},
    # "Transit", "Update key configuration": what an older version has encrypted opens no more.
    "vault:transit/secretBackendKey:SecretBackendKey": {"minDecryptionVersion": Risk.DOWNTIME},
}
"""Properties whose change in place interrupts what runs."""

SHARED: Final[Mapping[str, str]] = {
    "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions": (
        "off for every network of the account in this region"
    ),
}
"""Settings that are not of one environment alone, and what deleting one means to the others."""

_ENGINE: Final = "vault:index/mount:Mount"
_ORDER: Final = tuple(Risk)


@dataclass(frozen=True, slots=True)
class Loss:
    """One step that destroys data."""

    step: Step
    what: str


def worst(risks: Collection[Risk]) -> Risk:
    """The greatest of them; none of none."""
    return max(risks, key=_ORDER.index, default=Risk.NONE)


def risk_of(step: Step, *, is_disposable: bool) -> Risk:
    """What a step may cost. What a disposable object holds does not count as data."""
    if not step.custom or step.type.startswith("pulumi:"):
        return Risk.NONE
    match step.op:
        case Op.DELETE | Op.REPLACE if step.type in STATEFUL and not is_disposable:
            return Risk.DATA_LOSS
        case Op.REPLACE:
            return Risk.DOWNTIME if step.delete_first else Risk.RESTART
        case Op.DELETE:
            return Risk.DOWNTIME if step.type in _CARRIERS or step.type in STATEFUL else Risk.NONE
        case Op.UPDATE | Op.IMPORT:
            interruptions = _INTERRUPTIONS.get(step.type, {})
            return worst([interruptions[name] for name in step.reasons if name in interruptions])
        case _:
            return Risk.NONE


def losses(plan: StackPlan) -> tuple[Loss, ...]:
    """Every step of an explained plan that deletes or replaces an object and data with it."""
    return tuple(Loss(step, STATEFUL[step.type].holds) for step in plan.steps if step.risk is Risk.DATA_LOSS)


def moves_keys(plan: StackPlan) -> bool:
    """Whether an engine of Vault gets another path: nothing is lost, but keys are no more where they were."""
    return any(
        step.op is Op.UPDATE and step.type == _ENGINE and "path" in step.reasons for step in plan.changed
    )


def not_approved(losses: Sequence[Loss], approved: Collection[str], digest: str = "") -> tuple[Loss, ...]:
    """The losses to which nobody agreed.

    `approved` are URNs, patterns of URNs, and for a destroy the digest of its plan, which agrees to all.
    """
    if digest and digest in approved:
        return ()
    return tuple(loss for loss in losses if not matches(loss.step.urn, approved))
