"""A dynamic resource whose provider raises."""

from pulumi import dynamic

from tests.conformance.phases import preview, up


class Raising(dynamic.ResourceProvider):
    def create(self, props):
        raise ValueError("lab: no such resource")


class Thing(dynamic.Resource):
    def __init__(self, name):
        super().__init__(Raising(), name, {})


def made():
    Thing("a")


PHASES = [preview(made), up(made)]
