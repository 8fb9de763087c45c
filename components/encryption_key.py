"""A KMS key of the environment's own, and who may do what with it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.key_policy import KeyUser, key_policy, multi_region_key_policy
from components.location import Location
from components.policy_document import document


class KeyReach(enum.Enum):
    """Where the key's material may be; fixed when the key is made."""

    ONE_REGION = "one_region"
    SEVERAL_REGIONS = "several_regions"
    """Replicas in other regions open what this key has sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionKeyArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    location: Location
    alias: str
    """How people name the key, without `alias/`."""
    description: str
    used_by: KeyUser
    reach: KeyReach
    rotation_days: int
    deletion_window_days: int


class EncryptionKey(pulumi.ComponentResource):
    """A key that renews its material by itself, under an alias.

    One statement of its policy permits administration and no use, the others use by one kind of service and
    no administration; in all, the account's IAM policies decide for whom.
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
        several = args.reach is KeyReach.SEVERAL_REGIONS
        policy = multi_region_key_policy if several else key_policy
        return aws.kms.Key(
            name,
            description=args.description,
            policy=document(*policy(args.used_by, args.location)),
            # Left out where it is not asked for, which is AWS's default: keys made before differ in nothing.
            multi_region=True if several else None,
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
