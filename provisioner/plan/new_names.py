"""What a person writes for a new name, or a new URN.  Pure."""

from __future__ import annotations

from typing import Final

_URN: Final = "urn:pulumi:"
_PARTS: Final = 4
"""Stack, project, types and name, with `::` between them."""


def wrong_with(new: str, old: str) -> str:
    """Why this can be neither the name nor the URN of a resource that is called `old`; empty if it can.

    A name that has `::` in it may stay: Pulumi allows them. But whoever types a new one means a URN.
    """
    parts = new.split("::", _PARTS - 1)
    is_urn = new.startswith(_URN) and len(parts) == _PARTS
    if new.lower().startswith("urn:") and not is_urn:
        return "it begins like a URN, and is none"
    if (is_urn and not all(parts[1:])) or new.startswith(f"{_URN}::"):
        return "a part of it is empty"
    name = parts[-1] if is_urn else new
    if not name.strip():
        return "a name has at least one character"
    return "a name has no `::` in it" if "::" in name and name != old else ""


def nearest_urn(new: str, urn: str) -> str:
    """The URN that was probably meant for the resource with this one."""
    scheme, _, rest = new.partition(":")
    parts = rest.partition(":")[2].split("::")
    if scheme.lower() == "urn" and len(parts) == _PARTS and all(parts):
        return f"{_URN}{'::'.join(parts)}"
    return "::".join((*urn.split("::", _PARTS - 1)[:-1], "NAME"))
