"""Transformations, the older kind, which the SDK makes itself."""

import pulumi
from pulumi import ResourceOptions

from tests.conformance.lab import Box, Group
from tests.conformance.phases import up


def larger(args):
    if args.type_ == "lab:index:Box":
        return pulumi.ResourceTransformationResult({**args.props, "size": "large"}, args.opts)
    return None


def made():
    group = Group("group", opts=ResourceOptions(transformations=[larger]))
    Box("a", value=1, opts=ResourceOptions(parent=group))
    Box("b", value=1)


PHASES = [up(made)]
