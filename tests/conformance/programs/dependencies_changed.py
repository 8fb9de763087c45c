"""Dependencies that change alone are recorded, and nothing is done."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import up


def one():
    a = Box("a")
    Box("b")
    Box("c", value="same", opts=ResourceOptions(depends_on=[a]))


def two():
    Box("a")
    b = Box("b")
    Box("c", value="same", opts=ResourceOptions(depends_on=[b]))


PHASES = [up(one), up(two)]
