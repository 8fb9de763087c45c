"""The old object of a replacement that cannot be deleted is deleted by a later run."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def made():
    Box("a", zone="here", fails=["delete"])


def moved():
    Box("a", zone="there")


PHASES = [up(made), up(moved), preview(moved), up(moved)]
