"""A bucket for the data of workloads."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.private_bucket import PrivateBucket, PrivateBucketArgs, SealedByKey


@dataclass(frozen=True, slots=True, kw_only=True)
class DataBucketArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    keep_versions_days: int
    force_destroy: bool
    """Whether the bucket may be deleted with objects in it."""
    log_prefix: str
    """Below which its access logs lie, in the bucket that all access logs go to."""
    log_bucket: pulumi.Input[str]
    key_arn: pulumi.Input[str]


class DataBucket(pulumi.ComponentResource):
    """A private, versioned bucket under a KMS key, with a record of every access."""

    bucket: pulumi.Output[str]
    bucket_arn: pulumi.Output[str]

    def __init__(self, name: str, args: DataBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:data:DataBucket", name, {"origin": args.origin}, opts)
        store = self._store(name, args)
        self._logging(name, args, store)
        self.bucket = store.bucket
        self.bucket_arn = store.bucket_arn
        self.register_outputs({"bucket": self.bucket, "bucketArn": self.bucket_arn})

    def _store(self, name: str, args: DataBucketArgs) -> PrivateBucket:
        return PrivateBucket(
            name,
            PrivateBucketArgs(
                origin=args.origin,
                sealed=SealedByKey(key_arn=args.key_arn),
                expiry={
                    "id": "older-versions",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrent_version_expiration": {"noncurrent_days": args.keep_versions_days},
                },
                force_destroy=args.force_destroy,
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _logging(self, name: str, args: DataBucketArgs, store: PrivateBucket) -> None:
        aws.s3.BucketLogging(
            f"{name}-logging",
            bucket=store.bucket,
            target_bucket=args.log_bucket,
            target_prefix=args.log_prefix,
            opts=pulumi.ResourceOptions(parent=self),
        )
