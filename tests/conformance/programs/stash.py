"""A stash keeps the value it was first given."""

import pulumi

from tests.conformance.phases import destroy, preview, up


def one():
    stash = pulumi.Stash("kept", input="first")
    pulumi.export("kept", stash.output)


def two():
    stash = pulumi.Stash("kept", input="second")
    pulumi.export("kept", stash.output)


PHASES = [preview(one), up(one), up(two), destroy()]
