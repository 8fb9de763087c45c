"""A program asks the engine for a resource that it has made, by its URN."""

import asyncio

import pulumi

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


async def asked():
    made = Box("a", value=1)
    again = Box("again", opts=pulumi.ResourceOptions(urn=await made.urn.future()))
    return Box("b", value=again.arn).arn


def made():
    pulumi.export("arn", asyncio.ensure_future(asked()))


def unknown():
    Box("again", opts=pulumi.ResourceOptions(urn="urn:pulumi:test::conformance::lab:index:Box::nobody"))


PHASES = [preview(made), up(made), up(unknown)]
