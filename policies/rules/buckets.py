"""Rules about buckets of S3, whose settings are resources of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policies.documents import Statement, statements
from policies.keys import is_own_key
from policies.model import Finding, Part, Resource, every, rule
from policies.scene import Scene
from policies.values import is_on, number

BUCKET: Final = "aws:s3/bucket:Bucket"
BLOCK: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ACCOUNT_BLOCK: Final = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
OWNERSHIP: Final = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
ACL: Final = "aws:s3/bucketAcl:BucketAcl"
ENCRYPTION: Final = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
LOGGING: Final = "aws:s3/bucketLogging:BucketLogging"
POLICY: Final = "aws:s3/bucketPolicy:BucketPolicy"
VERSIONING: Final = "aws:s3/bucketVersioning:BucketVersioning"
LOCK: Final = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
TRAIL: Final = "aws:cloudtrail/trail:Trail"

_FLAGS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_OWN: Final = ("aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalAccount", "aws:SourceAccount")
_EVERYBODY: Final = ("/global/AllUsers", "/global/AuthenticatedUsers")
"""Groups of S3; the second is everybody with an account at AWS."""

_ACCOUNT: Final = re.compile(r"(?:arn:aws[\w-]*:(?:iam|sts)::)?(\d{12})(?::.*)?")


@rule(
    "BL-S3-001",
    BUCKET,
    fix="Leave buckets as the environment makes them: closed, and owned as a whole.",
    reads=("bucket", *_FLAGS, "rule.objectOwnership", "acl"),
)
def not_public(bucket: Resource, scene: Scene) -> Iterator[Finding]:
    """A bucket is closed to the public, whatever its policy or its objects say."""
    yield from every(_blocked(bucket, scene), _owned(bucket, scene), _without_public_acl(bucket, scene))


def _blocked(bucket: Resource, scene: Scene) -> Iterator[Finding]:
    if any(all(is_on(each.get(flag)) for flag in _FLAGS) for each in scene.of(ACCOUNT_BLOCK)):
        return
    blocks = scene.referring(bucket, "bucket", BLOCK)
    if not blocks:
        yield Finding(bucket, "", "Nothing keeps the bucket from being made public.")
    yield from every(*(_flag(each, flag) for each in blocks for flag in _FLAGS))


def _flag(block: Resource, flag: str) -> Iterator[Finding]:
    if not is_on(block.get(flag)):
        yield Finding(block, flag, "The bucket, or an object in it, can be made public.")


def _owned(bucket: Resource, scene: Scene) -> Iterator[Finding]:
    path = "rule.objectOwnership"
    controls = scene.referring(bucket, "bucket", OWNERSHIP)
    if not controls:
        yield Finding(bucket, "", "Whoever writes an object may own it.")
    for each in controls:
        if each.get(path) != "BucketOwnerEnforced":
            yield Finding(each, path, "Whoever writes an object may own it.")


def _without_public_acl(bucket: Resource, scene: Scene) -> Iterator[Finding]:
    for each in (bucket, *scene.referring(bucket, "bucket", ACL)):
        if str(each.get("acl")).startswith(("public-", "authenticated-")):
            yield Finding(each, "acl", "The bucket's access list is for everybody.")
        for grant in each.parts("accessControlPolicy.grants"):
            if str(grant.get("grantee.uri")).endswith(_EVERYBODY):
                yield Finding(each, grant.at("grantee.uri"), "The bucket's access list is for everybody.")


@rule(
    "BL-S3-002",
    BUCKET,
    fix="Leave buckets under the key that the environment makes for them.",
    reads=(
        "bucket",
        "rules[].applyServerSideEncryptionByDefault.sseAlgorithm",
        "rules[].applyServerSideEncryptionByDefault.kmsMasterKeyId",
        "rules[].bucketKeyEnabled",
    ),
)
def sealed_with_own_key(bucket: Resource, scene: Scene) -> Iterator[Finding]:
    """What a bucket holds is encrypted with a key of one's own."""
    for each in _unsealed(bucket, scene):
        # S3 delivers access logs only to buckets under a key of its own.
        if not scene.referring(bucket, "targetBucket", LOGGING):
            yield each


def _unsealed(bucket: Resource, scene: Scene) -> Iterator[Finding]:
    settings = scene.referring(bucket, "bucket", ENCRYPTION)
    inline = bucket.parts("serverSideEncryptionConfiguration.rule")
    rules = (*inline, *(part for each in settings for part in each.parts("rules")))
    if not rules:
        yield Finding(bucket, "", "The bucket has no key of one's own.")
    yield from every(*(_sealed(each, scene) for each in rules))


def _sealed(each: Part, scene: Scene) -> Iterator[Finding]:
    algorithm = "applyServerSideEncryptionByDefault.sseAlgorithm"
    key = "applyServerSideEncryptionByDefault.kmsMasterKeyId"
    if each.get(algorithm) not in ("aws:kms", "aws:kms:dsse"):
        yield Finding(each.resource, each.at(algorithm), "The bucket has no key of one's own.")
    elif not is_own_key(each, key, scene):
        yield Finding(each.resource, each.at(key), "The bucket has no key of one's own.")
    elif not is_on(each.get("bucketKeyEnabled")):
        yield Finding(each.resource, each.at("bucketKeyEnabled"), "Every object costs a request to KMS.")


@rule(
    "BL-S3-003",
    BUCKET,
    fix="Leave the bucket's policy as it is made; let other accounts in by the id of the organisation.",
    reads=("bucket", "policy"),
)
def tls_only(bucket: Resource, scene: Scene) -> Iterator[Finding]:
    """A bucket refuses requests without TLS, and lets in nobody from outside the organisation."""
    inline = () if bucket.peek("policy") is None else (bucket,)
    policies = (*inline, *scene.referring(bucket, "bucket", POLICY))
    found: list[Statement] = []
    for each in policies:
        in_this = yield from statements(each, "policy")
        found += in_this
        yield from (
            Finding(each, statement.path, "Somebody outside the organisation is let in.")
            for statement in in_this
            if _lets_strangers_in(statement, scene.facts.account)
        )
    if not any(map(_refuses_plain, found)):
        yield Finding(*_place(bucket, policies), "The bucket answers without TLS.")


def _place(bucket: Resource, policies: tuple[Resource, ...]) -> tuple[Resource, str]:
    return (policies[0], "policy") if policies else (bucket, "")


def _refuses_plain(statement: Statement) -> bool:
    refused = [(each.operator, each.values) for each in statement.compared("aws:SecureTransport")]
    return (
        not statement.allows
        and statement.is_for_everybody
        and all(map(statement.covers, ("s3:GetObject", "s3:PutObject", "s3:ListBucket")))
        and any(each.endswith("*") for each in statement.resources)
        and len(statement.conditions) == 1
        and refused in ([("Bool", ("false",))], [("BoolIfExists", ("false",))])
    )


def _lets_strangers_in(statement: Statement, account: str) -> bool:
    if not statement.allows or statement.is_bounded_by(*_OWN):
        return False
    named = (_ACCOUNT.fullmatch(who) for who in statement.principals.get("AWS", ()))
    accounts = {each[1] for each in named if each}
    return statement.is_for_everybody or bool(account and accounts - {account})


@rule(
    "BL-S3-004",
    BUCKET,
    fix="Leave versions on; give the bucket of an audit log an object lock in compliance mode.",
    reads=("bucket", "versioningConfiguration.status", "rule.defaultRetention.mode", "tags.content"),
)
def versioned_and_locked(bucket: Resource, scene: Scene) -> Iterator[Finding]:
    """What is overwritten or deleted can be brought back; nobody can delete an audit log."""
    content = bucket.get("tags.content")
    if content == "scratch":
        return
    path = "versioningConfiguration.status"
    settings = scene.referring(bucket, "bucket", VERSIONING)
    on = is_on(bucket.get("versioning.enabled")) or any(each.get(path) == "Enabled" for each in settings)
    if not on:
        at = (settings[0], path) if settings else (bucket, "")
        yield Finding(*at, "What is overwritten or deleted is gone.")
    if content == "audit" or scene.referring(bucket, "s3BucketName", TRAIL):
        yield from _locked(bucket, scene)


def _locked(bucket: Resource, scene: Scene) -> Iterator[Finding]:
    locks = scene.referring(bucket, "bucket", LOCK)
    if not any(_holds(each) for each in locks):
        yield Finding(bucket, "", "Whoever administers the bucket can delete what was logged.")


def _holds(lock: Resource) -> bool:
    retention = Part(lock, "rule.defaultRetention")
    days = number(retention.get("days")) or number(retention.get("years")) or 0
    return retention.get("mode") == "COMPLIANCE" and days > 0


RULES = (not_public, sealed_with_own_key, tls_only, versioned_and_locked)
