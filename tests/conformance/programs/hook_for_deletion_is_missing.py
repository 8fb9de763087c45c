"""What was made with a hook for its deletion is not deleted by a program without it."""

import pulumi
from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import up


def quiet(args):
    pulumi.log.info(f"lab: before the deletion of {args.name}")


def made():
    hook = pulumi.ResourceHook("quiet", quiet)
    Box("a", value=1, opts=ResourceOptions(hooks=pulumi.ResourceHookBinding(before_delete=[hook])))


def nothing():
    pass


PHASES = [up(made), up(nothing)]
