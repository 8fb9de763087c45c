"""A default provider takes its configuration from the stack's."""

from tests.conformance.lab import Box
from tests.conformance.phases import up


def made():
    Box("a", value=1)


PHASES = [
    up(made, config={"lab:account": "1"}),
    up(made, config={"lab:note": "some"}, secrets={"lab:key": "a secret"}),
]
