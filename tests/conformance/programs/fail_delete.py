"""A deletion that is refused: the record stays."""

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, up


def made():
    Box("a", fails=["delete"])


def nothing():
    pass


def mended():
    Box("a")


PHASES = [up(made), up(nothing), destroy(), up(mended), destroy()]
