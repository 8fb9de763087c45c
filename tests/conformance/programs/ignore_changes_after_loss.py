"""What is made anew because others deleted it has nothing to ignore: it is as the program says now."""

import pulumi

from tests.conformance.lab import Box
from tests.conformance.phases import up


def one():
    Box("a", value=1, opts=pulumi.ResourceOptions(ignore_changes=["value"]))


def two():
    Box("a", value=2, opts=pulumi.ResourceOptions(ignore_changes=["value"]))


def somebody_deletes_it(cloud):
    cloud.remove("a-1")


PHASES = [up(one), up(two, refresh=True, outside=somebody_deletes_it), up(one)]
