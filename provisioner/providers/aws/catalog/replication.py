"""What keeps copies in other regions and of other registries: replica keys, images, objects in buckets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from provisioner.plan.values import Properties
from provisioner.providers.aws.catalog.kms import KEY
from provisioner.providers.aws.catalog.s3_spelling import REPLICATION_RULES, said
from provisioner.providers.aws.codecs import POLICY
from provisioner.providers.aws.spec import (
    ID,
    IDS,
    LOCAL,
    PUT,
    REPLACE,
    ByInputs,
    Codec,
    Field,
    Op,
    Prop,
    ResourceSpec,
    Switch,
    Text,
    Wait,
    Whole,
)
from provisioner.providers.interface import Problem

_THIS_KEY = {"KeyId": ID}
_UNKNOWN_YET = ("MalformedPolicyDocumentException",)

REPLICA_KEY = ResourceSpec(
    type="aws:kms/replicaKey:ReplicaKey",
    service="kms",
    id="KeyId",
    # Asked for in the region of the primary key: special/replica_key.py.
    create=Op(
        "replicate_key", {"ReplicaRegion": Prop("region")}, answer="ReplicaKeyMetadata", again=_UNKNOWN_YET
    ),
    read=KEY.read,
    also=KEY.also,
    delete=KEY.delete,
    absent=KEY.absent,
    gone=KEY.gone,
    ready=Wait(until="KeyState != 'Creating'", seconds=120),
    find=KEY.find,
    fields=(
        Field(
            "primaryKeyArn",
            "KeyId",
            REPLACE,
            Codec(encode=lambda arn: arn.rpartition("/")[2], decode=lambda arn: arn),
            read="MultiRegionConfiguration.PrimaryKey.Arn",
            required=True,
        ),
        Field("description", "Description", Op("update_key_description", _THIS_KEY), reset=""),
        Field(
            "policy",
            "Policy",
            Op(
                "put_key_policy",
                {
                    **_THIS_KEY,
                    "PolicyName": "default",
                    "BypassPolicyLockoutSafetyCheck": Prop("bypassPolicyLockoutSafetyCheck"),
                },
                again=_UNKNOWN_YET,
            ),
            POLICY,
            computed=True,
        ),
        Field(
            "enabled",
            "",
            Switch(Op("enable_key", _THIS_KEY), Op("disable_key", _THIS_KEY)),
            reset=True,
            read="Enabled",
            with_create=False,
            default=True,
        ),
        Field("bypassPolicyLockoutSafetyCheck", "BypassPolicyLockoutSafetyCheck", LOCAL, default=False),
        Field("deletionWindowInDays", "", LOCAL, default=30),
    ),
    tags=KEY.tags,
    outputs={
        "arn": "Arn",
        "keyId": "KeyId",
        "keySpec": "KeySpec",
        "keyUsage": "KeyUsage",
        # Rotation is the primary key's; its replicas follow.
        "keyRotationEnabled": "Rotation.KeyRotationEnabled || `false`",
    },
    # A key has one replica in a region at most.
    unique=("primaryKeyArn",),
)

IMAGE_REPLICATION = ResourceSpec(
    type="aws:ecr/replicationConfiguration:ReplicationConfiguration",
    service="ecr",
    # A registry, which an account has one of in each region, has one configuration, with rules of several
    # environments in it: special/image_replication.py.
    id=Text("{account}"),
    create=Op("put_replication_configuration"),
    read=Op("describe_registry"),
    delete=Op("put_replication_configuration", {"replicationConfiguration": {"rules": []}}),
    absent=(),
    gone="length(replicationConfiguration.rules || `[]`) == `0`",
    find=ByInputs(),
    fields=(
        Field(
            "replicationConfiguration",
            "replicationConfiguration",
            PUT,
            Codec(encode=lambda it: it, decode=said, canonical=said),
            required=True,
        ),
    ),
    outputs={"registryId": "registryId"},
)

_THIS_RULE = {"ecrRepositoryPrefix": ID}
_CREDENTIALS = Whole(Op("update_pull_through_cache_rule", _THIS_RULE))

PULL_THROUGH_CACHE_RULE = ResourceSpec(
    type="aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
    service="ecr",
    id=Text("{ecrRepositoryPrefix}"),
    create=Op("create_pull_through_cache_rule"),
    read=Op(
        "describe_pull_through_cache_rules",
        {"ecrRepositoryPrefixes": IDS},
        answer="pullThroughCacheRules",
        pick=_THIS_RULE,
    ),
    delete=Op("delete_pull_through_cache_rule", _THIS_RULE),
    absent=("PullThroughCacheRuleNotFoundException",),
    find=ByInputs(),
    fields=(
        Field("ecrRepositoryPrefix", "ecrRepositoryPrefix", REPLACE, required=True),
        Field("upstreamRegistryUrl", "upstreamRegistryUrl", REPLACE, required=True),
        Field(
            "upstreamRepositoryPrefix",
            "upstreamRepositoryPrefix",
            REPLACE,
            # AWS's word for all there are, which a program expresses by leaving it out.
            Codec(
                encode=lambda prefix: prefix,
                decode=lambda prefix: prefix if prefix != "ROOT" else None,
                canonical=lambda prefix: prefix if prefix != "ROOT" else None,
            ),
        ),
        Field("credentialArn", "credentialArn", _CREDENTIALS),
        Field("customRoleArn", "customRoleArn", _CREDENTIALS),
    ),
    outputs={"registryId": "registryId"},
    unique=("ecrRepositoryPrefix",),
)


def _replication_problems(inputs: Properties) -> Iterator[Problem]:
    rules = inputs.get("rules")
    for number, rule in enumerate(cast("list[Any]", rules) if isinstance(rules, list) else []):
        if isinstance(rule, dict) and "id" not in rule:
            yield Problem(
                f"rules[{number}].id", "has to be given: S3 makes one up, which the next plan would not know"
            )


OBJECT_REPLICATION = ResourceSpec(
    type="aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    service="s3",
    id=Text("{bucket}"),
    create=Op(
        "put_bucket_replication",
        # Versioning was enabled a moment ago.
        again=("NoSuchBucket", "OperationAborted", "InvalidRequest: Versioning must be"),
    ),
    read=Op("get_bucket_replication", {"Bucket": ID}, answer="ReplicationConfiguration"),
    delete=Op("delete_bucket_replication", {"Bucket": ID}, again=("OperationAborted",)),
    absent=("NoSuchBucket", "ReplicationConfigurationNotFoundError"),
    find=ByInputs(),
    fields=(
        Field("bucket", "Bucket", REPLACE, read=None, required=True),
        Field("role", "ReplicationConfiguration.Role", PUT, read="Role", required=True),
        Field(
            "rules",
            "ReplicationConfiguration.Rules",
            PUT,
            REPLICATION_RULES,
            read="Rules",
            required=True,
        ),
    ),
    outputs={},
    unsupported={"token": "it is for object lock that AWS's support sets up"},
    problems=_replication_problems,
)

SPECS = (REPLICA_KEY, IMAGE_REPLICATION, PULL_THROUGH_CACHE_RULE, OBJECT_REPLICATION)
