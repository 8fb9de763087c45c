"""Only what is named is changed."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def one():
    Box("a", value=1)
    Box("b", value=1)


def two():
    Box("a", value=2)
    Box("b", value=2)
    Box("c", value=2)


PHASES = [
    up(one),
    preview(two, targets=("lab:index:Box::a",)),
    up(two, targets=("lab:index:Box::a",)),
    up(two, targets=("lab:index:Box::c",)),
    up(two),
]
