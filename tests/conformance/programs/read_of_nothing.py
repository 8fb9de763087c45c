"""A resource that is read and is not there."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import up


def read():
    Box("a", opts=ResourceOptions(id="a-1"))


PHASES = [up(read)]
