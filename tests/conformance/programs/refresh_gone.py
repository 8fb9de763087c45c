"""A refresh forgets what others deleted; the next plan makes it again."""

from tests.conformance.lab import Box
from tests.conformance.phases import refresh, up


def made():
    a = Box("a", value=1)
    Box("b", value=a.arn)


def somebody_deletes_it(cloud):
    cloud.remove("a-1")


PHASES = [up(made), refresh(outside=somebody_deletes_it), up(made)]
