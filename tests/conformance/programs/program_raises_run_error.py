"""A program that ends with a message instead of a traceback."""

import pulumi

from tests.conformance.lab import Box
from tests.conformance.phases import up


def raising():
    Box("a", value=1)
    raise pulumi.RunError("lab: enough")


PHASES = [up(raising)]
