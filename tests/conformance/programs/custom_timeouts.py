"""The option customTimeouts is told to the provider, and recorded."""

import pulumi
from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, up


def one():
    Box("a", value=1, opts=ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="5m", update="1h")))


def two():
    Box(
        "a",
        value=2,
        opts=ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="5m", update="1h", delete="30s")),
    )


PHASES = [up(one), up(two), destroy()]
