"""Two resources of one name are refused."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def made():
    Box("a", value=1)
    Box("a", value=2)


PHASES = [preview(made), up(made)]
