"""A new object in place of an old one has nothing to ignore, whichever of them goes first."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up

IGNORED = ResourceOptions(ignore_changes=["value"])


def one():
    a = Box("a", value=1, zone="1", opts=IGNORED)
    b = Box("b", value=1, rack="1", opts=IGNORED)
    Box("c", value=1, zone=a.arn, opts=IGNORED)
    Box("d", value=1, zone=b.arn, opts=IGNORED)


def two():
    a = Box("a", value=2, zone="2", opts=IGNORED)
    b = Box("b", value=2, rack="2", opts=IGNORED)
    Box("c", value=2, zone=a.arn, opts=IGNORED)
    Box("d", value=2, zone=b.arn, opts=IGNORED)


def by_name():
    a = Box("a", value=3, zone="2", opts=IGNORED)
    b = Box("b", value=3, rack="2", opts=IGNORED)
    Box("c", value=3, zone=a.arn, opts=IGNORED)
    Box("d", value=3, zone=b.arn, opts=IGNORED)


PHASES = [up(one), preview(two), up(two), up(by_name, replaces=("lab:index:Box::a",))]
