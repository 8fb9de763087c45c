"""Files that a program hands to a plugin: what is in them is told by a hash, which is what shows a change.

Hashes are made as Pulumi's engine makes them (`EnsureHash` in `sdk/go/common/resource/asset` and `archive`),
so that the other engine sees no difference either; but for a packed archive within another, which is not
unpacked here.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

from provisioner.plan.marks import ARCHIVE, ASSET, SIGNATURE
from provisioner.plan.values import Properties

HASH: Final = "hash"
PACKED: Final = (".tar", ".tgz", ".tar.gz", ".zip", ".jar")
"""Archives that are files: their bytes are what counts."""

SKIPPED: Final = ".pulumi"
"""Pulumi's own folder belongs to no archive."""

_BLOCK: Final = 512
_SHORT: Final = 100
"""The longest name in a header of the plain form."""


def with_hashes(properties: Properties) -> dict[str, Any]:
    """The properties with a hash in every asset and archive that has none. Raises `OSError`.

    What lies behind a URI is not fetched; the plugin does that.
    """
    return {key: _with_hash(value) for key, value in properties.items()}


def _with_hash(value: Any) -> Any:
    match value:
        case dict():
            items = cast("dict[str, Any]", value)
            return _hashed(items) if items.get(SIGNATURE) in (ASSET, ARCHIVE) else with_hashes(items)
        case list():
            return [_with_hash(item) for item in cast("list[Any]", value)]
        case _:
            return value


def _hashed(found: Mapping[str, Any]) -> dict[str, Any]:
    if found.get(HASH) or found.get("uri"):
        return dict(found)
    if found[SIGNATURE] == ASSET:
        return {**found, HASH: hashlib.sha256(_content(found)).hexdigest()}
    path = str(found.get("path") or "")
    if path.endswith(PACKED):
        return {**found, HASH: hashlib.sha256(Path(path).read_bytes()).hexdigest()}
    digest = hashlib.sha256()
    seen: set[str] = set()
    for name, content in _members(found):
        if name not in seen:
            seen.add(name)
            digest.update(_header(name, len(content)) + content + bytes(-len(content) % _BLOCK))
    digest.update(bytes(2 * _BLOCK))
    members = {"assets": with_hashes(found["assets"])} if "assets" in found else {}
    return {**found, **members, HASH: digest.hexdigest()}


def _content(asset: Mapping[str, Any]) -> bytes:
    if path := asset.get("path"):
        return Path(str(path)).read_bytes()
    return str(asset.get("text", "")).encode()


def _members(archive: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The files in an archive that is a folder, or put together by the program, in order of their names."""
    if path := archive.get("path"):
        yield from _files(Path(str(path)))
        return
    for name, member in sorted(cast("dict[str, Any]", archive.get("assets") or {}).items()):
        if member[SIGNATURE] == ASSET:
            yield name, _content(member)
        elif str(member.get("path") or "").endswith(PACKED):
            yield name, Path(str(member["path"])).read_bytes()
        else:
            yield from ((os.path.normpath(f"{name}/{below}"), content) for below, content in _members(member))


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """As Go's `filepath.Walk` comes to them: by name in each folder, folders among files."""
    for each in sorted(folder.iterdir(), key=lambda path: path.name):
        if each.name == SKIPPED or (each.is_symlink() and each.is_dir()):
            continue
        if each.is_dir():
            yield from ((f"{each.name}/{below}", content) for below, content in _files(each))
        else:
            yield each.name, each.read_bytes()


def _header(name: str, size: int) -> bytes:
    """The header of a file as Go writes it: mode 0600, and nothing of owner and time."""
    if len(name) > _SHORT or not name.isascii():
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        return info.tobuf(tarfile.PAX_FORMAT)
    fields = (
        name.encode().ljust(_SHORT, b"\0"),
        b"0000600\0",
        b"0000000\0",
        b"0000000\0",
        b"%011o\0" % size,
        b"%011o\0" % 0,
        b" " * 8,  # the sum is made with blanks in its place
        b"0",
        bytes(_SHORT),
        b"ustar\x0000",
        bytes(64),
        b"0000000\0",
        b"0000000\0",
        bytes(167),
    )
    block = b"".join(fields)
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]
