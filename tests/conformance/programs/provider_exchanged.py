"""A resource that gets another provider than before keeps its object if nothing else differs."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box, Lab
from tests.conformance.phases import preview, up


def default():
    Box("a", value=1)


def own():
    Box("a", value=1, opts=ResourceOptions(provider=Lab("own")))


PHASES = [up(default), preview(own), up(own), up(default)]
