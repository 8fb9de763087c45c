"""Who may do what with a KMS key: administration for the account, use for one kind of service."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from components.location import Location
from components.policy_document import Statement, allow, anyone, principals, service


class KeyUser(enum.Enum):
    """What encrypts with the key."""

    CLOUDWATCH_LOGS = "logs"
    ECR = "ecr"
    S3 = "s3"
    EKS = "eks"
    """A cluster, for the secrets in it."""
    EBS = "ebs"
    """EC2, for the disks of nodes and of pods."""
    DATA_SERVICES = "data"
    """Databases, file systems and buckets, and the passwords that AWS keeps for them."""
    SECRETS = "secrets"
    """Secrets Manager, for passwords of databases and other secrets."""
    STATE = "state"
    """Whoever plans and applies, for what is recorded of it: directly, and in a bucket."""
    SEALING = "sealing"
    """Who seals models, and the servers that open them."""


_ADMINISTRATION: Final = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
"""Everything about the key except encrypting and decrypting with it."""

_REPLICATION: Final = ("kms:ReplicateKey", "kms:UpdatePrimaryRegion")
"""What is added for a key with replicas in other regions."""

_DATA: Final = ("kms:Decrypt", "kms:GenerateDataKey")
"""What a service needs that encrypts data under keys derived from this one."""

_DISKS: Final = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
"""What it takes to launch a machine with encrypted disks, beside the grants.
Source: EC2 Auto Scaling user guide, "Required AWS KMS key policy for use with encrypted volumes"."""

_FOR_AWS: Final = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
"""A grant that only a service of AWS can use."""


def key_policy(user: KeyUser, location: Location) -> list[Statement]:
    """Administration and no use for the account; use and no administration for `user`.

    In both, the account's IAM policies decide for whom.
    """
    return [_administration(location, _ADMINISTRATION), *_use(user, location)]


def multi_region_key_policy(user: KeyUser, location: Location) -> list[Statement]:
    """The same for a key of several regions: whoever administers it may also replicate it."""
    administration = _administration(location, (*_ADMINISTRATION, *_REPLICATION))
    return [administration, *_use(user, location)]


def signing_key_policy(location: Location) -> list[Statement]:
    """The same for a key that signs; what it has signed, anybody in the account may verify."""
    use = ("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign", "kms:Verify")
    return [
        _administration(location, _ADMINISTRATION),
        allow("Signatures", use, to=principals([location.root]), on=["*"]),
    ]


def _administration(location: Location, actions: Sequence[str]) -> Statement:
    # The account, not a role: a key whose only administrator was deleted is lost to everybody.
    return allow("Administration", actions, to=principals([location.root]), on=["*"])


def _use(user: KeyUser, location: Location) -> list[Statement]:
    return _USES[user](location)


def _by_cloudwatch_logs(location: Location) -> list[Statement]:
    # The service names the log group it encrypts for; its ARN holds the account, so no other one can get in.
    # Source: CloudWatch Logs user guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
    statement = allow(
        "CloudWatchLogs",
        [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
        to=service(f"logs.{location.region}.amazonaws.com"),
        on=["*"],
        when={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": location.arn("logs", "log-group:*")}},
    )
    return [statement]


def _by_registries(location: Location) -> list[Statement]:
    # ECR works with grants: two for each repository, made with it and retired with it.
    # Source: Amazon ECR user guide, "Encryption at rest".
    grants = ("kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant")
    return [_through("ecr", (*_DATA, *grants), location)]


def _by_buckets(location: Location) -> list[Statement]:
    return [_through("s3", _DATA, location)]


def _by_clusters(location: Location) -> list[Statement]:
    # Whoever makes the cluster grants its control plane the use of the key; the control plane's own role
    # uses it directly, not through a service. Source: Amazon EKS user guide, "Encrypt Kubernetes secrets
    # with KMS on existing clusters".
    account = principals([location.root])
    use = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt")
    return [
        allow("Clusters", use, to=account, on=["*"]),
        allow("GrantsToClusters", ["kms:CreateGrant"], to=account, on=["*"], when=_FOR_AWS),
    ]


def _by_machines(location: Location) -> list[Statement]:
    # By the condition, not as the principal: KMS refuses a policy that names a role which does not exist, and
    # AWS makes this one with the first scaling group of an account.
    role = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    by_scaling_groups = {
        "StringEquals": {"kms:CallerAccount": location.account_id},
        "ArnEquals": {"aws:PrincipalArn": f"arn:{location.partition}:iam::{location.account_id}:{role}"},
    }
    return [
        _through("ec2", (*_DISKS, "kms:CreateGrant"), location),
        allow("ScalingGroups", _DISKS, to=anyone(), on=["*"], when=by_scaling_groups),
        allow(
            "GrantsToDisks",
            ["kms:CreateGrant"],
            to=anyone(),
            on=["*"],
            when={**by_scaling_groups, **_FOR_AWS},
        ),
    ]


def _by_who_names_a_model(location: Location) -> list[Statement]:
    # Every data key is bound to a version of a model, and the role of servers opens those of their own alone.
    named = {f"kms:EncryptionContext:{each}": "false" for each in ("model", "version")}
    return [allow("Models", _DATA, to=principals([location.root]), on=["*"], when={"Null": named})]


def _by_data_services(location: Location) -> list[Statement]:
    # Databases and file systems work with grants, as long as they exist; buckets and passwords do not.
    grants = ("kms:CreateGrant", "kms:DescribeKey")
    return [
        _through("rds", (*_DATA, *grants), location),
        _through("elasticfilesystem", (*_DATA, *grants), location),
        _through("s3", _DATA, location),
        _through("secretsmanager", (*_DATA, *grants), location),
    ]


def _by_secrets(location: Location) -> list[Statement]:
    # RDS makes the secret of an administrator, and hands it a grant.
    grants = ("kms:CreateGrant", "kms:DescribeKey")
    return [_through(name, (*_DATA, *grants), location) for name in ("secretsmanager", "rds")]


def _by_states(location: Location) -> list[Statement]:
    # Whoever plans and applies seals values with it directly; a bucket of states seals objects.
    use = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
    states = allow("States", use, to=principals([location.root]), on=["*"])
    return [states, _through("s3", _DATA, location)]


def _through(name: str, actions: Sequence[str], location: Location) -> Statement:
    """Use by whom the account's IAM policies let, but only in a request that the service passes on."""
    passed_on = {
        "kms:CallerAccount": location.account_id,
        "kms:ViaService": f"{name}.{location.region}.amazonaws.com",
    }
    return allow(
        f"Through{name.upper()}",
        actions,
        to=principals([location.root]),
        on=["*"],
        when={"StringEquals": passed_on},
    )


_USES: Final[Mapping[KeyUser, Callable[[Location], list[Statement]]]] = {
    KeyUser.CLOUDWATCH_LOGS: _by_cloudwatch_logs,
    KeyUser.ECR: _by_registries,
    KeyUser.S3: _by_buckets,
    KeyUser.EKS: _by_clusters,
    KeyUser.EBS: _by_machines,
    KeyUser.DATA_SERVICES: _by_data_services,
    KeyUser.SECRETS: _by_secrets,
    KeyUser.STATE: _by_states,
    KeyUser.SEALING: _by_who_names_a_model,
}
