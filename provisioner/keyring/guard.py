"""What a plan that deletes a key, or the engine it lies in, leaves behind that still needs it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from environments.key_address import KMS, VAULT, kms_address, transit_address
from policies.model import Resource
from provisioner.keyring.engine import MOUNT, Engine, engines_in, path_of
from provisioner.keyring.key import KEY_TYPES, Key, Kind, keys_in
from provisioner.keyring.uses import Need, Use, names_key, uses

_STAYS: Final = ("same", "update")
_GOES: Final = ("delete", "replace")
_HELD: Final = (*KEY_TYPES, MOUNT)
_DISCARDS: Final = "retainOnDelete"

_SETTINGS: Final[Mapping[str, str]] = {
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "bucket",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": "bucket",
}
"""Types that only say how another object encrypts, and the property that names it: what is in it stays."""

_LAST_SNAPSHOTS: Final = (
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
    "aws:docdb/cluster:Cluster",
)
"""Types that leave a snapshot, unless `skipFinalSnapshot` says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An object in the cloud that is encrypted with a key, whoever made it."""

    kind: str
    """`snapshot`, `bucket` …"""

    id: str
    key: str
    """The ARN of the key."""

    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """A key, or an engine with its keys, that would go, and what still needs it."""

    key: Key | Engine
    living: tuple[str, ...] = ()
    """What is a resource after the plan as before, by URN."""

    retained: tuple[str, ...] = ()
    """What stays in the cloud without being anybody's resource: snapshots, buckets, kept objects."""

    sealed: tuple[str, ...] = ()
    """The stacks whose states it seals, as `<layer> <stack>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is now, and what will be."""

    now: Sequence[Resource]
    planned: Sequence[Resource]
    """With what becomes of each as its `change`."""

    others: Sequence[Resource] = ()
    """Of stacks of the environment that the plan is not about, and what it leaves out."""

    kept: Collection[str] = ()
    """URNs of resources whose objects stay when they are deleted."""

    holders: Sequence[Holder] = ()
    seals: Mapping[str, str] = field(default_factory=dict[str, str])
    """By `<layer> <stack>` what seals the secrets in its state now: `hashivault://state?engine=prod/transit`.

    Those of stacks that the plan empties are among them: until the last step is recorded their states have to
    be opened, and a step after the key's own may fail.
    """


def going(now: Iterable[Resource], planned: Iterable[Resource]) -> tuple[Key | Engine, ...]:
    """The keys that there are and that the plan deletes, or replaces by others; and the engines of such."""
    there = tuple(now)
    gone = {each.urn for each in planned if each.type in _HELD and each.change in _GOES and each.id}
    return tuple(each for each in (*keys_in(there), *engines_in(there)) if each.urn in gone)


def moving(now: Iterable[Resource], planned: Iterable[Resource]) -> tuple[Engine, ...]:
    """The engines that get another path: their keys stay, and an address with the old one leads nowhere."""
    paths = {each.urn: path_of(each) for each in planned if each.type == MOUNT and each.change == "update"}
    return tuple(each for each in engines_in(now) if paths.get(each.urn, each.path) != each.path)


def needed(key: Key | Engine, scene: Scene) -> Needed:
    """What still needs a key that goes."""
    change = {each.urn: each.change for each in scene.planned}
    before = tuple(use for use in uses(key, scene.now) if use.need is Need.DATA)
    stay = [use.urn for use in before if change.get(use.urn) in _STAYS]
    after = [use.urn for use in _new_uses(key, scene) if change[use.urn] != "update"]
    others = [use.urn for use in uses(key, scene.others) if use.need is Need.DATA]
    settings = _behind_settings(before, scene, change)
    living = dict.fromkeys(each for each in (*stay, *after, *settings, *others) if each != key.urn)
    return Needed(
        key=key,
        living=tuple(living),
        retained=tuple(_retained(key, before, scene, change)),
        sealed=sealed(key, scene.seals),
    )


def _new_uses(key: Key | Engine, scene: Scene) -> Iterator[Use]:
    """What will need the key, by what it will say. At a path in Vault lies by then what has replaced it."""
    is_replaced = any(each.urn == key.urn and each.change == "replace" for each in scene.planned)
    if is_replaced and (isinstance(key, Engine) or key.kind is Kind.TRANSIT):
        return
    new = [each for each in scene.planned if each.change not in ("delete", "read")]
    yield from (use for use in uses(key, new) if use.need is Need.DATA)


def sealed(key: Key | Engine, by: Mapping[str, str]) -> tuple[str, ...]:
    """The stacks whose states the key seals, or a key in the engine."""
    return tuple(stack for stack, address in by.items() if seals(key, address))


def _behind_settings(uses: Iterable[Use], scene: Scene, change: Mapping[str, str]) -> Iterator[str]:
    """Buckets that stay while what said how they encrypt goes or changes: their objects stay encrypted."""
    by_id = {each.id: each for each in scene.now if each.id}
    inputs = {each.urn: each.inputs for each in scene.now}
    for use in uses:
        if use.type in _SETTINGS:
            holder = by_id.get(str(inputs[use.urn].get(_SETTINGS[use.type])))
            if holder and change.get(holder.urn) in _STAYS:
                yield holder.urn


def _retained(
    key: Key | Engine, uses: Iterable[Use], scene: Scene, change: Mapping[str, str]
) -> Iterator[str]:
    inputs = {each.urn: each.inputs for each in scene.now}
    goes = [each for each in scene.now if change.get(each.urn) in _GOES]
    named = {text for each in goes for text in each.inputs.values() if isinstance(text, str)}
    ours = {use.id for use in uses} | {each.id for each in goes} | named
    for use in uses:
        if change.get(use.urn) in _GOES:
            if use.urn in scene.kept:
                yield f"{use.urn} (its object stays: {_DISCARDS})"
            elif use.type in _LAST_SNAPSHOTS and _leaves_a_snapshot(inputs[use.urn]):
                yield f"the final snapshot of {use.urn}"
    for holder in scene.holders:
        if holder.id not in ours and names_key(key, {"key": holder.key}, holder.region):
            yield f"{holder.kind} {holder.id} in {holder.region}"


def _leaves_a_snapshot(inputs: Mapping[str, Any]) -> bool:
    return inputs.get("skipFinalSnapshot") is not True


def seals(key: Key | Engine, address: str) -> bool:
    """Whether the address of what seals a state means this key, or one in this engine."""
    if address.startswith(VAULT):
        said = transit_address(address)
        if isinstance(key, Engine):
            return said.mount == key.path
        return key.kind is Kind.TRANSIT and key.id == f"{said.mount}/{said.name}"
    if address.startswith(KMS) and isinstance(key, Key):
        at = kms_address(address)
        return bool(names_key(key, {"key": at.key}, at.region or key.region))
    return False
