"""With the dependents of a target, when changing and when destroying."""

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, up


def one():
    a = Box("a", value=1)
    Box("b", value=a.generation)
    Box("c", value=1)


def two():
    a = Box("a", value=2)
    Box("b", value=a.generation)
    Box("c", value=2)


A = ("lab:index:Box::a",)
PHASES = [
    up(one),
    up(two, targets=A, target_dependents=True),
    destroy(targets=A),
    destroy(targets=A, target_dependents=True),
]
