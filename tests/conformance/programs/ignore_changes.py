"""The option ignoreChanges: what is ignored keeps its old value, also inside a property."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def made(first, inner, other):
    Box("a", value=first, size="large", opts=ResourceOptions(ignore_changes=["value"]))
    Box("b", value={"inner": inner, "other": other}, opts=ResourceOptions(ignore_changes=["value.inner"]))
    Box("c", value=[first, other], opts=ResourceOptions(ignore_changes=["value[0]"]))
    Box("d", zone=f"zone {inner}", opts=ResourceOptions(ignore_changes=["zone"]))


def one():
    made(1, 1, 1)


def ignored():
    made(2, 2, 1)


def both():
    made(3, 3, 3)


def dropped():
    Box("a", size="small", opts=ResourceOptions(ignore_changes=["value"]))


PHASES = [up(one), preview(ignored), up(ignored), up(both), up(dropped)]
