"""The option hideDiffs changes only what is shown."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import up


def one():
    Box("a", value=1, opts=ResourceOptions(hide_diffs=["value"]))


def two():
    Box("a", value=2, opts=ResourceOptions(hide_diffs=["value"]))


PHASES = [up(one), up(two)]
