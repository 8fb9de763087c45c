"""What it takes to read or write a bucket that is encrypted with a KMS key, as statements of IAM."""

from __future__ import annotations

from typing import Final

import pulumi

from components.location import Location
from components.policy_document import Statement, allow

_ADD: Final = (
    "s3:AbortMultipartUpload",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)


def reading(bucket_arn: pulumi.Input[str], key_arn: pulumi.Input[str], location: Location) -> list[Statement]:
    """What a workload needs to find and read objects."""
    return [
        allow("List", ["s3:ListBucket"], on=[bucket_arn]),
        allow("Read", ["s3:GetObject", "s3:GetObjectVersion"], on=[_objects(bucket_arn)]),
        _key("Decrypt", ["kms:Decrypt"], key_arn, location),
    ]


def adding(bucket_arn: pulumi.Input[str], key_arn: pulumi.Input[str], location: Location) -> list[Statement]:
    """What a workload needs to read and add objects; it cannot delete any."""
    return _writing(_ADD, bucket_arn, key_arn, location)


def changing(
    bucket_arn: pulumi.Input[str], key_arn: pulumi.Input[str], location: Location
) -> list[Statement]:
    """What a workload needs to read, add and delete objects; older versions it cannot remove."""
    return _writing((*_ADD, "s3:DeleteObject"), bucket_arn, key_arn, location)


def _writing(
    actions: tuple[str, ...], bucket_arn: pulumi.Input[str], key_arn: pulumi.Input[str], location: Location
) -> list[Statement]:
    return [
        allow("List", ["s3:ListBucket", "s3:ListBucketMultipartUploads"], on=[bucket_arn]),
        allow("Write", actions, on=[_objects(bucket_arn)]),
        # The parts of a large upload are decrypted when they are put together.
        _key("Encrypt", ["kms:Decrypt", "kms:GenerateDataKey"], key_arn, location),
    ]


def _objects(bucket_arn: pulumi.Input[str]) -> pulumi.Output[str]:
    return pulumi.Output.concat(bucket_arn, "/*")


def _key(sid: str, actions: list[str], key_arn: pulumi.Input[str], location: Location) -> Statement:
    through_s3 = {"StringEquals": {"kms:ViaService": f"s3.{location.region}.amazonaws.com"}}
    return allow(sid, actions, on=[key_arn], when=through_s3)
