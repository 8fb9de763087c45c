"""Secrets in inputs stay secret in what is recorded, also inside a value, and in what is made from them."""

import pulumi
from pulumi import Output

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def made():
    a = Box("a", value=Output.secret("whole"))
    Box("b", value={"inner": Output.secret(7), "other": 8})
    Box("c", value=a.value.apply(lambda value: f"{value}!"))
    Box("d", value=Output.unsecret(a.value))
    pulumi.export("value", a.value)


def changed():
    a = Box("a", value=Output.secret("other"))
    Box("b", value={"inner": Output.secret(7), "other": 8})
    Box("c", value=a.value.apply(lambda value: f"{value}!"))
    Box("d", value=Output.unsecret(a.value))
    pulumi.export("value", a.value)


def bare():
    Box("a", value="other")


PHASES = [preview(made), up(made), up(made), up(changed), up(bare)]
