"""A resource as the input of another one."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def made():
    a = Box("a", value=1)
    Box("b", value=a)
    Box("c", value={"inner": [a]})


PHASES = [preview(made), up(made), up(made)]
