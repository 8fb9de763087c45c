"""The option dependsOn: what is made before, and deleted after."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, up


def made():
    a = Box("a")
    b = Box("b", opts=ResourceOptions(depends_on=[a]))
    Box("c", opts=ResourceOptions(depends_on=[b]))


ORDERED = True
PHASES = [up(made), destroy()]
