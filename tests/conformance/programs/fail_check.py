"""Inputs that the provider does not take."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def made():
    Box("a", size="huge")
    Box("b", value=1)


PHASES = [preview(made), up(made)]
