"""Copies of every model in other regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.location import Location
from components.naming import ROLE, fitted
from components.policy_document import Statement, allow, document, service


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAt:
    """A model store of one region."""

    region: str
    bucket: pulumi.Input[str]
    bucket_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReplicationArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    location: Location
    """Where models are published."""
    source: StoreAt
    copies: Sequence[StoreAt]
    """Appended, never reordered: the position is a rule's priority."""
    provider: pulumi.ProviderResource
    """Of the source's region."""


class ModelReplication(pulumi.ComponentResource):
    """A rule for each copy: every version, decrypted with the source's key and encrypted with the copy's.

    A deletion is not copied: what somebody deletes in one region is still there in the others.
    """

    def __init__(
        self, name: str, args: ModelReplicationArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:links:ModelReplication", name, {"origin": args.origin}, opts)
        role = self._role(name, args)
        permission = self._permission(name, args, role)
        self._rules(name, args, role, permission)
        self.register_outputs({})

    def _role(self, name: str, args: ModelReplicationArgs) -> aws.iam.Role:
        from_the_source = {
            "StringEquals": {"aws:SourceAccount": args.location.account_id},
            "ArnLike": {"aws:SourceArn": args.source.bucket_arn},
        }
        return aws.iam.Role(
            fitted(f"{name}-role", ROLE),
            description="Copies models to other regions",
            assume_role_policy=document(
                allow("S3", ["sts:AssumeRole"], to=service("s3.amazonaws.com"), when=from_the_source)
            ),
            opts=pulumi.ResourceOptions(parent=self, provider=args.provider),
        )

    def _permission(self, name: str, args: ModelReplicationArgs, role: aws.iam.Role) -> aws.iam.RolePolicy:
        copies = [each for copy in args.copies for each in _writing(copy)]
        return aws.iam.RolePolicy(
            f"{name}-copy",
            role=role.name,
            policy=document(*_reading(args.source), *copies),
            opts=pulumi.ResourceOptions(parent=self, provider=args.provider),
        )

    def _rules(
        self,
        name: str,
        args: ModelReplicationArgs,
        role: aws.iam.Role,
        permission: aws.iam.RolePolicy,
    ) -> None:
        aws.s3.BucketReplicationConfig(
            name,
            bucket=args.source.bucket,
            role=role.arn,
            rules=[_rule(number, copy) for number, copy in enumerate(args.copies)],
            # S3 tries the role as soon as there is something to copy, and does not come back to what failed.
            opts=pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=[permission]),
        )


def _rule(number: int, copy: StoreAt) -> aws.s3.BucketReplicationConfigRuleArgsDict:
    return {
        "id": f"to-{copy.region}",
        "status": "Enabled",
        "priority": number,
        "filter": {"prefix": ""},
        "delete_marker_replication": {"status": "Disabled"},
        "source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}},
        "destination": {
            "bucket": copy.bucket_arn,
            "encryption_configuration": {"replica_kms_key_id": copy.key_arn},
        },
    }


def _reading(source: StoreAt) -> list[Statement]:
    # Source: Amazon S3 user guide, "Setting up permissions for live replication".
    return [
        allow("FindVersions", ["s3:GetReplicationConfiguration", "s3:ListBucket"], on=[source.bucket_arn]),
        allow(
            "ReadVersions",
            [
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionTagging",
            ],
            on=[pulumi.Output.concat(source.bucket_arn, "/*")],
        ),
        _key("Decrypt", "kms:Decrypt", source),
    ]


def _writing(copy: StoreAt) -> list[Statement]:
    where = "".join(word.capitalize() for word in copy.region.split("-"))
    return [
        allow(
            f"WriteIn{where}",
            ["s3:ReplicateObject", "s3:ReplicateTags"],
            on=[pulumi.Output.concat(copy.bucket_arn, "/*")],
        ),
        _key(f"EncryptIn{where}", "kms:Encrypt", copy),
    ]


def _key(sid: str, action: str, store: StoreAt) -> Statement:
    through_s3 = {"StringEquals": {"kms:ViaService": f"s3.{store.region}.amazonaws.com"}}
    return allow(sid, [action], on=[store.key_arn], when=through_s3)
