"""The plugin `pulumi-resource-parts`: components that are made in its process, on the SDK's own host for such plugins."""

from typing import Optional, TypedDict

import pulumi
from pulumi.provider.experimental import component_provider_host


class PairArgs(TypedDict):
    """What a pair is made of."""

    size: pulumi.Input[float]
    password: Optional[pulumi.Input[str]]
    fails: Optional[pulumi.Input[bool]]


class Pair(pulumi.ComponentResource):
    """Two objects of the laboratory, the second of which stands on the first."""

    arn: pulumi.Output[str]
    password: pulumi.Output[Optional[str]]

    def __init__(self, name: str, args: PairArgs, opts: Optional[pulumi.ResourceOptions] = None):
        super().__init__("parts:index:Pair", name, {}, opts)
        if args.get("fails"):
            raise ValueError("a pair of what?")
        below = pulumi.ResourceOptions(parent=self, version="1.2.3")
        first = Box(f"{name}-first", below, size=args["size"], password=args.get("password"))
        second = Box(f"{name}-second", below, of=first.arn)
        self.arn = second.arn
        self.password = first.password
        self.register_outputs({"arn": self.arn, "password": self.password})


class Box(pulumi.CustomResource):
    """An object of the laboratory."""

    arn: pulumi.Output[str]
    password: pulumi.Output[Optional[str]]

    def __init__(self, name, opts, **inputs):
        super().__init__("lab:index:Box", name, {"password": None, **inputs, "arn": None}, opts)


if __name__ == "__main__":
    component_provider_host(name="parts", components=[Pair])
