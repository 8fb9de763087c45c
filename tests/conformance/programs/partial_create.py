"""An object that was made and is not ready is recorded, with the reason, and updated next time."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def half():
    a = Box("a", partial=["create"])
    Box("b", value=a.arn)


def mended():
    a = Box("a")
    Box("b", value=a.arn)


PHASES = [up(half), preview(half), up(half), up(mended), up(mended)]
