"""Where models are kept, and who looked at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.location import Location
from components.policy_document import allow, service
from components.private_bucket import PrivateBucket, PrivateBucketArgs, SealedByKey, SealedByS3

_LOG_PREFIX = "model-store/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStoreArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    location: Location
    keep_versions_days: int
    keep_access_logs_days: int
    force_destroy: bool
    """Whether the buckets may be deleted with objects in them."""
    more_logged_buckets: Sequence[str]
    """ARNs of further buckets that send their access logs here; they may hold `*`."""
    key_arn: pulumi.Input[str]


class ModelStore(pulumi.ComponentResource):
    """A bucket for models, under a KMS key, and a second one with a record of every access to it."""

    bucket: pulumi.Output[str]
    bucket_arn: pulumi.Output[str]
    log_bucket: pulumi.Output[str]

    def __init__(self, name: str, args: ModelStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:storage:ModelStore", name, {"origin": args.origin}, opts)
        store = self._store(name, args)
        logs = self._logs(name, args, store)
        self._logging(name, store, logs)
        self.bucket = store.bucket
        self.bucket_arn = store.bucket_arn
        self.log_bucket = logs.bucket
        self.register_outputs(
            {"bucket": self.bucket, "bucketArn": self.bucket_arn, "logBucket": self.log_bucket}
        )

    def _store(self, name: str, args: ModelStoreArgs) -> PrivateBucket:
        return PrivateBucket(
            f"{name}-store",
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

    def _logs(self, name: str, args: ModelStoreArgs, store: PrivateBucket) -> PrivateBucket:
        from_the_store = {
            "StringEquals": {"aws:SourceAccount": args.location.account_id},
            "ArnLike": {"aws:SourceArn": _one_or_more(store.bucket_arn, args.more_logged_buckets)},
        }
        return PrivateBucket(
            f"{name}-logs",
            PrivateBucketArgs(
                origin=f"{args.origin}.access_logs",
                # S3 delivers access logs only to buckets under a key of its own.
                # Source: Amazon S3 user guide, "Enabling Amazon S3 server access logging".
                sealed=SealedByS3(),
                expiry={
                    "id": "access-logs",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "expiration": {"days": args.keep_access_logs_days},
                    "noncurrent_version_expiration": {"noncurrent_days": 1},
                },
                permissions=[
                    allow(
                        "AccessLogs",
                        ["s3:PutObject"],
                        to=service("logging.s3.amazonaws.com"),
                        when=from_the_store,
                    )
                ],
                force_destroy=args.force_destroy,
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _logging(self, name: str, store: PrivateBucket, logs: PrivateBucket) -> None:
        aws.s3.BucketLogging(
            f"{name}-logging",
            bucket=store.bucket,
            target_bucket=logs.bucket,
            target_prefix=_LOG_PREFIX,
            # S3 checks at once whether it may write there.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs]),
        )


def _one_or_more(
    first: pulumi.Input[str], more: Sequence[str]
) -> pulumi.Input[str] | Sequence[pulumi.Input[str]]:
    return [first, *more] if more else first
