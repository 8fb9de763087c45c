"""Secrets that turn up where nobody marked them: in other properties, in what a cloud says.  Pure.

A provider works in plain. It copies values (`tagsAll` holds the tags), and clouds repeat them ("Value 'x' at
'masterUserPassword' failed to satisfy …"). What is secret is known by its text again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, cast

from provisioner.plan.values import Properties, Secret, any_leaf, revealed

TELLING = 8
"""From this length on a text is taken for the secret also within another; shorter only if it is equal."""

SHORTEST = 4
"""Masking single letters would leave nothing to read."""

MASK = "[secret]"


def texts_in(properties: Properties) -> frozenset[str]:
    """The texts that are secret in these properties."""
    return frozenset(text for value in properties.values() for text in _texts(value, within=False) if text)


def _texts(value: Any, *, within: bool) -> Iterator[str]:
    match value:
        case Secret(inner):
            yield from _texts(inner, within=True)
        case dict():
            for item in cast("dict[str, Any]", value).values():
                yield from _texts(item, within=within)
        case list():
            for item in cast("list[Any]", value):
                yield from _texts(item, within=within)
        case str() if within:
            yield value
        case _:
            pass


def reveals(value: Any, texts: Collection[str]) -> bool:
    """Whether one of the texts can be read in the value."""

    def told(leaf: Any) -> bool:
        return isinstance(leaf, str) and any(
            leaf == text or (len(text) >= TELLING and text in leaf) for text in texts
        )

    return bool(texts) and any_leaf(revealed(value), told)


def masked(sentence: str, properties: Properties) -> str:
    """The sentence without the texts that are secret in the properties, the longest first."""
    for text in sorted(texts_in(properties), key=len, reverse=True):
        if len(text) >= SHORTEST:
            sentence = sentence.replace(text, MASK)
    return sentence
