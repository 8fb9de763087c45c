"""A resource of another type keeps its object if an alias tells the old type."""

import pulumi
from pulumi import Alias, ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import up


class Crate(pulumi.CustomResource):
    def __init__(self, name, opts=None, **inputs):
        super().__init__(
            "lab:index:Crate", name, inputs, ResourceOptions.merge(ResourceOptions(version="1.2.3"), opts)
        )


def box():
    Box("a", value=1)


def crate():
    Crate("a", value=1, opts=ResourceOptions(aliases=[Alias(type_="lab:index:Box")]))


PHASES = [up(box), up(crate)]
