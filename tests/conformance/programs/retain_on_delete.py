"""The option retainOnDelete: what is deleted or replaced is forgotten, and stays in the cloud."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, up


def made():
    Box("a", zone="here", opts=ResourceOptions(retain_on_delete=True))
    Box("b")


def replaced():
    Box("a", zone="there", opts=ResourceOptions(retain_on_delete=True))
    Box("b")


def gone():
    Box("b")


PHASES = [up(made), up(replaced), up(gone), destroy()]
