"""What AWS KMS says of a key, how it is rotated at once, and what in an account is encrypted with which key.

Source: AWS KMS API reference, `DescribeKey`, `GetKeyRotationStatus`, `ListKeyRotations`, `RotateKeyOnDemand`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from provisioner.keyring.guard import Holder
from provisioner.keyring.status import Status
from provisioner.providers.aws.scope import Scope
from provisioner.providers.interface import Refused

_NO_ROTATION: Final = ("UnsupportedOperationException", "KMSInvalidStateException")
"""A key that cannot rotate, or that waits for its deletion."""

_NO_ENCRYPTION: Final = ("ServerSideEncryptionConfigurationNotFoundError", "NoSuchBucket")


def key_status(scope: Scope, region: str, id: str) -> Status:
    """The key as it is now. Raises `Refused`."""
    told = scope.call("kms", "describe_key", {"KeyId": id}, region=region)["KeyMetadata"]
    rotation = _asked(scope, region, "get_key_rotation_status", id)
    dates = [
        _utc(each["RotationDate"])
        for each in _asked(scope, region, "list_key_rotations", id).get("Rotations", [])
    ]
    return Status(
        state=_state(str(told.get("KeyState", ""))),
        created=_utc(told.get("CreationDate")),
        rotated=max((each for each in dates if each), default=None),
        next_rotation=_utc(rotation.get("NextRotationDate")),
        deletion=_utc(told.get("DeletionDate")),
    )


def rotate(scope: Scope, region: str, id: str) -> None:
    """Give the key new material at once. Raises `Refused`."""
    scope.call("kms", "rotate_key_on_demand", {"KeyId": id}, region=region)


@dataclass(frozen=True, slots=True)
class _Listing:
    """Where objects with keys are listed."""

    kind: str
    service: str
    operation: str
    sent: Mapping[str, Any]
    items: str
    id: str


_UNATTACHED: Final = {"Filters": [{"Name": "status", "Values": ["available"]}]}
"""What is attached goes with its machine, or is listed when that is gone."""

_AUTOMATED: Final = "automated"
"""Snapshots that go with their database."""

_LISTINGS: Final = (
    _Listing("snapshot", "ec2", "describe_snapshots", {"OwnerIds": ["self"]}, "Snapshots", "SnapshotId"),
    _Listing("volume", "ec2", "describe_volumes", _UNATTACHED, "Volumes", "VolumeId"),
    _Listing("database snapshot", "rds", "describe_db_snapshots", {}, "DBSnapshots", "DBSnapshotIdentifier"),
    _Listing(
        "cluster snapshot",
        "rds",
        "describe_db_cluster_snapshots",
        {},
        "DBClusterSnapshots",
        "DBClusterSnapshotIdentifier",
    ),
    _Listing("database", "rds", "describe_db_instances", {}, "DBInstances", "DBInstanceIdentifier"),
    _Listing("file system", "efs", "describe_file_systems", {}, "FileSystems", "FileSystemId"),
)


def holders(scope: Scope, region: str) -> tuple[tuple[Holder, ...], tuple[str, ...]]:
    """What in a region is encrypted with a key, and notes on what could not be listed."""
    found: list[Holder] = []
    notes: list[str] = []
    listings: Sequence[tuple[str, Callable[[], Iterator[Holder]]]] = (
        *((each.kind, lambda each=each: _listed(scope, region, each)) for each in _LISTINGS),
        ("bucket", lambda: _buckets(scope, region)),
    )
    for kind, listed in listings:
        try:
            found += listed()
        except Refused as refused:
            notes.append(f"Whether a {kind} in {region} needs it could not be asked: {refused.reason}")
    return tuple(found), tuple(notes)


def _listed(scope: Scope, region: str, listing: _Listing) -> Iterator[Holder]:
    answer = scope.call_to_the_end(listing.service, listing.operation, listing.sent, region=region)
    for item in cast("list[dict[str, Any]]", answer.get(listing.items) or []):
        key = item.get("KmsKeyId")
        if key and item.get("SnapshotType") != _AUTOMATED:
            yield Holder(kind=listing.kind, id=str(item[listing.id]), key=str(key), region=region)


def _buckets(scope: Scope, region: str) -> Iterator[Holder]:
    """Buckets whose new objects are encrypted with a key of KMS."""
    for bucket in scope.call("s3", "list_buckets", {}, region=region).get("Buckets", []):
        name = str(bucket["Name"])
        for key in _keys_of_bucket(scope, region, name):
            yield Holder(kind="bucket", id=name, key=key, region=region)


def _keys_of_bucket(scope: Scope, region: str, name: str) -> Iterator[str]:
    try:
        answer = scope.call("s3", "get_bucket_encryption", {"Bucket": name}, region=region)
    except Refused as refused:
        if refused.code in _NO_ENCRYPTION:
            return
        raise
    for rule in answer["ServerSideEncryptionConfiguration"]["Rules"]:
        if key := rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID"):
            yield str(key)


def _asked(scope: Scope, region: str, operation: str, id: str) -> dict[str, Any]:
    """The answer; nothing of a key that has no rotation."""
    try:
        return scope.call("kms", operation, {"KeyId": id}, region=region)
    except Refused as refused:
        if refused.code in _NO_ROTATION:
            return {}
        raise


def _state(state: str) -> str:
    """`PendingDeletion` as `pending deletion`."""
    return "".join(f" {each.lower()}" if each.isupper() else each for each in state).strip()


def _utc(when: Any) -> datetime | None:
    """A time as a `Scope` has it: text, in UTC; some services have seconds."""
    match when:
        case str():
            return datetime.fromisoformat(when).astimezone(UTC)
        case int() | float():
            return datetime.fromtimestamp(when, UTC)
        case _:
            return None
