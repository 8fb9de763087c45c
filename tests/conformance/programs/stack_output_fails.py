"""An output of the stack that cannot be worked out."""

import pulumi

from tests.conformance.lab import Box
from tests.conformance.phases import up


def broken(_):
    raise ValueError("lab: no output")


def made():
    a = Box("a", value=1)
    pulumi.export("good", a.arn)
    pulumi.export("bad", a.arn.apply(broken))


PHASES = [up(made)]
