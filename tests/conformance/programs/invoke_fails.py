"""A function of the provider that declines."""

from tests.conformance.lab import Box, decline
from tests.conformance.phases import preview, up


def made():
    Box("a", value=1)
    decline()


PHASES = [preview(made), up(made)]
