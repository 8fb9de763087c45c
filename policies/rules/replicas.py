"""Rules about copies of keys and secrets in further regions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from policies.keys import ALIAS, KEY, REPLICA, is_own_key
from policies.model import Finding, Resource, every, rule
from policies.places import is_primary, others
from policies.scene import Facts, Scene
from policies.values import is_off, is_on, number

SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type

_WINDOW: Final = 30
"""Days until a key is gone if it says none. Source: KMS API, `ScheduleKeyDeletion`."""


@rule(
    "MR-002",
    KEY,
    fix="Write `encryption.kms.multi_region` when the keys are made: it stays with a key for ever.",
    reads=("multiRegion", "tags.replicate"),
)
def keys_everywhere(key: Resource, scene: Scene) -> Iterator[Finding]:
    """A key for several regions has one replica in each, under the same alias; other keys stay in theirs."""
    if is_off(key.get("multiRegion")):
        if is_on(key.get("tags.replicate")):
            yield Finding(key, "multiRegion", "The key is to be replicated, and can never be.")
        return
    if not scene.facts.is_whole:
        return
    copies = [each for each in scene.of(REPLICA) if key in _primaries(each, scene)]
    wanted = frozenset(_aliases(key, scene))
    for region in scene.facts.regions:
        if region != key.region:
            yield from _copied(key, wanted, [each for each in copies if each.region == region], scene)


def _copied(
    key: Resource, aliases: frozenset[str], copies: list[Resource], scene: Scene
) -> Iterator[Finding]:
    if len(copies) != 1:
        message = "It has no replica in one of the regions." if not copies else "A region has two replicas."
        yield Finding(key, "multiRegion", message)
    for each in copies:
        if not aliases <= frozenset(_aliases(each, scene)):
            yield Finding(each, "", "The replica lacks an alias that the primary has.")


def _aliases(key: Resource, scene: Scene) -> Iterator[str]:
    for each in scene.of(ALIAS):
        if each.region == key.region and key in scene.referred(each, "targetKeyId", KEY, REPLICA):
            yield str(each.get("name"))


def _primaries(replica: Resource, scene: Scene) -> tuple[Resource, ...]:
    """The keys that it is a replica of: by where its ARN comes from, or by the id at the ARN's end."""
    if found := scene.referred(replica, "primaryKeyArn", KEY):
        return found
    name = str(replica.get("primaryKeyArn")).rpartition("/")[2]
    return tuple(each for each in scene.of(KEY) if each.id and each.id == name)


@rule(
    "MR-003",
    REPLICA,
    fix="Leave keys and their replicas to the environment, which gives both the same policy.",
    reads=("policy", "enabled", "deletionWindowInDays"),
)
def replicas_alike(replica: Resource, scene: Scene) -> Iterator[Finding]:
    """A replica has the policy, the state and the window of its primary: AWS keeps them apart."""
    for key in _primaries(replica, scene):
        yield from every(
            _same_policy(replica, key),
            _same_state(replica, key),
            _same_window(replica, key),
        )


def _same_policy(replica: Resource, key: Resource) -> Iterator[Finding]:
    if _normal(replica) != _normal(key):
        yield Finding(replica, "policy", "The replica's policy is not that of its primary.")


def _normal(key: Resource) -> Any:
    """The policy without regions, and in one spelling."""
    written = key.get("policy")
    if not isinstance(written, str):
        return None
    text = written.replace(key.region, "*") if key.region else written
    try:
        return json.loads(text)
    except ValueError:
        return text


def _same_state(replica: Resource, key: Resource) -> Iterator[Finding]:
    if is_off(replica.get("enabled", default=True)) != is_off(key.get("isEnabled", default=True)):
        yield Finding(replica, "enabled", "One of primary and replica is switched off.")


def _same_window(replica: Resource, key: Resource) -> Iterator[Finding]:
    path = "deletionWindowInDays"
    if number(replica.get(path, default=_WINDOW)) != number(key.get(path, default=_WINDOW)):
        yield Finding(replica, path, "The replica is gone sooner or later than its primary.")


_MOUNT: Final = "vault:index/mount:Mount"


@rule(
    "MR-009",
    SECRET,
    _MOUNT,
    fix="Copy the secret to every region, each copy under a key of that region; leave mounts of Vault to its "
    "replication.",
    reads=("replicas[].region", "replicas[].kmsKeyId", "forceOverwriteReplicaSecret", "local"),
)
def secrets_everywhere(secret: Resource, scene: Scene) -> Iterator[Finding]:
    """A secret of the primary region is copied to each other one, under a key there; none is overwritten."""
    if secret.type == _MOUNT:
        if len(scene.facts.regions) > 1 and is_on(secret.get("local")):
            yield Finding(secret, "local", "No other cluster of Vault gets what is kept there.")
        return
    if not is_primary(secret, scene.facts):
        return
    copied = (_is_copied(secret, scene),) if scene.facts.is_whole else ()
    yield from every(*copied, *_under_keys(secret, scene), _overwrites_nothing(secret))


def _is_copied(secret: Resource, scene: Scene) -> Iterator[Finding]:
    copied = {str(each.get("region")) for each in secret.parts("replicas")}
    if not {*others(scene.facts)} <= copied | _made_there(secret, scene.facts, scene):
        yield Finding(secret, "replicas", "A region of the environment is without this secret.")


def _made_there(secret: Resource, facts: Facts, scene: Scene) -> set[str]:
    """Regions that have a secret of that name of their own."""
    name = secret.get("name")
    same = [each for each in scene.of(SECRET) if name and each.peek("name") == name]
    return {each.region for each in same if not is_primary(each, facts)}


def _under_keys(secret: Resource, scene: Scene) -> Iterator[Iterator[Finding]]:
    for each in secret.parts("replicas"):

        def judged(path: str = each.at("kmsKeyId")) -> Iterator[Finding]:
            if not is_own_key(secret, path, scene):
                yield Finding(secret, path, "The copy has no key of its own region.")

        yield judged()


def _overwrites_nothing(secret: Resource) -> Iterator[Finding]:
    path = "forceOverwriteReplicaSecret"
    if is_on(secret.get(path)):
        yield Finding(secret, path, "A copy may overwrite another secret of that name.")


RULES = (keys_everywhere, replicas_alike, secrets_everywhere)
