"""An object that was changed and is not ready."""

from tests.conformance.lab import Box
from tests.conformance.phases import up


def made():
    Box("a", value=1)


def half():
    Box("a", value=2, partial=["update"])


def mended():
    Box("a", value=3)


PHASES = [up(made), up(half), up(half), up(mended)]
