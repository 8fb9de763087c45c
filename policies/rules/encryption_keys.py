"""Rules about keys of KMS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policies.documents import Statement, statements
from policies.keys import KEY, REPLICA
from policies.model import Finding, Resource, every, rule
from policies.scene import Scene
from policies.values import is_off, is_on, number

KEY_POLICY: Final = "aws:kms/keyPolicy:KeyPolicy"

_SYMMETRIC: Final = "SYMMETRIC_DEFAULT"
_YEAR: Final = 365
_MONTH: Final = 30

_OWN: Final = (
    "kms:CallerAccount",
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalArn",
    "aws:SourceAccount",
)
"""What keeps a statement for everybody to one's own; not `kms:ViaService` alone, which all accounts have."""

_ADMINISTRATION: Final = ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey")
_USE: Final = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom")
_ROOT: Final = re.compile(r"(arn:aws[\w-]*:iam::)?\d{12}(:root)?")
"""The account itself, whose own policies say who it is."""


@rule(
    "BL-KMS-001",
    KEY,
    fix="Write `encryption.kms.rotation`, at most `365d`.",
    reads=("enableKeyRotation", "rotationPeriodInDays", "customerMasterKeySpec"),
)
def rotated(key: Resource, scene: Scene) -> Iterator[Finding]:
    """The material of a symmetric key changes once a year at the least."""
    if key.get("customerMasterKeySpec", default=_SYMMETRIC) != _SYMMETRIC or key.get("customKeyStoreId"):
        return  # KMS cannot rotate these
    if not is_on(key.get("enableKeyRotation")):
        yield Finding(key, "enableKeyRotation", "The key's material never changes.")
        return
    most = scene.facts.number("BL-KMS-001", "days", _YEAR)
    days = number(key.get("rotationPeriodInDays", default=_YEAR))
    if days is None or days > most:
        yield Finding(key, "rotationPeriodInDays", "The key's material changes too seldom.")


@rule(
    "BL-KMS-002",
    KEY,
    REPLICA,
    KEY_POLICY,
    fix="Leave the key's policy as the environment makes it: administration and use are separate.",
    reads=("policy", "keyId"),
)
def policy_least_privilege(key: Resource, scene: Scene) -> Iterator[Finding]:
    """A key's policy is written out, is for one's own, and keeps administration and use apart."""
    if key.type != KEY_POLICY and key.peek("policy") is None:
        if not scene.referring(key, "keyId", KEY_POLICY):
            yield Finding(
                key, "policy", "The key has AWS's own policy, by which whoever may anything may use it."
            )
        return
    found = yield from statements(key, "policy")
    for each in found:
        yield from _statement(key, each)
    administers, uses = (_named(found, actions) for actions in (_ADMINISTRATION, _USE))
    if administers & uses:
        yield Finding(key, "policy", "Somebody who uses the key also administers it.")


def _statement(key: Resource, statement: Statement) -> Iterator[Finding]:
    if not statement.allows:
        return
    if statement.is_for_everybody and not statement.is_bounded_by(*_OWN):
        yield Finding(key, statement.path, "This is for everybody, in every account.")
    whole = "kms:*" in statement.actions or "*" in statement.actions or statement.but_actions
    if whole and _strangers(statement):
        yield Finding(key, statement.path, "Somebody may do everything with the key.")


def _named(found: tuple[Statement, ...], actions: tuple[str, ...]) -> frozenset[str]:
    """Who may do some of this, the account itself aside; who may do everything is a finding already."""
    return frozenset(
        who
        for each in found
        if each.allows and "kms:*" not in each.actions and any(map(each.covers, actions))
        for who in _strangers(each)
    )


def _strangers(statement: Statement) -> frozenset[str]:
    """The principals other than the account itself, and everybody."""
    return frozenset(
        who for who in statement.principals.get("AWS", ()) if who != "*" and not _ROOT.fullmatch(who)
    )


@rule(
    "BL-KMS-003",
    KEY,
    REPLICA,
    fix="Write `encryption.kms.deletion_window: 30d`.",
    reads=("deletionWindowInDays", "bypassPolicyLockoutSafetyCheck"),
)
def deleted_slowly(key: Resource, scene: Scene) -> Iterator[Finding]:
    """A key that is deleted by mistake can be brought back, and nobody can lock everybody out of it."""
    yield from every(_waits(key, scene), _checks(key))


def _waits(key: Resource, scene: Scene) -> Iterator[Finding]:
    days = number(key.get("deletionWindowInDays", default=_MONTH))
    least = scene.facts.number("BL-KMS-003", "days", _MONTH)
    if scene.facts.is_hardened and (days is None or days < least):
        yield Finding(key, "deletionWindowInDays", "There is too little time to notice that a key is missed.")


def _checks(key: Resource) -> Iterator[Finding]:
    path = "bypassPolicyLockoutSafetyCheck"
    if not is_off(key.get(path)):
        yield Finding(key, path, "AWS takes a policy after which nobody can change the key any more.")


RULES = (rotated, policy_least_privilege, deleted_slowly)
