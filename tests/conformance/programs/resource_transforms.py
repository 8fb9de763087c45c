"""Transforms of a resource and of the component it is in change its inputs and options."""

import pulumi
from pulumi import ResourceOptions

from tests.conformance.lab import Box, Group
from tests.conformance.phases import preview, up


def larger(args):
    if args.type_ == "lab:index:Box":
        return pulumi.ResourceTransformResult(props={**args.props, "size": "large"}, opts=args.opts)
    return None


def kept(args):
    args.opts.retain_on_delete = True
    return pulumi.ResourceTransformResult(
        props={**args.props, "value": f"{args.name} {args.custom}"}, opts=args.opts
    )


def made():
    Box("a", value=1, opts=ResourceOptions(transforms=[larger]))
    group = Group("group", opts=ResourceOptions(transforms=[larger]))
    Box("b", value=1, opts=ResourceOptions(parent=group, transforms=[kept]))


PHASES = [preview(made), up(made)]
