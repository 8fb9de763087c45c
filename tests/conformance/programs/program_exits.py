"""A program that calls sys.exit."""

import sys

from tests.conformance.lab import Box
from tests.conformance.phases import up


def raising():
    Box("a", value=1)
    sys.exit(3)


PHASES = [up(raising)]
