"""The registry inside an air gap, and what it calls the images and charts that it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """One registry; it has each image below the name of the registry that the image came from."""

    host: str
    digests: Mapping[str, str] = field(default_factory=dict[str, str])
    """Image as it is called here, with its tag -> its digest, as far as the environment's lock says it."""

    def called(self, image: str) -> str:
        """What an image is called here; `image` is written with its registry, which may be this one."""
        return image if image.startswith(f"{self.host}/") else f"{self.host}/{image}"

    def digest(self, image: str) -> str | None:
        """The digest of an image; None: the lock does not say it, or there is none."""
        return self.digests.get(self.called(image))

    def pinned(self, image: str) -> str:
        """What an image is called here, with its digest if it names one itself or that is known."""
        digest = self.digest(image)
        return f"{self.called(image)}@{digest}" if digest else self.called(image)


def image_in(mirror: Mirror | None, image: str) -> str:
    """The image as pods name it: as it is published, or as it is in the mirror if there is one."""
    return mirror.pinned(image) if mirror else image
