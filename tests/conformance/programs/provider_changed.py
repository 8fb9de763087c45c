"""A provider that changes in place, and one that becomes another: then its resources are replaced."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box, Lab
from tests.conformance.phases import preview, up


def first():
    provider = Lab("own", account="1", note="a")
    Box("a", value=1, opts=ResourceOptions(provider=provider))


def noted():
    provider = Lab("own", account="1", note="b")
    Box("a", value=1, opts=ResourceOptions(provider=provider))


def moved():
    provider = Lab("own", account="2", note="b")
    Box("a", value=1, opts=ResourceOptions(provider=provider))


PHASES = [up(first), up(noted), preview(moved), up(moved)]
