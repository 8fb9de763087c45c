"""What one configured AWS provider acts with: its connection, its region, its default tags, the way to call.

No exception of botocore passes through here: every failure is a `Refused` that carries AWS's code.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, cast

from provisioner.providers.aws.paths import at
from provisioner.providers.aws.retry import Clock
from provisioner.providers.aws.session import Clients
from provisioner.providers.interface import CONNECTION_LOST, NO_CREDENTIALS, Refused

_PARTITIONS = (
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("", "aws", "amazonaws.com"),
)


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of AWS with accounts and ARNs of its own."""

    name: str
    dns_suffix: str


def partition_of(region: str) -> Partition:
    """The partition a region lies in, by its name."""
    return next(Partition(name, suffix) for start, name, suffix in _PARTITIONS if region.startswith(start))


def surroundings(region: str) -> dict[str, str]:
    """What any text of the table may use that only the region decides."""
    partition = partition_of(region)
    return {"region": region, "partition": partition.name, "dnsSuffix": partition.dns_suffix}


@dataclass(slots=True)
class _Caller:
    """The account we act in, asked for once."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    account: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """One provider's view of AWS. May be used by several threads."""

    clients: Clients
    region: str
    default_tags: Mapping[str, str] = field(default_factory=dict[str, str])
    clock: Clock = field(default_factory=Clock)
    limit: float | None = None
    """Seconds that the program gives an operation, in place of those that its type takes."""

    _caller: _Caller = field(default_factory=_Caller)

    def call(self, service: str, op: str, send: Mapping[str, Any], *, region: str = "") -> Any:
        """The answer of one operation (`describe_vpcs`), times in it as text. Raises `Refused`."""
        client = self.clients.client(service, region or self.region)
        return answered(op, client, lambda: getattr(client, op)(**send))

    def call_to_the_end(self, service: str, op: str, send: Mapping[str, Any], *, region: str = "") -> Any:
        """The same with all pages of the answer in one, where AWS answers in pages."""
        client = self.clients.client(service, region or self.region)
        if not client.can_paginate(op):
            return answered(op, client, lambda: getattr(client, op)(**send))
        return answered(op, client, lambda: client.get_paginator(op).paginate(**send).build_full_result())

    def patience(self, usual: float) -> float:
        """Seconds to wait for what usually comes within `usual`."""
        return usual if self.limit is None else self.limit

    def account(self) -> str:
        """The number of the account we act in. Raises `Refused`."""
        with self._caller.lock:
            if not self._caller.account:
                self._caller.account = self.call("sts", "get_caller_identity", {})["Account"]
            return self._caller.account


def answered(op: str, client: Any, make: Any) -> Any:
    """What `make` returns as plain values, its failures as `Refused`."""
    errors: Any = import_module("botocore.exceptions")
    operation = f"{client.meta.service_model.service_name}:{_camel(op)}"
    try:
        answer = make()
    except errors.ClientError as error:
        said = cast("dict[str, str]", error.response.get("Error", {}))
        code = said.get("Code", "")
        reason = said.get("Message") or "no reason given"
        raise Refused(f"{operation}: {reason} ({code})", code=code) from error
    except (errors.ConnectionClosedError, errors.ReadTimeoutError) as error:
        raise Refused(f"{operation}: {error}", code=CONNECTION_LOST) from error
    except (
        errors.NoCredentialsError,
        errors.PartialCredentialsError,
        errors.CredentialRetrievalError,
    ) as error:
        raise Refused(f"{operation}: {error}", code=NO_CREDENTIALS) from error
    except errors.BotoCoreError as error:
        raise Refused(f"{operation}: {error}", code=type(error).__name__) from error
    except import_module("botocore.parsers").ResponseParserError as error:
        # A page of some proxy, or of a service that broke down: what became of the call is not known.
        raise Refused(f"{operation}: the answer cannot be read: {error}", code=CONNECTION_LOST) from error
    plain = _plain({key: value for key, value in answer.items() if key != "ResponseMetadata"})
    if failed := at("Unsuccessful[0].Error", plain):
        code = failed.get("Code", "")
        raise Refused(f"{operation}: {failed.get('Message')} ({code})", code=code)
    if entry := at("FailedEntries[0]", plain):  # EventBridge's way to say the same
        code = entry.get("ErrorCode", "")
        raise Refused(f"{operation}: {entry.get('ErrorMessage')} ({code})", code=code)
    return plain


def _camel(op: str) -> str:
    return re.sub("_(.)", lambda found: found[1].upper(), f"_{op}")


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(item) for key, item in cast("dict[str, Any]", value).items()}
        case list():
            return [_plain(item) for item in cast("list[Any]", value)]
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case _:
            return value
