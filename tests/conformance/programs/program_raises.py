"""A program that raises after it has asked for something."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def raising():
    Box("a", value=1)
    raise ValueError("lab: no more program")


PHASES = [preview(raising), up(raising)]
