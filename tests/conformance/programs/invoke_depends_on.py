"""A function that is asked only after something was made."""

import pulumi

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def made():
    a = Box("a")
    answer = pulumi.runtime.invoke_output(
        "lab:index:shout", {"text": "after"}, pulumi.InvokeOutputOptions(version="1.2.3", depends_on=[a])
    )
    Box("b", value=answer.apply(lambda found: found["text"]))


ORDERED = True
PHASES = [preview(made), up(made)]
