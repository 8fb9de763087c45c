"""A transform of function calls changes what is asked."""

import pulumi

from tests.conformance.lab import Box, shout_output
from tests.conformance.phases import preview, up


def other(args):
    return pulumi.InvokeTransformResult(args={"text": "other"}, opts=args.opts)


def made():
    pulumi.runtime.register_invoke_transform(other)
    Box("a", value=shout_output("text").apply(lambda answer: answer["text"]))


PHASES = [preview(made), up(made)]
