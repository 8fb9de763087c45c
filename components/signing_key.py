"""A KMS key that signs: its private half never leaves KMS, and whoever has the public one can verify."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.key_policy import signing_key_policy
from components.location import Location
from components.policy_document import document


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeyArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    location: Location
    alias: str
    """How people name the key, without `alias/`."""
    description: str
    deletion_window_days: int


class SigningKey(pulumi.ComponentResource):
    """A key of the curve P-256 under an alias. KMS renews no key that signs: a new one is another key."""

    key_arn: pulumi.Output[str]

    def __init__(self, name: str, args: SigningKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:security:SigningKey", name, {"origin": args.origin}, opts)
        key = self._key(name, args)
        self._alias(name, args, key)
        self.key_arn = key.arn
        self.register_outputs({"keyArn": self.key_arn})

    def _key(self, name: str, args: SigningKeyArgs) -> aws.kms.Key:
        return aws.kms.Key(
            name,
            description=args.description,
            key_usage="SIGN_VERIFY",
            customer_master_key_spec="ECC_NIST_P256",
            policy=document(*signing_key_policy(args.location)),
            deletion_window_in_days=args.deletion_window_days,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _alias(self, name: str, args: SigningKeyArgs, key: aws.kms.Key) -> None:
        aws.kms.Alias(
            f"{name}-alias",
            name=f"alias/{args.alias}",
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
