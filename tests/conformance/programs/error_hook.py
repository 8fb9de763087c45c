"""A hook for errors says whether to try again."""

import pulumi
from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import up


def again(args):
    pulumi.log.info(f"lab: {args.failed_operation} of {args.name} failed {len(args.errors)} times")
    return len(args.errors) < 3


def made():
    hook = pulumi.ErrorHook("again", again)
    Box("a", fails=["create"], opts=ResourceOptions(hooks=pulumi.ResourceHookBinding(on_error=[hook])))


PHASES = [up(made)]
