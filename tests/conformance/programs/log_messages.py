"""Messages of the program, with and without a resource."""

import pulumi

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def made():
    a = Box("a", value=1)
    pulumi.log.info("lab: for your information")
    pulumi.log.warn("lab: take care", a)
    pulumi.log.debug("lab: nobody reads this")


def failing():
    Box("a", value=1)
    pulumi.log.error("lab: this is wrong")


PHASES = [preview(made), up(made), up(failing)]
