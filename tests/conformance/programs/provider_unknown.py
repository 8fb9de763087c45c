"""A provider whose configuration is not known before something else was made."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box, Lab
from tests.conformance.phases import destroy, preview, up


def made():
    base = Box("base")
    own = Lab("own", note=base.arn)
    Box("a", value=1, opts=ResourceOptions(provider=own))


PHASES = [preview(made), up(made), up(made), destroy()]
