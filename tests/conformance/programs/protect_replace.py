"""What is protected is not replaced, but may be changed in place."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def made():
    Box("a", value=1, zone="here", opts=ResourceOptions(protect=True))


def updated():
    Box("a", value=2, zone="here", opts=ResourceOptions(protect=True))


def replaced():
    Box("a", value=2, zone="there", opts=ResourceOptions(protect=True))


PHASES = [up(made), up(updated), preview(replaced), up(replaced)]
