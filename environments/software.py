"""One chart that is delivered: where it comes from, what it brings, and how it comes from a mirror."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from environments.mirror import Mirror

MIRROR: Final = "{mirror}"
"""Stands for the mirror's host in values."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A value by which a chart is told which bytes of an image are meant, where that is known."""

    image: str
    form: Literal["tag", "digest", "reference", "repository", "name"]
    """What the value is: the tag with the digest behind it, which charts that join repository and tag take;
    the digest; or the whole reference. The last two name the image: with its registry, and without."""

    def value(self, mirror: Mirror, digest: str) -> str:
        """What the chart is told."""
        name, _, tag = self.image.rpartition(":")
        match self.form:
            case "tag":
                return f"{tag}@{digest}"
            case "digest":
                return digest
            case "reference":
                return f"{mirror.called(self.image)}@{digest}"
            case "repository":
                return mirror.called(name)
            case "name":
                return name.rpartition("/")[2]


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
    with_kinds: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Values without which it does not bring them."""
    needs: tuple[str, ...] = ()
    """Rows that have to be there before it."""
    replaces: tuple[str, ...] = ()
    """What must not run beside it, because it does the same."""
    mirrored: Mapping[str, str]
    """Path of a value -> what it is where images come from a mirror."""
    pinned: Mapping[str, Pin] = field(default_factory=dict[str, Pin])
    """Path of a value -> what it is, over the former, where the digests of the mirror's images are known."""
    source: str

    @property
    def all_images(self) -> tuple[str, ...]:
        """Every image that it may start."""
        return (*self.images, *self.hidden)

    @property
    def artifact(self) -> str:
        """The chart as registries have it: an image whose tag is the version."""
        return f"{self.repository.partition('://')[2]}/{self.chart}:{self.version}"

    def repository_in(self, mirror: Mirror | None) -> str:
        """Where the chart is fetched; a mirror has it below the name of the registry it came from."""
        if mirror is None:
            return self.repository
        return f"oci://{mirror.called(self.repository.partition('://')[2])}"

    def values_for(self, mirror: Mirror | None) -> dict[str, Any]:
        """The values by which all its images come from the mirror; without one there are none."""
        values: dict[str, Any] = {}
        if mirror is None:
            return values
        for path, value in self.mirrored.items():
            _put(values, path, value.replace(MIRROR, mirror.host))
        for path, pin in self.pinned.items():
            if digest := mirror.digest(pin.image):
                _put(values, path, pin.value(mirror, digest))
        return values


def _put(values: dict[str, Any], path: str, value: str) -> None:
    *around, name = path.split(".")
    for key in around:
        values = values.setdefault(key, {})
    values[name] = value
