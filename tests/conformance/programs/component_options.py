"""What is in a component inherits protection, providers and dependencies of it."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box, Group
from tests.conformance.phases import destroy, up


def made():
    first = Box("first")
    group = Group("group", opts=ResourceOptions(protect=True, depends_on=[first]))
    Box("a", opts=ResourceOptions(parent=group))
    Box("b", opts=ResourceOptions(parent=group, protect=False))


PHASES = [up(made), destroy()]
