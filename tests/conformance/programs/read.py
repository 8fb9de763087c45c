"""A resource that is read and not managed: it is in the records, and nothing is done to it."""

import pulumi
from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, preview, up


def somebody_makes_it(cloud):
    cloud.make("a", {"value": 1, "size": "small"})


def read():
    a = Box("a", opts=ResourceOptions(id="a-1"))
    Box("user", value=a.arn)
    pulumi.export("value", a.value)


PHASES = [preview(read, outside=somebody_makes_it), up(read), up(read), destroy()]
