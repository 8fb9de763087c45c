"""A resource that was read is from now on managed: it gets an object of its own."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import up


def somebody_makes_it(cloud):
    cloud.make("a", {"value": 1, "size": "small"})


def read():
    Box("a", opts=ResourceOptions(id="a-1"))


def managed():
    Box("a", value=1)


PHASES = [up(read, outside=somebody_makes_it), up(managed), up(read)]
