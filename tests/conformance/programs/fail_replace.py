"""A replacement whose new object cannot be made leaves the old one."""

from tests.conformance.lab import Box
from tests.conformance.phases import up


def made():
    Box("a", zone="here")


def failing():
    Box("a", zone="there", fails=["create"])


PHASES = [up(made), up(failing), up(made)]
