"""Where a bucket is: `s3://bucket/prefix`, with what Pulumi's own backend allows behind a question mark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

SCHEME: Final = "s3://"
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""Source: Amazon S3 user guide, "General purpose bucket naming rules"."""

_SETTINGS: Final = ("region", "endpoint", "profile")


class NoAddress(ValueError):
    """A text is no address of a bucket; says why not, and what would be one."""

    def __init__(self, detail: str, fix: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fix = fix


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """A bucket, and the prefix in it below which everything is kept."""

    text: str
    """As it was written."""

    bucket: str
    prefix: str
    region: str | None = None
    endpoint: str | None = None
    """`https://host:port` of what speaks S3's language; None: Amazon S3."""

    profile: str | None = None
    """Of the AWS configuration; None: the surroundings decide."""

    def __str__(self) -> str:
        return self.text

    def for_pulumi(self, region: str) -> str:
        """As Pulumi is told; `region` is that of a bucket that names none.

        Source of the options: Go Cloud's `gocloud.dev/blob/s3blob`.
        """
        said = {"region": self.region or region, "profile": self.profile, "endpoint": self.endpoint}
        query = {name: value for name, value in said.items() if value}
        if self.endpoint:  # what is not Amazon's seldom has a name for each bucket
            query["use_path_style"] = "true"
        path = f"{self.bucket}/{self.prefix}".rstrip("/")
        return f"{SCHEME}{path}?{urlencode(query, safe=':/')}"

    @staticmethod
    def __get_pydantic_core_schema__(_source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """An instance is taken as it is, and written as its text."""
        return core_schema.is_instance_schema(BucketAddress, serialization=core_schema.to_string_ser_schema())

    @staticmethod
    def __get_pydantic_json_schema__(_schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """For editors it is a text."""
        return {"type": "string", "pattern": f"^{SCHEME}"}


def parsed(text: str) -> BucketAddress:
    """The address in a text. Raises `NoAddress`."""
    parts = urlsplit(text)
    if not _BUCKET.fullmatch(parts.netloc):
        detail = f"`{parts.netloc}` is no name of a bucket: 3 to 63 lower-case letters, digits, `-` and `.`."
        raise NoAddress(detail, f"write `{SCHEME}bucket/prefix`.")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := [name for name in query if name not in _SETTINGS]:
        detail = f"`{unknown[0]}` is nothing that can be said about a bucket."
        raise NoAddress(detail, f"leave it out; there are {', '.join(_SETTINGS)}.")
    return BucketAddress(text, parts.netloc, parts.path.strip("/"), **_settings(query))


def _settings(query: Mapping[str, str]) -> dict[str, str]:
    said = {name: value for name, value in query.items() if value}
    endpoint = said.get("endpoint")
    # Pulumi writes host and port alone.
    return said if endpoint is None or "://" in endpoint else {**said, "endpoint": f"https://{endpoint}"}
