"""A resource may be the parent of another; its own replacement does not touch the child."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, up


def one():
    a = Box("a", zone="here")
    Box("child", value=1, opts=ResourceOptions(parent=a))


def two():
    a = Box("a", zone="there")
    Box("child", value=1, opts=ResourceOptions(parent=a))


PHASES = [up(one), up(two), destroy()]
