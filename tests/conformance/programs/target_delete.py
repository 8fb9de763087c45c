"""A target that the program no longer wants is deleted, and nothing else."""

from tests.conformance.lab import Box
from tests.conformance.phases import up


def two():
    Box("a", value=1)
    Box("b", value=1)


def nothing():
    pass


PHASES = [up(two), up(nothing, targets=("lab:index:Box::a",)), up(nothing)]
