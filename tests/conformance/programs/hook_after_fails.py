"""A hook after a step that fails undoes nothing, and nothing more is begun."""

import pulumi
from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import up


def failing(args):
    raise ValueError(f"not after {args.name}")


def made():
    binding = pulumi.ResourceHookBinding(after_create=[pulumi.ResourceHook("failing", failing)])
    a = Box("a", value=1, opts=ResourceOptions(hooks=binding))
    Box("b", value=a.value)
    pulumi.export("value", a.value)


PHASES = [up(made), up(made)]
