"""With --continue-on-error a destroy goes on past what cannot be deleted."""

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, up


def made():
    a = Box("a")
    Box("b", value=a.arn, fails=["delete"])
    c = Box("c")
    Box("d", value=c.arn)


PHASES = [up(made), destroy(continue_on_error=True)]
