"""Replaced because somebody says so."""

from tests.conformance.lab import Box
from tests.conformance.phases import up


def one():
    a = Box("a", value=1)
    Box("b", value=a.arn)


PHASES = [up(one), up(one, replaces=("lab:index:Box::a",))]
