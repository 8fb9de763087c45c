"""Rules about who may give power to whom, and about what remembers it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from policies.check import ENVIRONMENT
from policies.documents import Statement, statements
from policies.keys import is_own_key
from policies.model import Enforcement, Finding, Resource, every, rule
from policies.scene import Scene
from policies.values import is_on

ROLE: Final = "aws:iam/role:Role"
POLICY: Final = "aws:iam/policy:Policy"
INLINE: Final = "aws:iam/rolePolicy:RolePolicy"
TRAIL: Final = "aws:cloudtrail/trail:Trail"
BUCKET: Final = "aws:s3/bucket:Bucket"
LOCK: Final = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"

_WIDENING: Final = (
    "iam:PutRolePermissionsBoundary",
    "iam:DeleteRolePermissionsBoundary",
    "iam:UpdateAssumeRolePolicy",
    "iam:CreatePolicyVersion",
    "iam:SetDefaultPolicyVersion",
)
"""What lets a role widen what it, or another, may do."""

_GIVING: Final = ("iam:AttachRolePolicy", "iam:PutRolePolicy")
"""The same, unless only under a boundary."""

_SEALS: Final = ("awskms", "hashivault", "gcpkms", "azurekeyvault")


@rule(
    "GV-006",
    ROLE,
    POLICY,
    INLINE,
    fix="Give roles one of the boundaries that parameter `boundaries` names, and no power over roles.",
    reads=("permissionsBoundary", "policy"),
)
def bounded_power(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """No role widens its own power; where boundaries are named, each role has one of them.

    Parameter `boundaries` has patterns of ARNs. Without it no boundary is asked for.
    """
    if resource.type == ROLE:
        yield from _has_boundary(resource, scene)
        return
    for each in (yield from statements(resource, "policy")):
        if each.allows and _widens(each):
            yield Finding(resource, each.path, "Whoever has this can give more power to a role.")


def _has_boundary(role: Resource, scene: Scene) -> Iterator[Finding]:
    allowed = scene.facts.names("GV-006", "boundaries")
    if not allowed:
        return
    path = "permissionsBoundary"
    boundary = role.get(path)
    if not (isinstance(boundary, str) and any(fnmatchcase(boundary, each) for each in allowed)):
        yield Finding(role, path, "The role has none of the boundaries that are asked for.")


def _widens(statement: Statement) -> bool:
    if any(map(statement.covers, _WIDENING)):
        return True
    return any(map(statement.covers, _GIVING)) and not statement.is_bounded_by("iam:PermissionsBoundary")


@rule(
    "GV-008",
    ENVIRONMENT,
    fix="Write `state.secrets: awskms://…` in production; leave trails whole, encrypted and locked.",
    reads=("isMultiRegionTrail", "enableLogFileValidation", "kmsKeyId", "objectLockEnabled"),
)
def remembered(subject: Resource, scene: Scene) -> Iterator[Finding]:
    """What was done is written down where nobody can change it, and the state keeps its secrets.

    Where an organisation has a trail for all of its accounts, there is none in the environment.
    """
    facts = scene.facts
    if facts.is_hardened and facts.sealed_by and facts.sealed_by not in _SEALS:
        message = "Whoever knows one phrase can read the secrets of the state."
        yield Finding(subject, "state.secrets", message, Enforcement.ADVISORY)
    yield from every(*(each for trail in scene.of(TRAIL) for each in _whole(trail, scene)))


def _whole(trail: Resource, scene: Scene) -> Iterator[Iterator[Finding]]:
    yield _is_on(trail, "isMultiRegionTrail", "What is done in another region is not written down.")
    yield _is_on(trail, "enableLogFileValidation", "Nobody can tell whether the trail was changed.")
    yield _is_encrypted(trail, scene)
    yield _is_locked(trail, scene)


def _is_on(trail: Resource, path: str, message: str) -> Iterator[Finding]:
    if not is_on(trail.get(path)):
        yield Finding(trail, path, message)


def _is_encrypted(trail: Resource, scene: Scene) -> Iterator[Finding]:
    if not is_own_key(trail, "kmsKeyId", scene):
        yield Finding(trail, "kmsKeyId", "The trail has no key of one's own.")


def _is_locked(trail: Resource, scene: Scene) -> Iterator[Finding]:
    for bucket in scene.referred(trail, "s3BucketName", BUCKET):
        if not is_on(bucket.get("objectLockEnabled")) and not scene.referring(bucket, "bucket", LOCK):
            yield Finding(trail, "s3BucketName", "Whoever may write the trail may also delete it.")


RULES = (bounded_power, remembered)
