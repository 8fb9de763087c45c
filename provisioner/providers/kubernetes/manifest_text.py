"""Objects as files: YAML that every reader takes for the same, whatever version of YAML it knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

_RISKY: Final = re.compile(
    r"[-+.0-9].*|[yYnN]|[yY]es|YES|[nN]o|NO|[oO]n|ON|[oO]ff|OFF|[tT]rue|TRUE|[fF]alse|FALSE|~|[nN]ull|NULL|"
)
"""Texts that some reader takes for a number, a date, a truth value or nothing (kubectl reads YAML 1.1)."""

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _written_out(_dumper: Any, _data: Any) -> bool:
    """An object is written out wherever it is."""
    return True


_Dumper: Final[Any] = type(
    "_Dumper",
    (getattr(yaml, "CSafeDumper", yaml.SafeDumper),),
    {"ignore_aliases": _written_out},
)


def _text(dumper: Any, text: str) -> yaml.Node:
    style = None
    if "\n" in text:
        style = "|"
    elif _RISKY.fullmatch(text):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def text_of(manifest: Mapping[str, Any]) -> str:
    """The object as a file, its members sorted; equal objects are equal texts."""
    return yaml.dump(dict(manifest), Dumper=_Dumper, sort_keys=True, width=110, allow_unicode=True)


def parsed(text: str) -> Any:
    """What a file says. Raises `yaml.YAMLError`."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader


def all_parsed(text: str) -> Iterator[Any]:
    """What each of a file's documents says. Raises `yaml.YAMLError`."""
    yield from yaml.load_all(text, Loader=_LOADER)
