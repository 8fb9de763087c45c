"""An import whose program wants something else than there is: taken over, and then changed."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import up


def somebody_makes_it(cloud):
    cloud.make("a", {"value": 1, "size": "small"})


def differs():
    Box("a", value=2, size="small", opts=ResourceOptions(import_="a-1"))


PHASES = [up(differs, outside=somebody_makes_it)]
