"""A comparison that the provider cannot make."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def made():
    Box("a", value=1)


def failing():
    Box("a", value=2, fails=["diff"])


PHASES = [up(made), preview(failing), up(failing)]
