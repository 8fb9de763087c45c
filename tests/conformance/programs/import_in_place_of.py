"""An import under a name that has another object: that one goes."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import up


def somebody_makes_another(cloud):
    cloud.make("other", {"value": 1, "size": "small"})


def made():
    Box("a", value=1)


def imported():
    Box("a", value=1, opts=ResourceOptions(import_="other-1"))


PHASES = [up(made), up(imported, outside=somebody_makes_another)]
