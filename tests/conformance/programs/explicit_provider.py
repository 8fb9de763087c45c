"""A provider of the program's own, handed to a resource, and through components."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box, Group, Lab
from tests.conformance.phases import destroy, preview, up


def made():
    one = Lab("one", account="1")
    two = Lab("two", account="2")
    Box("a", opts=ResourceOptions(provider=one))
    group = Group("group", opts=ResourceOptions(providers=[two]))
    Box("b", opts=ResourceOptions(parent=group))
    inner = Group("inner", opts=ResourceOptions(parent=group, providers={"lab": one}))
    Box("c", opts=ResourceOptions(parent=inner))
    Box("d", opts=ResourceOptions(parent=inner, provider=two))
    Box("e")


PHASES = [preview(made), up(made), up(made), destroy()]
