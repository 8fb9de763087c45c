"""Rules about databases and file systems."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.keys import is_own_key
from policies.model import Finding, Resource, every, rule
from policies.scene import Scene
from policies.values import is_off, is_on, number

DATABASE: Final = "aws:rds/instance:Instance"
DATABASE_CLUSTER: Final = "aws:rds/cluster:Cluster"
MEMBER: Final = "aws:rds/clusterInstance:ClusterInstance"
FILE_SYSTEM: Final = "aws:efs/fileSystem:FileSystem"
ACCESS_POINT: Final = "aws:efs/accessPoint:AccessPoint"
LUSTRE: Final = "aws:fsx/lustreFileSystem:LustreFileSystem"
OPEN_ZFS: Final = "aws:fsx/openZfsFileSystem:OpenZfsFileSystem"

_ENCRYPTED: Final = {
    DATABASE: "storageEncrypted",
    DATABASE_CLUSTER: "storageEncrypted",
    FILE_SYSTEM: "encrypted",
}
"""What has to be switched on; file systems of FSx are encrypted in any case."""

_WEEK: Final = 7


@rule(
    "BL-DAT-001",
    DATABASE,
    DATABASE_CLUSTER,
    MEMBER,
    FILE_SYSTEM,
    ACCESS_POINT,
    LUSTRE,
    OPEN_ZFS,
    fix="Leave `data_services` as they are made; in production with `multi_az: true` and `backups: 7d`.",
    reads=(
        "storageEncrypted",
        "encrypted",
        "kmsKeyId",
        "publiclyAccessible",
        "multiAz",
        "backupRetentionPeriod",
        "deletionProtection",
        "posixUser",
        "rootDirectory.path",
    ),
)
def private_and_encrypted(store: Resource, scene: Scene) -> Iterator[Finding]:
    """Data is encrypted with a key of one's own, not public, and in production survives a loss."""
    if store.type == ACCESS_POINT:
        yield from every(_has_user(store), _has_root(store))
        return
    if store.type == MEMBER:
        yield from _is_private(store)
        return
    checks = [_is_encrypted(store), _has_own_key(store, scene)]
    if store.type == DATABASE and store.peek("replicateSourceDb") is not None:
        checks = []  # a copy has the key of what it copies
    if store.type in (DATABASE, DATABASE_CLUSTER):
        checks.append(_is_private(store))
        if scene.facts.is_hardened:
            checks += [_survives_a_zone(store), _survives_a_mistake(store, scene), _stays(store)]
    yield from every(*checks)


def _is_encrypted(store: Resource) -> Iterator[Finding]:
    path = _ENCRYPTED.get(store.type)
    if path and not is_on(store.get(path)):
        yield Finding(store, path, "What is stored here is not encrypted.")


def _has_own_key(store: Resource, scene: Scene) -> Iterator[Finding]:
    if not is_own_key(store, "kmsKeyId", scene):
        yield Finding(store, "kmsKeyId", "What is stored here has no key of one's own.")


def _is_private(store: Resource) -> Iterator[Finding]:
    if not is_off(store.get("publiclyAccessible")):
        yield Finding(store, "publiclyAccessible", "The database has a public address.")


def _survives_a_zone(store: Resource) -> Iterator[Finding]:
    # A member of a cluster has the others; so has a cluster itself.
    if store.type == DATABASE and not store.peek("clusterIdentifier") and not is_on(store.get("multiAz")):
        yield Finding(store, "multiAz", "The database is lost with its zone.")


def _survives_a_mistake(store: Resource, scene: Scene) -> Iterator[Finding]:
    days = number(store.get("backupRetentionPeriod"))
    if days is None or days < scene.facts.number("BL-DAT-001", "days", _WEEK):
        yield Finding(store, "backupRetentionPeriod", "Backups are kept too briefly to notice a mistake.")


def _stays(store: Resource) -> Iterator[Finding]:
    if not is_on(store.get("deletionProtection")):
        yield Finding(store, "deletionProtection", "One call is enough to delete the database.")


def _has_user(point: Resource) -> Iterator[Finding]:
    if number(point.get("posixUser.uid")) in (None, 0):
        yield Finding(point, "posixUser", "Clients say themselves who they are, and may be root.")


def _has_root(point: Resource) -> Iterator[Finding]:
    if point.get("rootDirectory.path", default="/") == "/":
        yield Finding(point, "rootDirectory.path", "Clients see the whole file system.")


RULES = (private_and_encrypted,)
