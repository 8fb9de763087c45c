"""Resources that are made in tasks of the program's event loop."""

import asyncio

import pulumi
from pulumi import Output

from tests.conformance.lab import Box
from tests.conformance.phases import up


async def later(name):
    await asyncio.sleep(0.01)
    return Box(name, value=1)


async def gathered():
    a, b = await asyncio.gather(later("a"), later("b"))
    return Box("c", value=Output.all(a.arn, b.arn).apply(", ".join)).arn


def made():
    pulumi.export("arn", asyncio.ensure_future(gathered()))


def handed_on():
    pulumi.export("arn", Output.from_input(asyncio.ensure_future(later("a"))).apply(lambda box: box.arn))


PHASES = [up(made), up(handed_on)]
