"""A creation that is refused: what depends on it is not made, and the next run goes on."""

from tests.conformance.lab import Box
from tests.conformance.phases import up


def failing():
    a = Box("a", fails=["create"])
    Box("b", value=a.arn)


def mended():
    a = Box("a")
    Box("b", value=a.arn)


PHASES = [up(failing), up(mended)]
