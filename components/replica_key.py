"""The copy of a KMS key in another region."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.key_policy import KeyUser, multi_region_key_policy
from components.location import Location
from components.policy_document import document


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaKeyArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    location: Location
    alias: str
    """How people name the key, without `alias/`; the same as in the primary's region."""
    description: str
    used_by: KeyUser
    deletion_window_days: int
    primary_key_arn: pulumi.Input[str]


class ReplicaKey(pulumi.ComponentResource):
    """A key with the material of the primary, renewed with it, under an alias and a policy of its own."""

    key_arn: pulumi.Output[str]
    alias_name: pulumi.Output[str]

    def __init__(self, name: str, args: ReplicaKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:security:ReplicaKey", name, {"origin": args.origin}, opts)
        key = self._key(name, args)
        alias = self._alias(name, args, key)
        self.key_arn = key.arn
        self.alias_name = alias.name
        self.register_outputs({"keyArn": self.key_arn, "aliasName": self.alias_name})

    def _key(self, name: str, args: ReplicaKeyArgs) -> aws.kms.ReplicaKey:
        return aws.kms.ReplicaKey(
            name,
            description=args.description,
            primary_key_arn=args.primary_key_arn,
            policy=document(*multi_region_key_policy(args.used_by, args.location)),
            deletion_window_in_days=args.deletion_window_days,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _alias(self, name: str, args: ReplicaKeyArgs, key: aws.kms.ReplicaKey) -> aws.kms.Alias:
        return aws.kms.Alias(
            f"{name}-alias",
            name=f"alias/{args.alias}",
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
