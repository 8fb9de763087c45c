"""A resource with another name keeps its object if an alias tells the old one."""

from pulumi import Alias, ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def old():
    a = Box("a", value=1)
    Box("user", value=a.arn)


def new():
    a = Box("b", value=1, opts=ResourceOptions(aliases=[Alias(name="a")]))
    Box("user", value=a.arn)


def without_alias():
    a = Box("b", value=1)
    Box("user", value=a.arn)


PHASES = [up(old), preview(new), up(new), up(without_alias)]
