"""A refresh that cannot read an object."""

from tests.conformance.lab import Box
from tests.conformance.phases import refresh, up


def made():
    Box("a", fails=["read"])
    Box("b", value=1)


PHASES = [up(made), refresh()]
