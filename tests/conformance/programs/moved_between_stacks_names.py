"""The same program in two stacks has objects of its own in each."""

import pulumi

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, up


def made():
    Box("a", value=pulumi.get_stack())


PHASES = [up(made), up(made, stack="second"), destroy(), up(made, stack="second")]
