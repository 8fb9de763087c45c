"""The option import: an object that exists is taken over; afterwards the option means nothing."""

import pulumi
from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, preview, up


def somebody_makes_it(cloud):
    cloud.make("a", {"value": 1, "size": "small"})


def imported():
    box = Box("a", value=1, size="small", opts=ResourceOptions(import_="a-1"))
    pulumi.export("arn", box.arn)


def plain():
    box = Box("a", value=1, size="small")
    pulumi.export("arn", box.arn)


PHASES = [preview(imported, outside=somebody_makes_it), up(imported), up(imported), up(plain), destroy()]
