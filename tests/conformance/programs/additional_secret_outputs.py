"""The option additionalSecretOutputs: the program calls an output a secret."""

import pulumi
from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import up


def plain():
    a = Box("a", value=1)
    pulumi.export("arn", a.arn)


def secret():
    a = Box("a", value=1, opts=ResourceOptions(additional_secret_outputs=["arn", "value"]))
    pulumi.export("arn", a.arn)


PHASES = [up(plain), up(secret), up(plain)]
