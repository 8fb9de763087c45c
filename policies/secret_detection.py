"""Finds secrets that are written out where anybody can read them."""

from __future__ import annotations

import base64
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, cast

from policies.values import Hidden, below

_KNOWN: Final = re.compile(
    r"""\b(?:AKIA|ASIA)[A-Z0-9]{16}\b              # AWS
    | -----BEGIN\ (?:[A-Z]+\ )*PRIVATE\ KEY-----
    | \bgh[pousr]_[A-Za-z0-9]{36} | \bgithub_pat_\w{40}
    | \bglpat-[\w-]{20}
    | \bxox[abeprs]-[\w-]{10}                      # Slack
    | \bhf_[A-Za-z]{30} | \bnvapi-[\w-]{40} | \bsk-(?:ant-|proj-)?[\w-]{32}
    | \bAIza[\w-]{35} | \bhv[sb]\.[\w-]{20} | \bnpm_\w{36} | \bpypi-AgEI[\w-]{20} | \bdckr_pat_[\w-]{20}
    | \beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10}    # a JSON web token
    | \b[a-z][a-z0-9+.-]{1,20}://[^/\s:@{}$]{0,80}:[^/\s:@{}$]{1,200}@   # a URL with a password
    """,
    re.VERBOSE,
)
"""The forms that makers gave their keys so that they are recognised."""

_MARKS: Final = (
    "AKIA", "ASIA", "-----BEGIN", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox",
    "hf_", "nvapi-", "sk-", "AIza", "hvs.", "hvb.", "npm_", "pypi-", "dckr_pat_", "eyJ", "://",
)  # fmt: skip
"""Each of these forms has one of these in it: looking for those first takes a tenth of the time."""

_ASSIGNED: Final = re.compile(
    r"(?i)(?P<name>password|passwd|secret_?access_?key|api_?key|auth_?token|client_?secret)"
    r"""["']?\s*[:=]\s*["']?(?P<value>[^\s"'$<{,;]{8,})"""
)
"""In scripts and configurations: a name of a secret, and its value."""

_HINTS: Final = ("passw", "secret", "key", "token")
"""One of these is in each such name, in lower case."""

_PASSWORD: Final = re.compile(r"(?i)(?:password|passwd|passphrase)$")
_SECRET: Final = re.compile(r"(?i)(?:secret|token|(?:api|access|private|secret|auth)_?key|credentials?)$")
_CARRIERS: Final = frozenset({"userData", "userDataBase64"})
"""Properties in which secrets are often put."""

_BASE64: Final = re.compile(r"[A-Za-z0-9+/\s]{24,}={0,2}\s*")
_GZIP: Final = b"\x1f\x8b"
_LARGEST: Final = 1 << 18
"""Bytes of what was compressed; the rest is not looked at."""

_LONG: Final = 16
_RANDOM: Final = 3.5
"""Bits per character: above English words, below what a generator makes."""


def in_clear(value: Any, path: str = "", name: str = "") -> Iterator[str]:
    """The paths of values that are secrets, and not sealed; `name` is what the value is called."""
    match value:
        case str():
            if _is_secret(value, name):
                yield path
        case dict() | list():
            for place, called, item in _items(value, path, name):
                yield from in_clear(item, place, called)
        case _:
            pass


def is_likely(name: str) -> bool:
    """Whether a value of this name is likely to be a secret, or to hold one."""
    return name in _CARRIERS or bool(_PASSWORD.search(name) or _SECRET.search(name))


def leaves(value: Any, path: str = "", name: str = "") -> Iterator[tuple[str, str, Any]]:
    """All that holds nothing further, and is not sealed: where it is, what it is called, and itself."""
    match value:
        case Hidden():
            return
        case dict() | list():
            for place, called, item in _items(value, path, name):
                yield from leaves(item, place, called)
        case _:
            yield path, name, value


def _items(value: Any, path: str, name: str) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, list):
        for number, item in enumerate(cast("list[Any]", value)):
            yield f"{path}[{number}]", name, item
        return
    entries = cast("dict[str, Any]", value)
    called = entries.get("name")
    for key, item in entries.items():
        # An environment variable is `{name: …, value: …}`.
        own = called if key == "value" and isinstance(called, str) else key
        yield below(path, key), own, item


def _is_secret(text: str, name: str) -> bool:
    if _PASSWORD.search(name) and _is_literal(text):
        return True
    if _SECRET.search(name) and _is_random(text):
        return True
    return any(map(_tells, (text, *_decoded(text))))


@lru_cache(maxsize=1 << 14)
def _tells(text: str) -> bool:
    """Whether a text has a secret in it; most texts, such as those of tags, are met again and again."""
    if any(mark in text for mark in _MARKS) and _KNOWN.search(text):
        return True
    lower = text.lower()
    return any(hint in lower for hint in _HINTS) and any(
        _PASSWORD.search(each["name"]) or _is_random(each["value"]) for each in _ASSIGNED.finditer(text)
    )


def _is_literal(text: str) -> bool:
    """Whether it is a value itself, not a name of where it is."""
    return bool(text) and not text.startswith(("arn:", "$", "{{", "/", "vault:", "ref+"))


def _is_random(text: str) -> bool:
    if len(text) < _LONG or not _is_literal(text) or not re.fullmatch(r"[\w+/=.~-]+", text):
        return False
    counts = Counter(text)
    bits = -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())
    return bits > _RANDOM and any(each.isdigit() for each in text) and any(each.isalpha() for each in text)


def _decoded(text: str) -> Iterator[str]:
    if not _BASE64.fullmatch(text):
        return
    try:
        found = base64.b64decode(text)
    except ValueError:
        return
    if found.startswith(_GZIP):
        try:
            found = zlib.decompressobj(wbits=31).decompress(found, _LARGEST)
        except zlib.error:
            return
    yield found.decode("utf-8", errors="replace")
