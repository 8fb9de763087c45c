"""A function of an output that raises: what does not depend on it is made."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def broken(_):
    raise ValueError("lab: no value")


def made():
    a = Box("a", value=1)
    Box("b", value=a.arn.apply(broken))


PHASES = [preview(made), up(made)]
