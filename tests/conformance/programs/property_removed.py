"""A property that the program no longer sets is removed, and a default comes back."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def one():
    Box("a", value=1, size="large", note="some")


def two():
    Box("a", value=1)


PHASES = [up(one), preview(two), up(two)]
