"""What is not known before is unknown in a preview, and so is what comes of it."""

from pulumi import Output

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def one():
    a = Box("a", value=1)
    b = Box("b", value=a.arn, zone="here")
    Box("c", value=Output.concat(b.value, " and ", b.zone))


def two():
    a = Box("a", value=2)
    Box("b", value=a.generation, zone="here")
    Box("c", value=Output.concat("generation ", a.generation.apply(str)))


PHASES = [preview(one), up(one), preview(two), up(two)]
