"""Values as an environment file writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


class _Dumper(yaml.SafeDumper):
    """Quotes numbers that are texts, also those (`012345678901`) that only some readers take for a number."""


def _text(dumper: Any, text: str) -> yaml.Node:
    style = '"' if _NUMBER.fullmatch(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def inline(value: Any) -> str:
    """A value on one line: `[serving, training]`."""
    text = yaml.dump(value, Dumper=_Dumper, default_flow_style=True, width=10_000, sort_keys=False)
    return text.strip().removesuffix("...").strip()


def document(settings: Mapping[str, Any]) -> str:
    """Settings as a file, in their order."""
    return yaml.dump(dict(settings), Dumper=_Dumper, sort_keys=False)
