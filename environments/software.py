"""One chart that is delivered: where it comes from, what it brings, and how it comes from a mirror."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

MIRROR: Final = "{mirror}"
"""Stands for the mirror's host in values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """One chart."""

    name: str
    """What the release is called, and the row."""
    repository: str
    """`oci://…` or `https://…`, without the chart's own name."""
    chart: str
    version: str
    """Of the chart, as it is published."""
    app_version: str
    namespace: str
    images: tuple[str, ...]
    """Those that its pods name when it is installed with our values."""
    hidden: tuple[str, ...] = ()
    """Those that stand in a config map or a custom resource: no look at pods finds them beforehand."""
    kinds: tuple[str, ...] = ()
    """Kinds it brings, `<group>/<kind>`."""
    needs: tuple[str, ...] = ()
    """Rows that have to be there before it."""
    replaces: tuple[str, ...] = ()
    """What must not run beside it, because it does the same."""
    mirrored: Mapping[str, str]
    """Path of a value -> what it is where images come from a mirror."""
    source: str

    @property
    def all_images(self) -> tuple[str, ...]:
        """Every image that it may start."""
        return (*self.images, *self.hidden)

    def repository_in(self, mirror: str | None) -> str:
        """Where the chart is fetched; a mirror has it below the name of the registry it came from."""
        if mirror is None:
            return self.repository
        return f"oci://{mirror}/{self.repository.partition('://')[2]}"

    def values_for(self, mirror: str | None) -> dict[str, Any]:
        """The values by which all its images come from the mirror; without one there are none."""
        values: dict[str, Any] = {}
        for path, value in self.mirrored.items() if mirror else ():
            *around, name = path.split(".")
            section = values
            for key in around:
                section = section.setdefault(key, {})
            section[name] = value.replace(MIRROR, str(mirror))
        return values


def image_in(mirror: str | None, image: str) -> str:
    """The image as it is called in the mirror, below the name of the registry it came from.

    `image` is written with its registry, `docker.io` included. Without a mirror it stays as it is.
    """
    return f"{mirror}/{image}" if mirror else image
