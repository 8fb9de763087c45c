"""A replacement whose old object has gone, and whose new one cannot be made."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def made():
    a = Box("a", rack="1")
    Box("b", value=a.arn)


def failing():
    a = Box("a", rack="2", fails=["create"])
    Box("b", value=a.arn)


def mended():
    a = Box("a", rack="2")
    Box("b", value=a.arn)


PHASES = [up(made), up(failing), preview(mended), up(mended)]
