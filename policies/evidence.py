"""What a finding is about, as digests: to know it again, and to notice when it has become another."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, cast

from policies.check import Verdict
from policies.model import Resource
from policies.values import Hidden, Unknown, steps

_NUMBER = re.compile(r"\[\d+\]")


def evidence(verdict: Verdict) -> str:
    """A digest of the offending value, `sha256:…`: another value, a worse one for instance, has another.

    Of a secret only that it is one.
    """
    said = [_without_numbers(verdict.path), _plain(_value(verdict.resource, verdict.path))]
    text = json.dumps(said, sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def fingerprint(verdict: Verdict) -> str:
    """What stays the same of a finding whatever the stack, the order of things, and the line of a setting."""
    place = verdict.resource.urn.partition("::")[2] or verdict.resource.type
    said = (verdict.rule.id, verdict.resource.type, place, _without_numbers(verdict.path), evidence(verdict))
    return hashlib.sha256("|".join(said).encode()).hexdigest()[:32]


def _without_numbers(path: str) -> str:
    return _NUMBER.sub("[]", path)


def _value(resource: Resource, path: str) -> Any:
    """What is at a path; None if there is nothing. Texts of JSON are looked into, secrets are not."""
    found: Any = dict(resource.inputs) if path else None
    for name in steps(path):
        found = _opened(found)
        match found:
            case dict():
                found = cast("dict[str, Any]", found).get(name)
            case list():
                items = cast("list[Any]", found)
                found = items[int(name)] if name.isdecimal() and int(name) < len(items) else None
            case _:
                return found
    return found


def _opened(value: Any) -> Any:
    """A document in place of its text."""
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _plain(value: Any) -> Any:
    """The same for the same value, whoever tells it: spaces in documents and 30 or 30.0 do not matter."""
    found = _opened(value)
    match found:
        case dict():
            return {key: _plain(item) for key, item in cast("dict[str, Any]", found).items()}
        case list():
            return [_plain(item) for item in cast("list[Any]", found)]
        case float() if found.is_integer():
            return int(found)
        case Hidden():
            return "(secret)"
        case Unknown():
            return "(unknown)"
        case _:
            return found
