"""A transform that raises ends the registration."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def raising(args):
    raise ValueError("lab: no transform")


def made():
    Box("a", value=1, opts=ResourceOptions(transforms=[raising]))


PHASES = [preview(made), up(made)]
