"""An import of an object that is not there is refused."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def imported():
    Box("a", value=1, opts=ResourceOptions(import_="a-1"))


PHASES = [preview(imported), up(imported)]
