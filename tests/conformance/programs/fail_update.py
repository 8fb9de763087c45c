"""An update that is refused leaves what is recorded as it was."""

from tests.conformance.lab import Box
from tests.conformance.phases import up


def made():
    a = Box("a", value=1)
    Box("b", value=a.generation)


def failing():
    a = Box("a", value=2, fails=["update"])
    Box("b", value=a.generation)


PHASES = [up(made), up(failing), up(made)]
