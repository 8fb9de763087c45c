"""Texts with placeholders: filling them in, and reading an imported id backwards."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from provisioner.plan.values import UNKNOWN
from provisioner.providers.vault.spec import Text

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def names_in(text: Text) -> tuple[str, ...]:
    """The placeholders, in order."""
    return tuple(_PLACEHOLDER.findall(text.template))


def filled(text: Text, values: Mapping[str, Any]) -> str | None:
    """The text with its placeholders filled in, or None if one of them has no value (yet).

    Slashes around a value are left out: Vault lists a mount as `kv/`, and people write it so.
    """
    if any(values.get(name) in (None, UNKNOWN) for name in names_in(text)):
        return None
    return _PLACEHOLDER.sub(lambda found: str(values[found[1]]).strip("/"), text.template)


def read_backwards(text: Text, id: str) -> dict[str, str]:
    """The properties an id was made of; empty if the id does not look like that."""
    match = _pattern(text.template).fullmatch(id)
    return match.groupdict() if match else {}


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    pieces = _PLACEHOLDER.split(template)
    last = len(pieces) - 2
    return re.compile(
        "".join(
            re.escape(piece) if number % 2 == 0 else f"(?P<{piece}>{'.+' if number == last else '.+?'})"
            for number, piece in enumerate(pieces)
        ),
        re.DOTALL,
    )
