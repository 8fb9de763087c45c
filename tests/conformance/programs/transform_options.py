"""Transforms may set the options of what is registered."""

import pulumi
from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def careful(args):
    if args.type_ != "lab:index:Box":
        return None
    more = ResourceOptions(
        protect=True,
        ignore_changes=["size"],
        additional_secret_outputs=["arn"],
        custom_timeouts=pulumi.CustomTimeouts(create="5m"),
        aliases=[pulumi.Alias(name=f"former-{args.name}")],
    )
    return pulumi.ResourceTransformResult(args.props, ResourceOptions.merge(args.opts, more))


def made(size):
    def program():
        pulumi.runtime.register_resource_transform(careful)
        first = Box("a", size=size)
        Box("b", value=first.arn, opts=ResourceOptions(depends_on=[first]))

    return program


small, large = made("small"), made("large")
PHASES = [preview(small), up(small), up(large)]
