"""A plan that looks at the cloud first."""

from tests.conformance.lab import Box
from tests.conformance.phases import up


def made():
    Box("a", value=1)
    Box("b", value=1)


def somebody_interferes(cloud):
    cloud.change("a-1", {"value": 5, "size": "small"})
    cloud.remove("b-1")


PHASES = [up(made), up(made, refresh=True, outside=somebody_interferes), up(made, refresh=True)]
