"""References to container images."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_HUB: Final = "docker.io"
_REFERENCE: Final = re.compile(
    r"(?P<name>[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?::\d+)?(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)"
    r"(?::(?P<tag>[\w][\w.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
"""As the OCI distribution specification and Docker's reference grammar have it; digests of SHA-256 only."""


@dataclass(frozen=True, slots=True)
class Image:
    """Which image is meant."""

    host: str
    """Of the registry, with its port."""

    repository: str
    tag: str
    digest: str
    """`sha256:…`; empty if any image with the tag will do."""

    @property
    def is_pinned(self) -> bool:
        """Whether it is one image for ever."""
        return bool(self.digest)

    @property
    def is_latest(self) -> bool:
        """Whether it is whatever was pushed last."""
        return not self.digest and self.tag in ("", "latest")


def image(text: str) -> Image | None:
    """The image of a reference such as `nginx:1.29`, which is `docker.io/library/nginx`; None: it is none."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return None
    first, slash, rest = found["name"].partition("/")
    if slash and (any(mark in first for mark in ".:") or first == "localhost"):
        host, repository = first, rest
    else:
        host, repository = _HUB, found["name"] if slash else f"library/{first}"
    return Image(host, repository, found["tag"] or "", found["digest"] or "")
