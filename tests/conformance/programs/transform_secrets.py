"""A transform gets secrets and unknowns as outputs, and what it makes of them stays what it is."""

import pulumi
from pulumi import Output, ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def doubled(args):
    value = Output.from_input(args.props.get("value")).apply(lambda inner: f"{inner} {inner}")
    return pulumi.ResourceTransformResult({**args.props, "value": value}, args.opts)


def made():
    first = Box("first", value="plain")
    Box("secret", value=Output.secret("hush"), opts=ResourceOptions(transforms=[doubled]))
    Box("unknown", value=first.arn, opts=ResourceOptions(transforms=[doubled]))


PHASES = [preview(made), up(made), up(made)]
