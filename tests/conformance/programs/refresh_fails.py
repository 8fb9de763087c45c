"""A refresh that cannot read an object, while it reads another."""

from tests.conformance.lab import Box
from tests.conformance.phases import refresh, up


def made():
    Box("a", fails=["read"], read_with="b")
    Box("b", value=1)


PHASES = [up(made), refresh()]
