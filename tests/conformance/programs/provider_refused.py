"""A provider whose configuration is refused."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box, Lab
from tests.conformance.phases import preview, up


def made():
    Box("a", opts=ResourceOptions(provider=Lab("own", broken=True)))


PHASES = [preview(made), up(made)]
