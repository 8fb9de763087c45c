"""Reads the YAML files of a Pulumi project as Pulumi does: YAML 1.2, and dates are text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, cast

import yaml

from provisioner.engine.project_failures import NotAProject

_TAG: Final = "tag:yaml.org,2002:"
_WORDS: Final = re.compile(r"true|True|TRUE|false|False|FALSE")


class _Loader(yaml.SafeLoader):
    """`yes`, `on` and `2024-01-01` are text; of the truth values there are `true` and `false`."""


_Loader.yaml_implicit_resolvers = {  # the class's own, in place of those it would share with all others
    first: [(tag, form) for tag, form in found if tag not in (f"{_TAG}bool", f"{_TAG}timestamp")]
    for first, found in cast("dict[str, list[Any]]", yaml.SafeLoader.yaml_implicit_resolvers).items()
}
cast("Any", _Loader).add_implicit_resolver(f"{_TAG}bool", _WORDS, list("tTfF"))


def mapping_in(file: Path) -> dict[str, Any]:
    """What a file says; nothing in it is an empty mapping. Raises `NotAProject`."""
    try:
        found: Any = yaml.load(file.read_bytes(), _Loader)  # noqa: S506 - a safe loader, with fewer rules
    except OSError as refused:
        raise NotAProject(file, str(refused.strerror or refused), "make it readable.") from refused
    except (yaml.YAMLError, UnicodeDecodeError) as wrong:
        raise NotAProject(file, f"it is no YAML: {wrong}", "correct it there.") from wrong
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise NotAProject(file, "it is no mapping of keys to values", "write `key: value` on each line.")
    return {str(key): value for key, value in cast("dict[Any, Any]", found).items()}
