"""The option replacementTrigger: another value, another object."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def one():
    Box("a", value=1, opts=ResourceOptions(replacement_trigger=1))


def two():
    Box("a", value=1, opts=ResourceOptions(replacement_trigger=2))


def none():
    Box("a", value=1)


PHASES = [up(one), up(one), preview(two), up(two), up(none)]
