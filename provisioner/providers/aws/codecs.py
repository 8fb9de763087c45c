"""How values are spelt: JSON documents, sets, blocks that Pulumi shows as lists, structures, tags."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast
from urllib.parse import unquote

from provisioner.providers.aws.spec import ID, SAME, Codec, Op, Tags


def _parsed(text: Any) -> Any:
    """The value a JSON text stands for; anything else is itself (IAM percent-encodes what it answers)."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(unquote(text) if text.startswith("%7B") else text)
    except ValueError:
        return text


def _json_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _order(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _policy_order(value: Any) -> Any:
    """A policy in which order and one-element lists no longer matter, as they do not to IAM."""
    match value:
        case dict():
            return {key: _policy_order(item) for key, item in cast("dict[str, Any]", value).items()}
        case [only]:
            return _policy_order(only)
        case list():
            return sorted((_policy_order(item) for item in cast("list[Any]", value)), key=_order)
        case _:
            return value


def _as_set(value: Any) -> Any:
    return sorted(cast("list[Any]", value), key=_order) if isinstance(value, list) else value


JSON: Final = Codec(encode=_json_text, decode=_json_text, canonical=_parsed)
"""A JSON text, compared as JSON."""

POLICY: Final = Codec(
    encode=_json_text,
    decode=lambda text: _json_text(_parsed(text)),
    canonical=lambda text: _policy_order(_parsed(text)),
)
"""An IAM policy: a JSON text in which the order of lists does not matter, nor a list around a single item."""

SET: Final = Codec(encode=list, decode=list, canonical=_as_set)
"""A list whose order does not matter."""

VALUE: Final = Codec(
    encode=lambda value: {"Value": value},
    decode=lambda value: cast("Any", value)["Value"] if isinstance(value, Mapping) else value,
)
"""EC2's attribute values, `{Value: …}`."""

NUMBER_TEXT: Final = Codec(encode=str, decode=int)
"""A number that AWS writes as text."""


def one_of_list(inner: Codec = SAME) -> Codec:
    """A block that Pulumi shows as a list of one, and AWS as the structure itself."""
    return Codec(
        encode=lambda items: inner.encode(items[0]) if items else None,
        decode=lambda item: [inner.decode(item)],
        canonical=lambda items: [inner.canonical(item) for item in items],
    )


def list_of_one(inner: Codec = SAME) -> Codec:
    """The other way round: one value that AWS takes as a list of one."""
    return Codec(
        encode=lambda item: [inner.encode(item)],
        decode=lambda items: inner.decode(items[0]) if items else None,
        canonical=inner.canonical,
    )


def each(inner: Codec) -> Codec:
    """A list whose items are spelt by `inner`."""
    return Codec(
        encode=lambda items: [inner.encode(item) for item in items],
        decode=lambda items: [inner.decode(item) for item in items],
        canonical=lambda items: [inner.canonical(item) for item in items],
    )


def set_of(inner: Codec) -> Codec:
    """A list whose items are spelt by `inner` and whose order does not matter."""
    spelt = each(inner)
    return Codec(spelt.encode, spelt.decode, lambda items: _as_set(spelt.canonical(items)))


def structure(names: Mapping[str, str]) -> Codec:
    """A structure with these members, Pulumi's name to AWS's; what is None or unset stays out."""
    back = {api: prop for prop, api in names.items()}
    return Codec(
        encode=lambda value: {names[k]: v for k, v in value.items() if v is not None and k in names},
        decode=lambda value: {back[k]: v for k, v in value.items() if v is not None and k in back},
        canonical=lambda value: {k: v for k, v in value.items() if v not in (None, "", False)},
    )


def _rekeyed(value: Any, rename: Callable[[str], str]) -> Any:
    match value:
        case dict():
            mapping = cast("dict[str, Any]", value)
            return {rename(k): _rekeyed(v, rename) for k, v in mapping.items() if v is not None}
        case list():
            return [_rekeyed(item, rename) for item in cast("list[Any]", value)]
        case _:
            return value


PASCAL: Final = Codec(
    encode=lambda value: _rekeyed(value, lambda key: key[:1].upper() + key[1:]),
    decode=lambda value: _rekeyed(value, lambda key: key[:1].lower() + key[1:]),
)
"""A structure, at any depth, whose names differ only in their first letter."""

ONE_OF_LIST: Final = one_of_list()


def tag_pairs(key: str, value: str) -> Codec:
    """Tags as a list of `{key: …, value: …}`; tags of AWS's own (`aws:…`) are nobody's."""
    return Codec(
        encode=lambda tags: [{key: name, value: text} for name, text in sorted(tags.items())],
        decode=lambda pairs: {p[key]: p.get(value, "") for p in pairs if not p[key].startswith("aws:")},
    )


TAG_PAIRS: Final = tag_pairs("Key", "Value")
TAG_MAP: Final = Codec(
    encode=dict, decode=lambda tags: {k: v for k, v in tags.items() if not k.startswith("aws:")}
)
"""Tags as a plain mapping."""

TAG_KEYS: Final = Codec(
    encode=lambda names: [{"Key": name} for name in names], decode=lambda keys: [k["Key"] for k in keys]
)
"""Names of tags as EC2 wants them to be removed."""


def tag_specification(kind: str) -> Codec:
    """Tags as EC2's create calls take them, for a resource of this kind (`vpc`, `subnet`, …)."""
    return Codec(
        encode=lambda tags: [{"ResourceType": kind, "Tags": TAG_PAIRS.encode(tags)}],
        decode=lambda specifications: TAG_PAIRS.decode(specifications[0]["Tags"]),
    )


def ec2_tags(kind: str) -> Tags:
    """How EC2 spells the tags of everything it has; `kind` is its word for the type in TagSpecifications."""
    return Tags(
        read="Tags",
        codec=TAG_PAIRS,
        add=Op("create_tags", {"Resources": [ID]}),
        add_as="Tags",
        remove=Op("delete_tags", {"Resources": [ID]}),
        remove_as="Tags",
        create_as="TagSpecifications",
        create_codec=tag_specification(kind),
        keys_codec=TAG_KEYS,
    )
