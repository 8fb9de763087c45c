"""Configuration of the stack: plain, of several kinds, secret, and missing."""

import pulumi

from tests.conformance.lab import Box
from tests.conformance.phases import up


def made():
    config = pulumi.Config()
    Box("a", value=config.require("name"), size=config.get("size"), note=config.require_secret("password"))
    pulumi.export("count", config.require_int("count"))
    pulumi.export("object", config.require_object("object"))
    pulumi.export("other", pulumi.Config("other").get("key"))
    pulumi.export("password", config.get_secret("password"))
    pulumi.export("default", config.get("missing", "nothing"))


def missing():
    pulumi.Config().require("nobody")


PHASES = [
    up(
        made,
        config={
            "conformance:name": "alice",
            "conformance:count": "3",
            "conformance:object": '{"a": [1, 2]}',
            "other:key": "another",
        },
        secrets={"conformance:password": "hidden"},
    ),
    up(missing),
]
