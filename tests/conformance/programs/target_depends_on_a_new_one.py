"""A target that needs what does not exist and is no target."""

from tests.conformance.lab import Box
from tests.conformance.phases import up


def nothing():
    Box("other")


def two():
    Box("other")
    a = Box("a", value=1)
    Box("b", value=a.arn)


PHASES = [up(nothing), up(two, targets=("lab:index:Box::b",))]
