"""Secrets that turn up where nobody marked them: in other properties, in what a cloud says.  Pure.

A provider works in plain. It copies values (`tagsAll` holds the tags), and clouds repeat them ("Value 'x' at
'masterUserPassword' failed to satisfy …"). What is secret is known by its text again.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any, cast
from urllib.parse import quote, quote_plus

from provisioner.plan.values import UNKNOWN, Properties, Secret, any_leaf, has_secret, revealed

TELLING = 8
"""From this length on a text is taken for the secret also within another; shorter only if it is equal."""

SHORTEST = 4
"""Masking single letters would leave nothing to read."""

MASK = "[secret]"

_QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)+)"(\s*:)?')


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
    """The sentence without the texts that are secret in the properties."""
    return without(sentence, texts_in(properties))


def without(sentence: str, texts: Collection[str]) -> str:
    """The sentence without these texts, the longest first, nor as clouds and programs spell them."""
    found = {text for text in texts if len(text) >= SHORTEST}
    telling = {part for text in texts for part in (text, *_parts(text)) if len(part) >= TELLING}
    found |= {spelt for text in telling for spelt in (text, *_spellings(text))}
    for text in sorted(found, key=len, reverse=True):
        sentence = sentence.replace(text, MASK)
    return sentence


def _parts(text: str) -> Iterator[str]:
    """The texts in quotes within a secret that is a whole document; names of members are none."""
    for quoted, names_a_member in _QUOTED.findall(text):
        if names_a_member:
            continue
        yield quoted
        with suppress(ValueError):
            yield str(json.loads(f'"{quoted}"'))


def _spellings(text: str) -> Iterator[str]:
    """A text within JSON, in a URL, in Python, and encoded."""
    raw = text.encode("utf-8", "surrogatepass")
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield repr(text)[1:-1]
    yield quote(raw, safe="")
    yield quote(raw)
    yield quote_plus(raw)
    yield raw.hex()
    for encoded in (base64.b64encode(raw), base64.urlsafe_b64encode(raw)):
        yield encoded.decode()
        yield encoded.decode().rstrip("=")


def remarked(checked: Properties, original: Properties) -> dict[str, Any]:
    """What a provider returned in plain, with the secrets of `original`, and copies of them, marked again."""
    if not _hides(original):
        return dict(checked)
    hidden = texts_in(original)
    return {key: _remarked(value, original.get(key), hidden) for key, value in checked.items()}


def _hides(properties: Properties) -> bool:
    """Whether anything in them is secret, which of most resources nothing is."""
    return any(map(has_secret, properties.values()))


def _remarked(value: Any, original: Any, hidden: Collection[str]) -> Any:
    if not hidden and not has_secret(original):
        return value
    if has_secret(original) and revealed(original) == revealed(value):
        return original
    if has_secret(value):
        return value  # whoever marks secrets knows which part is one
    return Secret(value) if has_secret(original) or reveals(value, hidden) else value


def sealed_outputs(outputs: Properties, inputs: Properties, secret_names: Collection[str]) -> dict[str, Any]:
    """Outputs, secret if the input of the same name is, if the program says so, or if a secret shows."""
    if not secret_names and not _hides(inputs):
        return dict(outputs)
    names = {key for key, value in inputs.items() if has_secret(value)} | set(secret_names)
    hidden = texts_in(inputs)

    def sealed(key: str, value: Any) -> Any:
        # That there is nothing is no secret; sealing it would make every look at the state unlock a seal.
        if value is UNKNOWN or value is None or isinstance(value, Secret):
            return value
        if key in names or reveals(value, hidden):
            is_marked = key not in secret_names and has_secret(value)  # down to the part that is one
            return value if is_marked else Secret(revealed(value))
        return value

    return {key: sealed(key, value) for key, value in outputs.items()}
