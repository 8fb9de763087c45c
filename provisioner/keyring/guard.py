"""What a plan that deletes a key leaves behind that still needs it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from environments.key_address import KMS, VAULT, kms_address, transit_address
from policies.model import Resource
from provisioner.keyring.key import KEY_TYPES, Key, Kind, keys_in
from provisioner.keyring.uses import Need, Use, names_key, uses

_STAYS: Final = ("same", "update")
_GOES: Final = ("delete", "replace")
_DISCARDS: Final = "retainOnDelete"
_SEALED: Final = "the secrets in the state (`state.secrets`)"

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
    """A key that would go, and what still needs it."""

    key: Key
    living: tuple[str, ...] = ()
    """What is a resource after the plan as before, by URN, or the state itself."""

    retained: tuple[str, ...] = ()
    """What stays in the cloud without being anybody's resource: snapshots, buckets, kept objects."""


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
    seals: Collection[str] = ()
    """What seals the secrets in states that stay: addresses such as `hashivault://state?engine=prod/transit`."""


def going(now: Iterable[Resource], planned: Iterable[Resource]) -> tuple[Key, ...]:
    """The keys that there are and that the plan deletes, or replaces by others."""
    gone = {each.urn for each in planned if each.type in KEY_TYPES and each.change in _GOES and each.id}
    return tuple(key for key in keys_in(now) if key.urn in gone)


def needed(key: Key, scene: Scene) -> Needed:
    """What still needs a key that goes."""
    change = {each.urn: each.change for each in scene.planned}
    before = tuple(use for use in uses(key, scene.now) if use.need is Need.DATA)
    stay = [use.urn for use in before if change.get(use.urn) in _STAYS]
    new = [each for each in scene.planned if each.change not in ("delete", "read")]
    after = [use.urn for use in uses(key, new) if use.need is Need.DATA and change[use.urn] != "update"]
    others = [use.urn for use in uses(key, scene.others) if use.need is Need.DATA]
    settings = _behind_settings(before, scene, change)
    sealed = [_SEALED] if any(seals(key, each) for each in scene.seals) else []
    living = dict.fromkeys(each for each in (*stay, *after, *settings, *others, *sealed) if each != key.urn)
    return Needed(key=key, living=tuple(living), retained=tuple(_retained(key, before, scene, change)))


def _behind_settings(uses: Iterable[Use], scene: Scene, change: Mapping[str, str]) -> Iterator[str]:
    """Buckets that stay while what said how they encrypt goes or changes: their objects stay encrypted."""
    by_id = {each.id: each for each in scene.now if each.id}
    inputs = {each.urn: each.inputs for each in scene.now}
    for use in uses:
        if use.type in _SETTINGS:
            holder = by_id.get(str(inputs[use.urn].get(_SETTINGS[use.type])))
            if holder and change.get(holder.urn) in _STAYS:
                yield holder.urn


def _retained(key: Key, uses: Iterable[Use], scene: Scene, change: Mapping[str, str]) -> Iterator[str]:
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


def seals(key: Key, address: str) -> bool:
    """Whether the address of what seals the state means this key."""
    if address.startswith(KMS):
        at = kms_address(address)
        return bool(names_key(key, {"key": at.key}, at.region or key.region))
    if address.startswith(VAULT):
        said = transit_address(address)
        return key.kind is Kind.TRANSIT and key.id == f"{said.mount}/{said.name}"
    return False
