"""A function of the provider: asked at once, and with what is only known later."""

import pulumi
from pulumi import Output

from tests.conformance.lab import Box, shout, shout_output
from tests.conformance.phases import preview, up


def made():
    a = Box("a", value=shout("now")["text"])
    Box("b", value=shout_output(a.arn).apply(lambda answer: answer["text"]))
    pulumi.export("secret", shout_output(Output.secret("quiet")))


PHASES = [preview(made), up(made), up(made)]
