"""The lock of an air gap's images as text, and what is new in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

IMAGES_SCHEMA: Final = "provisioner/images/1"
_HEAD: Final = "# Digests of the images and charts in {host}: `provisioner images lock ENV` wrote them.\n"


def lock_text(host: str, digests: Mapping[str, str]) -> str:
    """The file: a line for each image, by name."""
    lines = (f"{image}@{digest}\n" for image, digest in sorted(digests.items()))
    return _HEAD.format(host=host) + "".join(lines)


def changes(file: str, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """What a person looks at before a commit: a tag that means another image now is a line of its own."""
    moved = [image for image in sorted(after) if image in before and before[image] != after[image]]
    new = [image for image in sorted(after) if image not in before]
    same = len(after) - len(moved) - len(new)
    lines = [f"{file}: {len(new)} new, {len(moved)} changed, {same} as before"]
    lines += [f"  + {image}" for image in new]
    lines += [f"  ~ {image}  {_short(before[image])} is now {_short(after[image])}" for image in moved]
    return "\n".join(lines) + "\n"


def _short(digest: str) -> str:
    return digest[: len("sha256:") + 12]
