"""Components in components, what they say of themselves, and their removal."""

import pulumi
from pulumi import Output, ResourceOptions

from tests.conformance.lab import Box, Group
from tests.conformance.phases import preview, up


class House(pulumi.ComponentResource):
    arn: Output[str]

    def __init__(self, name, opts=None, floors=1):
        super().__init__("lab:index:House", name, {"floors": floors}, opts)
        self.rooms = [
            Box(f"{name}-{floor}", value=floor, opts=ResourceOptions(parent=self)) for floor in range(floors)
        ]
        self.arn = self.rooms[0].arn
        self.register_outputs({"arn": self.arn, "floors": floors})


def one():
    street = Group("street")
    pulumi.export("arn", House("house", ResourceOptions(parent=street), 1).arn)


def two():
    street = Group("street")
    pulumi.export("arn", House("house", ResourceOptions(parent=street), 2).arn)


def empty():
    Group("street")


PHASES = [preview(one), up(one), up(one), up(two), up(empty)]
