"""One request to an operation that moto lacks, and the refusal of it: in the words of botocore's model.

An operation is a function `create_addon(call: Call) -> Answer`, named as moto names its methods. It keeps its
objects on moto's backend of the caller's account and region (`kept`), so that they end with it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import moto.backends  # pyright: ignore[reportMissingTypeStubs]
from moto.core.exceptions import ServiceException  # pyright: ignore[reportMissingTypeStubs]

Answer = Mapping[str, Any]
"""The members of an operation's output shape; members that are None are left out."""


class Refusal(ServiceException):
    """An operation's error: `code` is AWS's, `members` are what its error shape has beside the message."""

    def __init__(self, code: str, message: str, **members: Any) -> None:
        super().__init__(code, message)
        for name, value in members.items():
            setattr(self, name, value)


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks which service, where, and for what."""

    service: str
    account: str
    region: str
    partition: str
    access_key: str
    parameters: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        """A parameter that the model requires."""
        return self.parameters[name]

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter that may be left out."""
        return self.parameters.get(name, default)

    def part(self, name: str) -> dict[str, Any]:
        """A structure or map that may be left out: then it is empty."""
        return dict(self.parameters.get(name) or {})

    def parts(self, name: str) -> list[Any]:
        """A list that may be left out: then it is empty."""
        return list(self.parameters.get(name) or ())

    def has(self, name: str) -> bool:
        """Whether the parameter was given."""
        return name in self.parameters

    @property
    def backend(self) -> Any:
        """Moto's backend of this service in the caller's account and region."""
        return self.backend_of(self.service)

    def backend_of(self, service: str, region: str | None = None) -> Any:
        """The backend of a service in the caller's account, in the caller's region unless one is named."""
        backends = self.account_backends(service)
        place = region or self.region
        return backends[
            place if place in backends.regions else self.partition
        ]  # IAM and the like have no regions

    def account_backends(self, service: str) -> Any:
        """The backends of a service in the caller's account that were needed so far, by region."""
        return cast("Any", moto.backends).get_backend(service)[self.account]

    def arn(self, service: str, path: str) -> str:
        """The name of an object in the caller's account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{path}"


Operation = Callable[[Call], Answer]

Correction = tuple[Any, str, Any]
"""What of moto's own code is replaced: its class, the name in it, and what it is now."""


@dataclass(slots=True)
class Item:
    """One object of ours: as its service describes it, and the request that made it."""

    told: dict[str, Any]
    request: Mapping[str, Any]
    parts: dict[str, Any] = field(default_factory=dict[str, Any])
    """What belongs to it and is not told with it, by name."""

    def is_wanted_again(self, call: Call) -> bool:
        """Whether this request made the object and is sent once more: the same token and parameters."""
        return bool(call.get("clientRequestToken")) and dict(self.request) == dict(call.parameters)


def kept(owner: Any, name: str) -> dict[str, Any]:
    """The objects that `owner`, an object of moto's, keeps for us under this name; they end with it."""
    return owner.__dict__.setdefault(f"provisioner_{name}", {})


def now() -> datetime:
    """The time in UTC, to the second, without a zone: as moto keeps times."""
    return datetime.now(UTC).replace(microsecond=0, tzinfo=None)


def random_id(prefix: str) -> str:
    """A new id of EC2's form."""
    return f"{prefix}-{secrets.token_hex(9)[:17]}"


def page(names: list[str], call: Call) -> tuple[list[str], str | None]:
    """The part of a list that a request asks for, and the token with which to ask for the next one."""
    token = call.get("nextToken") or call.get("NextToken")
    start = names.index(token) if token in names else 0
    end = start + int(call.get("maxResults") or call.get("MaxResults") or 100)
    return names[start:end], names[end] if end < len(names) else None
