"""Whoever depends on a component depends on everything in it."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box, Group
from tests.conformance.phases import destroy, up


def made():
    group = Group("group")
    Box("a", slow=0.05, opts=ResourceOptions(parent=group))
    Box("b", slow=0.1, opts=ResourceOptions(parent=group))
    Box("last", opts=ResourceOptions(depends_on=[group]))


PHASES = [up(made), destroy()]
