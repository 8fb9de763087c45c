"""What goes with another object is not deleted by itself, also where that one has to make room."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def first():
    a = Box("a", rack="1")
    Box("b", opts=ResourceOptions(deleted_with=a))
    Box("c", zone=a.arn, opts=ResourceOptions(deleted_with=a))


def second():
    a = Box("a", rack="2")
    Box("b", opts=ResourceOptions(deleted_with=a))
    Box("c", zone=a.arn, opts=ResourceOptions(deleted_with=a))


PHASES = [up(first), preview(second), up(second)]
