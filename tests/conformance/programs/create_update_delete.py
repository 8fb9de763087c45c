"""An object is created, stays, is changed in place, and goes with the program that asked for it."""

import pulumi

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, preview, up


def one():
    box = Box("a", value=1)
    pulumi.export("arn", box.arn)


def two():
    box = Box("a", value=2)
    pulumi.export("arn", box.arn)
    pulumi.export("generation", box.generation)


def nothing():
    pass


PHASES = [
    preview(one),
    up(one),
    preview(one),
    up(one),
    preview(two),
    up(two),
    up(nothing),
    up(one),
    destroy(),
]
