"""What is in a component that got another name keeps its objects."""

from pulumi import Alias, ResourceOptions

from tests.conformance.lab import Box, Group
from tests.conformance.phases import up


def old():
    group = Group("old")
    Box("old-a", value=1, opts=ResourceOptions(parent=group))
    Box("b", value=1, opts=ResourceOptions(parent=group))


def new():
    group = Group("new", opts=ResourceOptions(aliases=[Alias(name="old")]))
    Box("new-a", value=1, opts=ResourceOptions(parent=group))
    Box("b", value=1, opts=ResourceOptions(parent=group))


PHASES = [up(old), up(new)]
