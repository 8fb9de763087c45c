"""The outputs of another stack, secrets included."""

import pulumi

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, preview, up


def below():
    box = Box("base", secret=True)
    pulumi.export("arn", box.arn)
    pulumi.export("token", box.token)


def above():
    other = pulumi.StackReference("organization/conformance/below")
    Box("user", value=other.get_output("arn"), note=other.require_output("token"))
    pulumi.export("arn", other.get_output("arn"))
    pulumi.export("missing", other.get_output("missing"))


PHASES = [up(below, stack="below"), preview(above), up(above), up(above), destroy()]
