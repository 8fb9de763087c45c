"""The option ignoreChanges with a star: nothing of it is changed any more."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import up


def one():
    Box("a", value=1, zone="here", opts=ResourceOptions(ignore_changes=["*"]))


def two():
    Box("a", value=2, zone="there", opts=ResourceOptions(ignore_changes=["*"]))


PHASES = [up(one), up(two)]
