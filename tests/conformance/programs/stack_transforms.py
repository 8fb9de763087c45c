"""A transform of the stack sees everything, awaits what it likes, and comes last."""

import pulumi
from pulumi import ResourceOptions

from tests.conformance.lab import Box, shout_output
from tests.conformance.phases import preview, up


async def numbered(args):
    if args.type_ == "lab:index:Box":
        text = await shout_output("late").future()
        return pulumi.ResourceTransformResult(props={**args.props, "size": text["text"]}, opts=args.opts)
    return None


def early(args):
    return pulumi.ResourceTransformResult(props={**args.props, "size": "early"}, opts=args.opts)


def made():
    pulumi.runtime.register_resource_transform(numbered)
    Box("a", value=1, opts=ResourceOptions(transforms=[early]))
    Box("b", value=1)


PHASES = [preview(made), up(made)]
