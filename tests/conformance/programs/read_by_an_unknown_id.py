"""A resource whose id is only known after another one was made."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def read():
    a = Box("a", value=1)
    Box("again", opts=ResourceOptions(id=a.id))


PHASES = [preview(read), up(read)]
