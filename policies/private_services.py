"""Which services of AWS an environment asks from inside its network: a table, and its reading.

As of 2026-11-21. Sources: Amazon EKS user guide, "Deploy private clusters with limited internet access" and
"EKS Pod Identities"; Karpenter, "Private clusters"; eks-blueprints, "Fully private cluster"; the user
guides of the services. For IAM, Route 53, Shield, WAF's global part and prices there is no endpoint at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from policies.model import Resource
from policies.pods import CHARTS
from policies.scene import Scene
from policies.values import is_on

_NODES: Final = ("ec2", "ecr.api", "ecr.dkr", "s3", "sts")

BY_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:acmpca/certificateAuthority:CertificateAuthority": ("acm-pca",),
    "aws:amp/workspace:Workspace": ("aps-workspaces",),
    "aws:autoscaling/group:Group": ("autoscaling",),
    "aws:dynamodb/table:Table": ("dynamodb",),
    "aws:ecr/repository:Repository": ("ecr.api", "ecr.dkr", "s3"),
    "aws:efs/fileSystem:FileSystem": ("elasticfilesystem",),
    "aws:eks/cluster:Cluster": _NODES,
    "aws:eks/fargateProfile:FargateProfile": _NODES,
    "aws:eks/nodeGroup:NodeGroup": _NODES,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": ("eks-auth",),
    "aws:fsx/lustreFileSystem:LustreFileSystem": ("fsx",),
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": ("fsx",),
    "aws:kinesis/stream:Stream": ("kinesis-streams",),
    "aws:kms/key:Key": ("kms",),
    "aws:s3/bucket:Bucket": ("s3",),
    "aws:sagemaker/endpoint:Endpoint": ("sagemaker.runtime",),
    "aws:secretsmanager/secret:Secret": ("secretsmanager",),
    "aws:sns/topic:Topic": ("sns",),
    "aws:sqs/queue:Queue": ("sqs",),
    "aws:ssm/parameter:Parameter": ("ssm",),
    "aws:xray/group:Group": ("xray",),
}

BY_SOFTWARE: Final[Mapping[str, tuple[str, ...]]] = {
    "amazon-cloudwatch-observability": ("logs", "monitoring"),
    "aws-ebs-csi-driver": ("ec2",),
    "aws-efs-csi-driver": ("elasticfilesystem",),
    "aws-for-fluent-bit": ("logs",),
    "aws-fsx-csi-driver": ("fsx",),
    "aws-guardduty-agent": ("guardduty-data",),
    "aws-load-balancer-controller": ("ec2", "elasticloadbalancing"),
    "aws-privateca-connector-for-kubernetes": ("acm-pca",),
    "aws-secrets-store-csi-driver-provider": ("secretsmanager", "ssm"),
    "cloudwatch-agent": ("logs", "monitoring"),
    "cluster-autoscaler": ("autoscaling", "ec2", "eks"),
    "eks-pod-identity-agent": ("eks-auth",),
    "external-secrets": ("secretsmanager", "ssm"),
    "fluent-bit": ("logs",),
    "karpenter": ("ec2", "eks", "ssm", "sts"),
}
"""By the name of an add-on, of a chart, or of the service account that is given a role."""

GATEWAYS: Final = ("s3", "dynamodb")
"""Services with an endpoint that is a route. The others have one address in each zone."""

_POLICY: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_SESSIONS: Final = ("ssm", "ssmmessages", "ec2messages")
_DATABASE: Final = "aws:rds/instance:Instance"
_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
_FLOWS: Final = "aws:ec2/flowLog:FlowLog"
_SOFTWARE: Final = {
    "aws:eks/addon:Addon": "addonName",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": "serviceAccount",
    **dict.fromkeys(CHARTS, "chart"),
}


def needed(scene: Scene, region: str) -> Mapping[str, str]:
    """Each service that something in a region asks, with the type of what asks first.

    What is not known to ask, such as an add-on whose name is not known yet, asks nothing.
    """
    found: dict[str, str] = {}
    for service, resource in _asked(scene):
        if resource.region in ("", region):
            found.setdefault(service, resource.type.rpartition(":")[2])
    return found


def _asked(scene: Scene) -> Iterator[tuple[str, Resource]]:
    for kind, services in BY_TYPE.items():
        for resource in scene.of(kind):
            yield from ((service, resource) for service in services)
    for kind, key in _SOFTWARE.items():
        for resource in scene.of(kind):
            name = resource.peek(key)
            services = BY_SOFTWARE.get(name.rpartition("/")[2], ()) if isinstance(name, str) else ()
            yield from ((service, resource) for service in services)
    yield from _asked_by_settings(scene)


def _asked_by_settings(scene: Scene) -> Iterator[tuple[str, Resource]]:
    for database in scene.of(_DATABASE):
        if is_on(database.peek("manageMasterUserPassword")):
            yield "secretsmanager", database
    for attachment in scene.of(_POLICY):
        if str(attachment.peek("policyArn")).endswith("/AmazonSSMManagedInstanceCore"):
            yield from ((service, attachment) for service in _SESSIONS)
    for group in scene.of(_GROUP):
        if not _is_written_by_aws(group, scene):
            yield "logs", group


def _is_written_by_aws(group: Resource, scene: Scene) -> bool:
    """Logs of the network and of AWS's own services do not pass through the network."""
    name = group.peek("name")
    return (isinstance(name, str) and name.startswith("/aws/")) or bool(
        scene.referring(group, "logDestination", _FLOWS)
    )
