"""A hook that fails before keeps the step from being done; one that fails after does not undo it."""

import pulumi
from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import up


def failing(args):
    raise ValueError(f"lab: no hook for {args.name}")


def before():
    hook = pulumi.ResourceHook("failing", failing)
    Box("a", value=1, opts=ResourceOptions(hooks=pulumi.ResourceHookBinding(before_create=[hook])))


def after():
    hook = pulumi.ResourceHook("failing", failing)
    Box("a", value=1, opts=ResourceOptions(hooks=pulumi.ResourceHookBinding(after_create=[hook])))


PHASES = [up(before), up(after)]
