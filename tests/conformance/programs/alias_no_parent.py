"""A resource that was at the top moves into a component: the alias says that it had no parent."""

from pulumi import Alias, ResourceOptions

from tests.conformance.lab import Box, Group
from tests.conformance.phases import up


def old():
    Box("a", value=1)


def new():
    group = Group("group")
    Box("b", value=1, opts=ResourceOptions(parent=group, aliases=[Alias(name="a", parent=None)]))


PHASES = [up(old), up(new)]
