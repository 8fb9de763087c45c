"""A bucket nobody outside can reach: versioned, encrypted, TLS only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.naming import BUCKET, fitted
from components.policy_document import Statement, anyone, deny, document

_UNFINISHED_UPLOAD_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedByS3:
    """Encrypted with a key that S3 keeps to itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedByKey:
    """Encrypted with a KMS key, of which S3 derives one for the bucket and a time."""

    key_arn: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateBucketArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    sealed: SealedByS3 | SealedByKey
    expiry: aws.s3.BucketLifecycleConfigurationRuleArgsDict
    """What is removed when; uploads nobody finished are removed after a week in any case."""
    force_destroy: bool
    """Whether the bucket may be deleted with objects in it."""
    permissions: Sequence[Statement] = ()
    """What the bucket's policy permits, as far as identities do not bring it along; `on` is added."""


class PrivateBucket(pulumi.ComponentResource):
    """A bucket that is closed to the public whatever its policy or its objects say."""

    bucket: pulumi.Output[str]
    bucket_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: PrivateBucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:storage:PrivateBucket", name, {"origin": args.origin}, opts)
        bucket = self._bucket(name, args)
        closed = self._closed(name, bucket)
        self._owned(name, bucket)
        versioning = self._versioned(name, bucket)
        self._encrypted(name, args, bucket)
        self._expiry(name, args, bucket, versioning)
        self._policy(name, args, bucket, closed)
        self.bucket = bucket.bucket
        self.bucket_arn = bucket.arn
        self.register_outputs({"bucket": self.bucket, "bucketArn": self.bucket_arn})

    def _bucket(self, name: str, args: PrivateBucketArgs) -> aws.s3.Bucket:
        return aws.s3.Bucket(
            fitted(name, BUCKET),
            force_destroy=args.force_destroy,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _closed(self, name: str, bucket: aws.s3.Bucket) -> aws.s3.BucketPublicAccessBlock:
        return aws.s3.BucketPublicAccessBlock(
            f"{name}-closed",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _owned(self, name: str, bucket: aws.s3.Bucket) -> None:
        aws.s3.BucketOwnershipControls(
            f"{name}-owned",
            bucket=bucket.id,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _versioned(self, name: str, bucket: aws.s3.Bucket) -> aws.s3.BucketVersioning:
        return aws.s3.BucketVersioning(
            f"{name}-versioned",
            bucket=bucket.id,
            versioning_configuration={"status": "Enabled"},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _encrypted(self, name: str, args: PrivateBucketArgs, bucket: aws.s3.Bucket) -> None:
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encrypted",
            bucket=bucket.id,
            rules=[_encryption(args.sealed)],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _expiry(
        self,
        name: str,
        args: PrivateBucketArgs,
        bucket: aws.s3.Bucket,
        versioning: aws.s3.BucketVersioning,
    ) -> None:
        unfinished: aws.s3.BucketLifecycleConfigurationRuleArgsDict = {
            "id": "unfinished-uploads",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "abort_incomplete_multipart_upload": {"days_after_initiation": _UNFINISHED_UPLOAD_DAYS},
        }
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-expiry",
            bucket=bucket.id,
            rules=[args.expiry, unfinished],
            # Rules about older versions mean nothing before there are versions.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )

    def _policy(
        self,
        name: str,
        args: PrivateBucketArgs,
        bucket: aws.s3.Bucket,
        closed: aws.s3.BucketPublicAccessBlock,
    ) -> None:
        everything = pulumi.Output.concat(bucket.arn, "/*")
        aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.id,
            policy=document(
                deny(
                    "TLSOnly",
                    ["s3:*"],
                    to=anyone(),
                    on=[bucket.arn, everything],
                    when={"Bool": {"aws:SecureTransport": "false"}},
                ),
                *({**statement, "Resource": everything} for statement in args.permissions),
            ),
            # S3 refuses two changes of a bucket's access at once (OperationAborted).
            opts=pulumi.ResourceOptions(parent=self, depends_on=[closed]),
        )


def _encryption(
    sealed: SealedByS3 | SealedByKey,
) -> aws.s3.BucketServerSideEncryptionConfigurationRuleArgsDict:
    match sealed:
        case SealedByS3():
            return {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
        case SealedByKey(key_arn=key):
            return {
                "apply_server_side_encryption_by_default": {
                    "sse_algorithm": "aws:kms",
                    "kms_master_key_id": key,
                },
                # One request to KMS for a time, not for every object.
                "bucket_key_enabled": True,
            }
