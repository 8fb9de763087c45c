"""A KMS key of the environment's own, and who may do what with it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final, assert_never

import pulumi
import pulumi_aws as aws

from components.location import Location
from components.policy_document import Statement, allow, document, principals, service


class KeyUser(enum.Enum):
    """The one service that encrypts with the key."""

    CLOUDWATCH_LOGS = "logs"
    ECR = "ecr"
    S3 = "s3"


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionKeyArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    location: Location
    alias: str
    """How people name the key, without `alias/`."""
    description: str
    used_by: KeyUser
    rotation_days: int
    deletion_window_days: int


class EncryptionKey(pulumi.ComponentResource):
    """A key that renews its material by itself, under an alias.

    One statement of its policy permits administration and no use, the other use by one service and no
    administration; in both, the account's IAM policies decide for whom.
    """

    key_arn: pulumi.Output[str]
    alias_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:security:EncryptionKey", name, {"origin": args.origin}, opts)
        key = self._key(name, args)
        alias = self._alias(name, args, key)
        self.key_arn = key.arn
        self.alias_name = alias.name
        self.register_outputs({"keyArn": self.key_arn, "aliasName": self.alias_name})

    def _key(self, name: str, args: EncryptionKeyArgs) -> aws.kms.Key:
        return aws.kms.Key(
            name,
            description=args.description,
            policy=document(_administration(args.location), _use(args.used_by, args.location)),
            enable_key_rotation=True,
            rotation_period_in_days=args.rotation_days,
            deletion_window_in_days=args.deletion_window_days,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _alias(self, name: str, args: EncryptionKeyArgs, key: aws.kms.Key) -> aws.kms.Alias:
        return aws.kms.Alias(
            f"{name}-alias",
            name=f"alias/{args.alias}",
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )


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

_DATA: Final = ("kms:Decrypt", "kms:GenerateDataKey")
"""What a service needs that encrypts data under keys derived from this one."""


def _administration(location: Location) -> Statement:
    # The account, not a role: a key whose only administrator was deleted is lost to everybody.
    return allow("Administration", _ADMINISTRATION, to=principals([location.root]), on=["*"])


def _use(user: KeyUser, location: Location) -> Statement:
    match user:
        case KeyUser.CLOUDWATCH_LOGS:
            return _by_cloudwatch_logs(location)
        case KeyUser.ECR:
            # ECR works with grants: two for each repository, made with it and retired with it.
            # Source: Amazon ECR user guide, "Encryption at rest".
            grants = ("kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant")
            return _through("ecr", (*_DATA, *grants), location)
        case KeyUser.S3:
            return _through("s3", _DATA, location)
        case _:
            assert_never(user)


def _by_cloudwatch_logs(location: Location) -> Statement:
    # The service names the log group it encrypts for; its ARN holds the account, so no other one can get in.
    # Source: CloudWatch Logs user guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
    return allow(
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


def _through(name: str, actions: tuple[str, ...], location: Location) -> Statement:
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
