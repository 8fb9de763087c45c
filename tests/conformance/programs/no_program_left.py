"""A program that asks for nothing deletes everything, and the stack stays."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box, Group, Lab
from tests.conformance.phases import destroy, up


def made():
    group = Group("group")
    Box("a", opts=ResourceOptions(parent=group))
    Box("b", opts=ResourceOptions(provider=Lab("own")))


def nothing():
    pass


PHASES = [up(made), up(nothing), up(nothing), destroy(), destroy()]
