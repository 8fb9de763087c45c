"""Lines with checksums: what was written whole, what was torn off by a crash, and what was damaged since.

A line is `{"sum":"<32 hex>","size":"<8 hex>","line":<JSON>}`. Its checksum covers the JSON and the checksum
of the line before it, so no line can be lost, doubled or moved unseen.
"""

from __future__ import annotations

import hashlib
import re
import string
from dataclasses import dataclass

_SUM_DIGITS = 32
_SIZE_DIGITS = 8
_HEAD = '{"sum":"' + "#" * _SUM_DIGITS + '","size":"' + "#" * _SIZE_DIGITS + '","line":'
_SUM = slice(_HEAD.index("#"), _HEAD.index("#") + _SUM_DIGITS)
_SIZE = slice(_HEAD.rindex("#") + 1 - _SIZE_DIGITS, _HEAD.rindex("#") + 1)
_DIGITS = frozenset(string.hexdigits.lower().encode())
_WHOLE_HEAD = re.compile(re.escape(_HEAD.encode()).replace(rb"\#", b"[0-9a-f]"))


class Damaged(ValueError):
    """A line is not what was written; says which."""


@dataclass(frozen=True, slots=True)
class End:
    """Where the next line goes."""

    offset: int = 0
    sum: str = ""
    lines: int = 0
    is_terminated: bool = True
    """False if the last line is whole, and only its line feed is missing."""


def framed(line: str, before: str) -> tuple[bytes, str]:
    """The bytes of a line of JSON after one with the checksum `before`, and its own checksum."""
    payload = line.encode("utf-8", "surrogatepass")
    checksum = _checksum(payload, before)
    head = f'{{"sum":"{checksum}","size":"{len(payload):0{_SIZE_DIGITS}x}","line":'
    return head.encode() + payload + b"}\n", checksum


def scan(data: bytes) -> tuple[list[bytes], End]:
    """The JSON of each whole line, and where they end; a line torn off at the end is left out.

    Raises `Damaged`. A line is torn if it lacks its line feed and is shorter than it says. Zeros at the end
    are what some file systems leave of a write when the power fails.
    """
    *whole, tail = data.rstrip(b"\0").split(b"\n")
    lines: list[bytes] = []
    before = ""
    for number, line in enumerate(whole, 1):
        payload, before = _unframed(line, before, number)
        lines.append(payload)
    offset = sum(map(len, whole)) + len(whole)
    if _is_torn(tail):
        return lines, End(offset, before, len(lines))
    payload, before = _unframed(tail, before, len(whole) + 1)
    return [*lines, payload], End(offset + len(tail), before, len(lines) + 1, is_terminated=False)


def _checksum(payload: bytes, before: str) -> str:
    return hashlib.sha256(before.encode() + payload).hexdigest()[:_SUM_DIGITS]


def _unframed(line: bytes, before: str, number: int) -> tuple[bytes, str]:
    payload = line[len(_HEAD) : -1]
    checksum = line[_SUM].decode("latin-1")
    if not (
        _is_head(line)
        and line.endswith(b"}")
        and int(line[_SIZE], 16) == len(payload)
        and _checksum(payload, before) == checksum
    ):
        raise Damaged(f"line {number} is not what was written")
    return payload, checksum


def _is_torn(tail: bytes) -> bool:
    if not _is_begun(tail):
        return False
    return len(tail) < len(_HEAD) or len(tail) < len(_HEAD) + int(tail[_SIZE], 16) + len("}")


def _is_head(line: bytes) -> bool:
    return len(line) > len(_HEAD) and _WHOLE_HEAD.match(line) is not None


def _is_begun(tail: bytes) -> bool:
    """Whether the bytes are how a line starts, as far as they go."""
    expected = zip(tail, _HEAD.encode(), strict=False)
    return all(byte in _DIGITS if place == ord("#") else byte == place for byte, place in expected)
