"""What is excluded is left alone."""

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, preview, up


def one():
    Box("a", value=1)
    Box("b", value=1)


def two():
    Box("a", value=2)
    Box("b", value=2)


PHASES = [
    up(one),
    preview(two, excludes=("lab:index:Box::a",)),
    up(two, excludes=("lab:index:Box::a",)),
    destroy(excludes=("lab:index:Box::b",)),
]
