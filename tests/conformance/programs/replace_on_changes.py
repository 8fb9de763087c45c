"""The option replaceOnChanges makes a replacement of what would be an update."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def one():
    Box("a", value=1, opts=ResourceOptions(replace_on_changes=["value"]))
    Box("b", value={"inner": 1, "other": 1}, opts=ResourceOptions(replace_on_changes=["value.inner"]))
    Box("c", value=1, opts=ResourceOptions(replace_on_changes=["*"]))


def two():
    Box("a", value=2, opts=ResourceOptions(replace_on_changes=["value"]))
    Box("b", value={"inner": 1, "other": 2}, opts=ResourceOptions(replace_on_changes=["value.inner"]))
    Box("c", value=2, opts=ResourceOptions(replace_on_changes=["*"]))


def three():
    Box("a", value=2, size="large", opts=ResourceOptions(replace_on_changes=["value"]))
    Box("b", value={"inner": 3, "other": 2}, opts=ResourceOptions(replace_on_changes=["value.inner"]))
    Box("c", value=2, opts=ResourceOptions(replace_on_changes=["*"]))


PHASES = [up(one), preview(two), up(two), up(three)]
