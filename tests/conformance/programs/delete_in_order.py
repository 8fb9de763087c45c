"""Deletions go from those that depend to those that are depended on."""

from tests.conformance.lab import Box
from tests.conformance.phases import up


def made():
    a = Box("a")
    b = Box("b", value=a.arn)
    Box("c", value=b.arn)


def nothing():
    pass


ORDERED = True
PHASES = [up(made), up(nothing)]
