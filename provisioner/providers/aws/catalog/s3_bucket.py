"""S3: the bucket itself. `special/bucket.py` has what does not fit a table."""

from __future__ import annotations

from provisioner.providers.aws.catalog.s3_spelling import TAG_SET
from provisioner.providers.aws.spec import (
    ID,
    LOCAL,
    REPLACE,
    ByInputs,
    Field,
    Name,
    Op,
    ResourceSpec,
    Tags,
    Text,
)

_OWN_TYPE = "this setting is a resource of its own: `aws.s3.{}`"

BUCKET = ResourceSpec(
    type="aws:s3/bucket:Bucket",
    service="s3",
    id=Text("{bucket}"),
    create=Op("create_bucket", again=("OperationAborted",)),
    read=Op("list_buckets", answer="Buckets", pick={"Name": ID}),
    also={
        "tags": Op("get_bucket_tagging", {"Bucket": ID}, answer="TagSet", none=("NoSuchTagSet",)),
        "lock": Op(
            "get_object_lock_configuration",
            {"Bucket": ID},
            answer="ObjectLockConfiguration.ObjectLockEnabled == 'Enabled'",
            none=("ObjectLockConfigurationNotFoundError",),
        ),
    },
    delete=Op("delete_bucket", {"Bucket": ID}, again=("OperationAborted",)),
    absent=("NoSuchBucket",),
    find=ByInputs(),
    fields=(
        Field("bucket", "Bucket", REPLACE, read="Name"),
        Field(
            "objectLockEnabled",
            "ObjectLockEnabledForBucket",
            REPLACE,
            read="lock || `false`",
            computed=True,
        ),
        Field("forceDestroy", "", LOCAL, default=False),
    ),
    name=Name("bucket", 63, lower=True, given_prefix="bucketPrefix"),
    # S3 sets all tags at once: this row gives a new bucket its tags, `special/bucket.py` changes them.
    tags=Tags(
        read="tags || `[]`",
        codec=TAG_SET,
        add=Op("put_bucket_tagging", {"Bucket": ID}),
        add_as="Tagging",
        remove=Op("delete_bucket_tagging", {"Bucket": ID}),
        remove_as="",
    ),
    outputs={
        "arn": Text("arn:{partition}:s3:::{bucket}"),
        "bucketDomainName": Text("{bucket}.s3.{dnsSuffix}"),
        "bucketRegionalDomainName": Text("{bucket}.s3.{region}.{dnsSuffix}"),
        "bucketRegion": Text("{region}"),
        "bucketNamespace": "'global'",
        "websiteDomain": "''",
        "websiteEndpoint": "''",
    },
    unsupported={
        "bucketNamespace": "buckets have names in the global namespace",
        "accelerationStatus": _OWN_TYPE.format("BucketAccelerateConfiguration"),
        "acl": _OWN_TYPE.format("BucketAcl"),
        "corsRules": _OWN_TYPE.format("BucketCorsConfiguration"),
        "grants": _OWN_TYPE.format("BucketAcl"),
        "lifecycleRules": _OWN_TYPE.format("BucketLifecycleConfiguration"),
        "logging": _OWN_TYPE.format("BucketLogging"),
        "objectLockConfiguration": _OWN_TYPE.format("BucketObjectLockConfiguration"),
        "policy": _OWN_TYPE.format("BucketPolicy"),
        "replicationConfiguration": _OWN_TYPE.format("BucketReplicationConfig"),
        "requestPayer": _OWN_TYPE.format("BucketRequestPaymentConfiguration"),
        "serverSideEncryptionConfiguration": _OWN_TYPE.format("BucketServerSideEncryptionConfiguration"),
        "versioning": _OWN_TYPE.format("BucketVersioning"),
        "website": _OWN_TYPE.format("BucketWebsiteConfiguration"),
    },
)

SPECS = (BUCKET,)
