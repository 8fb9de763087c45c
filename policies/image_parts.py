"""In which forms values of charts and custom resources name an image, and how its parts make a reference.

Read in the charts that platforms of this kind use: `repository` and `tag` (most), `registry` beside them
(Bitnami, KEDA), `image` and `tag` or `defaultVersion` side by side (KServe), `name` and `tag` (JupyterHub),
`repository`, `image` and `version` (NVIDIA), `newName` and `newTag` (Kustomize), `imageRepository` and
`imageTag` (older ones).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from policies.values import Unknown, opened

LINE: Final = re.compile(r"""^[\s-]*image:[ \t]+["']?([^\s"'#]+)""", re.MULTILINE)
PLAIN: Final = re.compile(
    r"(annotations|args|arns?|bucket|cidrs?|cluster|command|domain|endpoint|hosts?|ids?|ips?|keys?|labels|names?"
    r"|namespace|password|ports?|profile|queue|region|replicas|roles?|secret|token|ur[il]s?|value|vpc|zones?)$",
    re.IGNORECASE,
)
"""Ends of keys under which no image is named; what is not known anywhere else may be one."""

_NAMED: Final = ("image", "imageName", "imageRef")
_WHOLE: Final = frozenset({"reference", "repository", "newName"})
_MARKS: Final = frozenset({"tag", "newTag", "digest"})
_BESIDE: Final = ("tag", "imageTag", "defaultVersion", "digest", "registry", "hub")
"""Fields beside `image` that are parts of it."""


def is_image(key: str) -> bool:
    """Whether an image is what a key of this name means."""
    return key in _NAMED or key.endswith(("Image", "_image"))


def is_reference(value: Any) -> bool:
    """Whether a value may be an image where nothing else says so."""
    return isinstance(value, Unknown) or (
        isinstance(value, str) and "/" in value and "://" not in value and not value.startswith(("/", "."))
    )


def is_operand(fields: Mapping[str, Any]) -> bool:
    """Whether an image is named in three parts, as NVIDIA's GPU operator has it."""
    return isinstance(fields.get("image"), str) and isinstance(fields.get("repository"), str)


def is_repository(key: str, value: Any) -> bool:
    """Whether the fields under a key are the parts of an image."""
    fields = cast("Mapping[str, Any]", value)
    if is_operand(fields):
        return False
    if is_image(key):
        return not _WHOLE.isdisjoint(fields) or ("name" in fields and not _MARKS.isdisjoint(fields))
    repository = opened(fields.get("repository"))
    has_more = any(part in fields for part in ("tag", "digest", "registry"))
    return has_more and isinstance(repository, str | Unknown) and not _is_address(repository)


def whole(fields: Mapping[str, Any]) -> Any:
    """The reference that the parts make; `UNKNOWN` if one of them is not known."""
    parts = {name: opened(value) for name, value in fields.items()}
    first = _first(parts, "newName", "repository", "name")
    tag, digest = _first(parts, "newTag", "tag"), parts.get("digest")
    registry = parts.get("registry")
    if any(isinstance(each, Unknown) for each in (first, tag, digest, registry)):
        return Unknown.UNKNOWN
    name = f"{registry}/{first}" if registry else str(first or "")
    return _marked(name, tag, digest)


def joined(fields: Mapping[str, Any], key: str, item: Any) -> Any:
    """An image with the parts of it that stand beside it."""
    text = opened(item)
    if key != "image" or not isinstance(text, str) or not any(part in fields for part in _BESIDE):
        return item
    parts = {name: opened(fields.get(name)) for name in _BESIDE}
    if any(isinstance(each, Unknown) for each in parts.values()):
        return Unknown.UNKNOWN
    if around := parts["registry"] or parts["hub"]:
        text = f"{around}/{text}"
    if "@" in text or ":" in text.rpartition("/")[2]:
        return text
    tag = parts["tag"] or parts["imageTag"] or parts["defaultVersion"]
    return _marked(text, tag, parts["digest"])


def _marked(name: str, tag: Any, digest: Any) -> str:
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def _first(parts: Mapping[str, Any], *names: str) -> Any:
    return next((parts[name] for name in names if parts.get(name)), "")


def _is_address(value: Any) -> bool:
    """Whether it is a repository of something else: charts, sources."""
    return isinstance(value, str) and ("://" in value or value.startswith("git@"))
