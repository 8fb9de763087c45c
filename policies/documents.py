"""Policy documents of AWS (IAM, KMS, S3, ECR, endpoints) as rules read them.

In inputs they are JSON texts. Their grammar lets most things be written in several ways (one or many, `*` or
`{"AWS": "*"}`, any case of an action): here each has one.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final, cast

from policies.model import Finding, Part, Resource
from policies.values import texts

EVERYBODY: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One key of a condition and what it is compared with; the key is in lower case."""

    operator: str
    """Such as `StringEquals`, with its prefix and suffix."""

    key: str
    values: tuple[str, ...]

    @property
    def bounds(self) -> bool:
        """Whether only few values of the key fulfil it, and a request without the key does not."""
        head, _, tail = self.operator.rpartition(":")
        compares = tail in {"StringEquals", "StringEqualsIgnoreCase", "ArnEquals", "IpAddress"} or (
            tail in {"StringLike", "ArnLike"} and all(value.strip("*?") for value in self.values)
        )
        return compares and head != "ForAllValues" and bool(self.values) and EVERYBODY not in self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a policy."""

    path: str
    """Where it is, such as `policy.Statement[1]`."""

    allows: bool
    principals: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """By their kind: `AWS`, `Service`, `Federated`, `CanonicalUser`; empty in an identity's policy."""

    but_principals: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """`NotPrincipal`: everybody else is meant."""

    actions: tuple[str, ...] = ()
    """In lower case, such as `s3:get*`."""

    but_actions: tuple[str, ...] = ()
    """`NotAction`: every other action is meant."""

    resources: tuple[str, ...] = ()
    but_resources: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()

    @property
    def is_for_everybody(self) -> bool:
        """Whether any principal at all is meant, whatever the conditions say."""
        return bool(self.but_principals) or EVERYBODY in self.principals.get("AWS", ())

    @property
    def is_on_everything(self) -> bool:
        """Whether it is about every resource, or all but some."""
        return EVERYBODY in self.resources or bool(self.but_resources)

    def covers(self, action: str) -> bool:
        """Whether an action, such as `kms:Decrypt`, is one that it is about."""
        named = action.lower()
        if self.but_actions:
            return not any(fnmatchcase(named, pattern) for pattern in self.but_actions)
        return any(fnmatchcase(named, pattern) for pattern in self.actions)

    def is_bounded_by(self, *keys: str) -> bool:
        """Whether a condition on one of these keys limits it to few values."""
        wanted = {key.lower() for key in keys}
        return any(each.key in wanted and each.bounds for each in self.conditions)

    def compared(self, key: str) -> tuple[Condition, ...]:
        """The conditions on a key."""
        return tuple(each for each in self.conditions if each.key == key.lower())


def statements(where: Resource | Part, path: str) -> Generator[Finding, None, tuple[Statement, ...]]:
    """The statements of the document at a path; none if there is none there.

    Yields a finding if it cannot be read. Used as `for each in (yield from statements(role, "policy"))`.
    Raises `Undecided` if it is not known yet.
    """
    resource, place = (where.resource, where.at(path)) if isinstance(where, Part) else (where, path)
    value = resource.get(place)
    if value is None:
        return ()
    found = _read(value, place)
    if found is None:
        yield Finding(resource, place, "This is no policy document, so nobody knows what it permits.")
    return found or ()


def _read(value: Any, path: str) -> tuple[Statement, ...] | None:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if not isinstance(value, dict):
        return None
    written = cast("dict[str, Any]", value).get("Statement")
    items = cast("list[Any]", written) if isinstance(written, list) else [written]
    found = [_statement(item, f"{path}.Statement[{number}]") for number, item in enumerate(items)]
    return tuple(each for each in found if each) if all(found) else None


def _statement(value: Any, path: str) -> Statement | None:
    if not isinstance(value, dict):
        return None
    parts = cast("dict[str, Any]", value)
    if parts.get("Effect") not in ("Allow", "Deny"):
        return None
    return Statement(
        path=path,
        allows=parts["Effect"] == "Allow",
        principals=_principals(parts.get("Principal")),
        but_principals=_principals(parts.get("NotPrincipal")),
        actions=tuple(each.lower() for each in texts(parts.get("Action"))),
        but_actions=tuple(each.lower() for each in texts(parts.get("NotAction"))),
        resources=texts(parts.get("Resource")),
        but_resources=texts(parts.get("NotResource")),
        conditions=tuple(_conditions(parts.get("Condition"))),
    )


def _principals(value: Any) -> Mapping[str, tuple[str, ...]]:
    if isinstance(value, dict):
        return {kind: texts(each) for kind, each in cast("dict[str, Any]", value).items()}
    return {"AWS": (EVERYBODY,)} if value == EVERYBODY else {}


def _conditions(value: Any) -> Generator[Condition]:
    if not isinstance(value, dict):
        return
    for operator, keys in cast("dict[str, Any]", value).items():
        if isinstance(keys, dict):
            for key, values in cast("dict[str, Any]", keys).items():
                yield Condition(operator=operator, key=key.lower(), values=_values(values))


def _values(value: Any) -> tuple[str, ...]:
    items = cast("list[Any]", value) if isinstance(value, list) else [value]
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)
