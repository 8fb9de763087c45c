"""Objects in a bucket: few calls, each of which either says what it did or that the bucket is away.

Two conditions of S3 are all the order there is among writers: `If-None-Match: *` makes an object only where
none is, `If-Match` replaces only the one that was read. (Amazon S3 user guide, "Add preconditions to S3
operations with conditional requests".) A write whose answer was lost is repeated and then meets itself, which
is why each carries the token of its writer: the object that is in the way may be our own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, Final

from provisioner.engine.state_failures import StateIsAway

_ABSENT: Final = frozenset({"NoSuchKey", "404"})
_OTHER_FIRST: Final = frozenset({"PreconditionFailed", "412"})
_BOTH_AT_ONCE: Final = frozenset({"ConditionalRequestConflict", "409"})
"""S3 was asked two things of one object at the same moment, and did neither of them for us."""

_TRIES: Final = 5
_PAUSE: Final = 0.2
_PAGE: Final = 1000
"""Keys in one request to delete: S3's limit."""

_NO_TAG: Final = '"00000000000000000000000000000000"'
_NEW: Final[dict[str, str]] = {"IfNoneMatch": "*"}
_WRITER: Final = "provisioner-lease"
"""Under which an object's metadata have the token of its writer."""


class SomebodyElse(Exception):
    """The object was made or changed by somebody else in the meantime."""


@dataclass(frozen=True, slots=True)
class Found:
    """An object as it was read."""

    body: bytes
    tag: str
    """S3's ETag: another one for every content."""

    age: float
    """Seconds since it was written, by the server's clock alone."""

    token: str
    """Of its writer; empty if it names none."""


class Objects:
    """The objects of a bucket below a prefix. May be used by several threads."""

    def __init__(self, bucket: str, prefix: str, client: Callable[[], Any]) -> None:
        """`client` answers with the S3 client of botocore; it is asked when the first call is made."""
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._client = client

    def address(self, key: str = "") -> str:
        """What people call an object, or all of them."""
        return f"s3://{self._bucket}/{self._prefix}{key}".rstrip("/")

    def get(self, key: str) -> Found | None:
        """The object; None if there is none."""
        with self._calling(key):
            try:
                answer = self._client().get_object(**self._at(key))
                body = answer["Body"].read()
            except self._refused as refused:
                if _code(refused) in _ABSENT:
                    return None
                raise
        return Found(body, answer["ETag"], _age(answer), answer.get("Metadata", {}).get(_WRITER, ""))

    def create(self, key: str, body: bytes, token: str) -> str:
        """A new object; its tag. Raises `SomebodyElse` if there is one already that is not ours."""
        return self._write(key, body, token, _NEW)

    def replace(self, key: str, body: bytes, token: str, tag: str) -> str:
        """The object with other content; its tag. Raises `SomebodyElse` if `tag` is not its tag any more."""
        return self._write(key, body, token, {"IfMatch": tag})

    def keeps_conditions(self, key: str, body: bytes) -> bool:
        """Whether an object is neither made twice nor replaced by who does not know it.

        Some that speak S3's language do not know conditions, and do not say so.
        """
        with self._calling(key):
            is_there = self._is_refused(key, body, _NEW) or self._is_refused(key, body, _NEW)
            return is_there and self._is_refused(key, body, {"IfMatch": _NO_TAG})

    def _is_refused(self, key: str, body: bytes, condition: dict[str, str]) -> bool:
        try:
            self._put_if(key, body, condition)
        except self._refused as refused:
            if _code(refused) in _OTHER_FIRST:
                return True
            raise
        return False

    def put(self, key: str, body: bytes) -> None:
        """The object with this content, whatever there was: only under a name that nobody else uses."""
        with self._calling(key):
            self._client().put_object(**self._at(key), Body=body)

    def tag(self, key: str) -> str | None:
        """The tag of the object; None if there is none."""
        with self._calling(key):
            try:
                return str(self._client().head_object(**self._at(key))["ETag"])
            except self._refused as refused:
                if _code(refused) in _ABSENT:
                    return None
                raise

    def copy(self, source: str, target: str) -> None:
        """A copy, made by the server."""
        with self._calling(target):
            there = {"Bucket": self._bucket, "Key": f"{self._prefix}{source}"}
            self._client().copy_object(**self._at(target), CopySource=there)

    def sizes(self, below: str) -> dict[str, int]:
        """The sizes in bytes of the objects whose keys begin with these words, by key, in order."""
        found: dict[str, int] = {}
        with self._calling(below):
            for page in (
                self._client()
                .get_paginator("list_objects_v2")
                .paginate(Bucket=self._bucket, Prefix=f"{self._prefix}{below}")
            ):
                for each in page.get("Contents", ()):
                    found[each["Key"].removeprefix(self._prefix)] = each["Size"]
        return dict(sorted(found.items()))

    def delete(self, keys: Iterable[str]) -> None:
        """No such objects any more."""
        names = list(keys)
        for start in range(0, len(names), _PAGE):
            page = names[start : start + _PAGE]
            with self._calling(page[0]):
                answer = self._client().delete_objects(
                    Bucket=self._bucket,
                    Delete={"Objects": [{"Key": f"{self._prefix}{name}"} for name in page], "Quiet": True},
                )
            for error in answer.get("Errors", ()):
                raise StateIsAway(self.address(page[0]), error.get("Message", ""), error.get("Code", ""))

    def _write(self, key: str, body: bytes, token: str, condition: dict[str, str]) -> str:
        with self._calling(key):
            try:
                return str(self._put_if(key, body, {"Metadata": {_WRITER: token}, **condition})["ETag"])
            except self._refused as refused:
                if _code(refused) not in _OTHER_FIRST | _ABSENT:
                    raise
        return self._ours(key, body, token)

    def _put_if(self, key: str, body: bytes, condition: dict[str, Any]) -> Any:
        """The answer to a write with a condition; where two meet in one moment it is tried again."""
        for attempt in range(_TRIES):
            try:
                return self._client().put_object(**self._at(key), Body=body, **condition)
            except self._refused as refused:
                if _code(refused) not in _BOTH_AT_ONCE or attempt + 1 == _TRIES:
                    raise
                time.sleep(_PAUSE * 2**attempt)
        raise AssertionError("the last try is answered or raises")

    def _ours(self, key: str, body: bytes, token: str) -> str:
        """The tag of the object in the way, if it is this very one."""
        found = self.get(key)
        if found is None or (found.body, found.token) != (body, token):
            raise SomebodyElse(key)
        return found.tag

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{key}"}

    @property
    def _refused(self) -> type[Exception]:
        refused: type[Exception] = import_module("botocore.exceptions").ClientError
        return refused

    @contextmanager
    def _calling(self, key: str) -> Generator[None]:
        """Whatever the client raises is one thing to us: the bucket is away."""
        errors: Any = import_module("botocore.exceptions")
        try:
            yield
        except errors.ClientError as refused:
            told = refused.response.get("Error", {})
            reason = told.get("Message") or "refused"
            raise StateIsAway(self.address(key), str(reason), _code(refused)) from refused
        except (errors.BotoCoreError, errors.HTTPClientError) as broken:
            raise StateIsAway(self.address(key), str(broken)) from broken


def _code(refused: Any) -> str:
    return str(refused.response.get("Error", {}).get("Code", ""))


def _age(answer: Any) -> float:
    """Both times are the server's: what our own clock says does not matter."""
    written: datetime = answer["LastModified"]
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - a parser of mails, which no plan on a disk needs

    now = parsedate_to_datetime(headers["date"]) if "date" in headers else datetime.now(written.tzinfo)
    return (now - written).total_seconds()
