"""Outputs of the stack: plain, nested, secret, unknown before, and resources."""

import pulumi
from pulumi import Output

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def made():
    a = Box("a", value=1)
    pulumi.export("number", 1)
    pulumi.export("float", 1.5)
    pulumi.export("nested", {"list": [1, "two", {"three": None}], "arn": a.arn})
    pulumi.export("secret", Output.secret("hidden"))
    pulumi.export("arn", a.arn)
    pulumi.export("nothing", None)
    pulumi.export("truth", True)
    pulumi.export("unicode", "äöü – 三")
    pulumi.export("resource", a)


def fewer():
    Box("a", value=1)
    pulumi.export("number", 2)


PHASES = [preview(made), up(made), up(fewer), up(fewer)]
