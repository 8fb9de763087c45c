"""A component that the provider makes, and a method of it."""

import pulumi
from pulumi import Output

from tests.conformance.phases import destroy, preview, up


class Pair(pulumi.ComponentResource):
    arn: Output[str]

    def __init__(self, name, value):
        opts = pulumi.ResourceOptions(version="1.2.3")
        super().__init__("lab:index:Pair", name, {"value": value, "arn": None}, opts, remote=True)

    def described(self, text):
        return pulumi.runtime.call("lab:index:Pair/describe", {"text": text}, self).apply(
            lambda found: found["text"]
        )


def one():
    pair = Pair("pair", "first")
    pulumi.export("arn", pair.arn)
    pulumi.export("described", pair.described("a word"))


def two():
    pair = Pair("pair", "second")
    pulumi.export("arn", pair.arn)


PHASES = [preview(one), up(one), up(one), up(two), destroy()]
