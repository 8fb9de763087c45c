"""A resource that moves into a component, and out of it again, keeps its object."""

import pulumi
from pulumi import Alias, ResourceOptions

from tests.conformance.lab import Box, Group
from tests.conformance.phases import up


def outside():
    Group("group")
    Box("a", value=1)


def inside():
    group = Group("group")
    Box("a", value=1, opts=ResourceOptions(parent=group, aliases=[Alias(parent=pulumi.ROOT_STACK_RESOURCE)]))


def outside_again():
    group = Group("group")
    Box("a", value=1, opts=ResourceOptions(aliases=[Alias(parent=group)]))


PHASES = [up(outside), up(inside), up(outside_again)]
