"""A reference to a stack that does not exist, and to an output that does not."""

import pulumi

from tests.conformance.phases import up


def below():
    pulumi.export("there", 1)


def missing_stack():
    pulumi.StackReference("organization/conformance/nowhere")


def missing_output():
    other = pulumi.StackReference("organization/conformance/below")
    pulumi.export("value", other.require_output("missing"))


PHASES = [up(below, stack="below"), up(missing_stack), up(missing_output)]
