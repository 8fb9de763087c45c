"""An alias may be a whole URN."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def old():
    Box("a", value=1)


def new():
    Box("b", value=2, opts=ResourceOptions(aliases=["urn:pulumi:test::conformance::lab:index:Box::a"]))


PHASES = [up(old), preview(new), up(new)]
