"""S3: the settings of a bucket that are resources of their own, written whole and known by their bucket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from provisioner.plan.values import Properties
from provisioner.providers.aws.catalog.s3_spelling import ENCRYPTION_RULES, LIFECYCLE_RULES, VERSIONING
from provisioner.providers.aws.codecs import PASCAL, POLICY, list_of_one
from provisioner.providers.aws.spec import (
    ID,
    LOCAL,
    PUT,
    REPLACE,
    ByInputs,
    Field,
    Op,
    ResourceSpec,
    Text,
)
from provisioner.providers.interface import Problem

# A bucket that was made a moment ago; another setting of the same bucket that is being written.
_SOON = ("NoSuchBucket", "OperationAborted")
_BUSY = ("OperationAborted",)
_OWNER = {"expectedBucketOwner": "deprecated in pulumi-aws; the account is checked before the first call"}

_ID = Text("{bucket}")
_BUCKET = Field("bucket", "Bucket", REPLACE, read=None, required=True)


def _get(call: str, answer: str) -> Op:
    return Op(call, {"Bucket": ID}, answer=answer)


def _put(call: str, *also: str) -> Op:
    return Op(call, again=(*_SOON, *also))


def _delete(call: str) -> Op:
    return Op(call, {"Bucket": ID}, again=_BUSY)


def _structure(value: Any) -> Mapping[str, Any]:
    """The value if it is known to be a structure; an unknown one has no members yet."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _versioning_problems(inputs: Properties) -> Iterator[Problem]:
    wanted = _structure(inputs.get("versioningConfiguration"))
    if wanted.get("mfaDelete") not in (None, "Disabled"):
        yield Problem("versioningConfiguration.mfaDelete", "it needs a device at each apply")
    if wanted.get("status") == "Disabled":
        yield Problem(
            "versioningConfiguration.status",
            "S3 only knows Enabled and Suspended; leave the resource out instead",
        )


VERSIONING_OF_BUCKET = ResourceSpec(
    type="aws:s3/bucketVersioning:BucketVersioning",
    service="s3",
    id=_ID,
    create=_put("put_bucket_versioning"),
    read=_get("get_bucket_versioning", "@"),
    # Versions cannot be un-kept: what goes away is the keeping of new ones.
    delete=Op(
        "put_bucket_versioning",
        {"Bucket": ID, "VersioningConfiguration": {"Status": "Suspended"}},
        again=_BUSY,
    ),
    # A bucket with object lock keeps versions for good (InvalidBucketState): nothing to take away then.
    absent=("NoSuchBucket", "InvalidBucketState"),
    gone="!Status",
    find=ByInputs(),
    fields=(
        _BUCKET,
        Field("versioningConfiguration", "VersioningConfiguration", PUT, VERSIONING, read="@", required=True),
    ),
    outputs={},
    unsupported={**_OWNER, "mfa": "it needs a device at each apply"},
    problems=_versioning_problems,
)


def _encryption_problems(inputs: Properties) -> Iterator[Problem]:
    rules = inputs.get("rules")
    listed = cast("list[Any]", rules) if isinstance(rules, list) else []
    for number, rule in enumerate(listed):
        if "blockedEncryptionTypes" in _structure(rule):
            yield Problem(f"rules[{number}].blockedEncryptionTypes", "AWS's own choice stands")


ENCRYPTION = ResourceSpec(
    type="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    service="s3",
    id=_ID,
    create=_put("put_bucket_encryption"),
    read=_get("get_bucket_encryption", "ServerSideEncryptionConfiguration"),
    delete=_delete("delete_bucket_encryption"),
    absent=("NoSuchBucket", "ServerSideEncryptionConfigurationNotFoundError"),
    find=ByInputs(),
    fields=(
        _BUCKET,
        Field(
            "rules",
            "ServerSideEncryptionConfiguration.Rules",
            PUT,
            ENCRYPTION_RULES,
            read="Rules",
            required=True,
        ),
    ),
    outputs={},
    unsupported=_OWNER,
    problems=_encryption_problems,
)


def _block(prop: str) -> Field:
    name = prop[0].upper() + prop[1:]
    return Field(
        prop,
        f"PublicAccessBlockConfiguration.{name}",
        PUT,
        reset=False,
        read=f"{name} || `false`",
        default=False,
    )


PUBLIC_ACCESS_BLOCK = ResourceSpec(
    type="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    service="s3",
    id=_ID,
    create=_put("put_public_access_block"),
    read=_get("get_public_access_block", "PublicAccessBlockConfiguration"),
    delete=Op("delete_public_access_block", {"Bucket": ID}, again=_BUSY, unless="skipDestroy"),
    absent=("NoSuchBucket", "NoSuchPublicAccessBlockConfiguration"),
    find=ByInputs(),
    fields=(
        _BUCKET,
        _block("blockPublicAcls"),
        _block("blockPublicPolicy"),
        _block("ignorePublicAcls"),
        _block("restrictPublicBuckets"),
        Field("skipDestroy", "", LOCAL),
    ),
    outputs={},
)

OWNERSHIP = ResourceSpec(
    type="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    service="s3",
    id=_ID,
    create=_put("put_bucket_ownership_controls"),
    read=_get("get_bucket_ownership_controls", "OwnershipControls"),
    delete=_delete("delete_bucket_ownership_controls"),
    absent=("NoSuchBucket", "OwnershipControlsNotFoundError"),
    find=ByInputs(),
    fields=(
        _BUCKET,
        Field("rule", "OwnershipControls.Rules", PUT, list_of_one(PASCAL), read="Rules", required=True),
    ),
    outputs={},
)

BUCKET_POLICY = ResourceSpec(
    type="aws:s3/bucketPolicy:BucketPolicy",
    service="s3",
    id=_ID,
    # A role that was made a moment ago is no valid principal yet.
    create=_put("put_bucket_policy", "MalformedPolicy"),
    read=_get("get_bucket_policy", "@"),
    delete=_delete("delete_bucket_policy"),
    absent=("NoSuchBucket", "NoSuchBucketPolicy"),
    find=ByInputs(),
    fields=(_BUCKET, Field("policy", "Policy", PUT, POLICY, required=True)),
    outputs={},
)

LIFECYCLE = ResourceSpec(
    type="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    service="s3",
    id=_ID,
    create=_put("put_bucket_lifecycle_configuration"),
    read=_get("get_bucket_lifecycle_configuration", "@"),
    delete=_delete("delete_bucket_lifecycle"),
    absent=("NoSuchBucket", "NoSuchLifecycleConfiguration"),
    find=ByInputs(),
    fields=(
        _BUCKET,
        Field("rules", "LifecycleConfiguration.Rules", PUT, LIFECYCLE_RULES, read="Rules", required=True),
    ),
    outputs={
        "transitionDefaultMinimumObjectSize": (
            "TransitionDefaultMinimumObjectSize || 'all_storage_classes_128K'"
        ),
        "expectedBucketOwner": "''",
    },
    unsupported={
        **_OWNER,
        "timeouts": "the driver waits as long as S3 needs",
        "transitionDefaultMinimumObjectSize": "AWS's default stands: objects under 128 KiB stay",
    },
)

LOGGING = ResourceSpec(
    type="aws:s3/bucketLogging:BucketLogging",
    service="s3",
    id=_ID,
    # The policy that lets the logging service in may have been written a moment ago.
    create=_put("put_bucket_logging", "InvalidTargetBucketForLogging"),
    read=_get("get_bucket_logging", "LoggingEnabled"),
    delete=Op("put_bucket_logging", {"Bucket": ID, "BucketLoggingStatus": {}}, again=_BUSY),
    absent=("NoSuchBucket",),
    find=ByInputs(),
    fields=(
        _BUCKET,
        Field(
            "targetBucket",
            "BucketLoggingStatus.LoggingEnabled.TargetBucket",
            PUT,
            read="TargetBucket",
            required=True,
        ),
        Field(
            "targetPrefix",
            "BucketLoggingStatus.LoggingEnabled.TargetPrefix",
            PUT,
            read="TargetPrefix || ''",
            required=True,
        ),
    ),
    outputs={},
    unsupported={
        **_OWNER,
        "targetGrants": "buckets enforce the owner, so grants have no effect",
        "targetObjectKeyFormat": "AWS's default names of log objects stand",
    },
)

SPECS = (
    VERSIONING_OF_BUCKET,
    ENCRYPTION,
    PUBLIC_ACCESS_BLOCK,
    OWNERSHIP,
    BUCKET_POLICY,
    LIFECYCLE,
    LOGGING,
)
