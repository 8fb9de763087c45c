"""Hooks of a component run around its registration, when its outputs are there, and around its removal."""

import pulumi
from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up

NAMES = ("before_create", "after_create", "before_update", "after_update", "before_delete", "after_delete")


def said(when):
    return lambda args: pulumi.log.info(f"lab: {when} {args.name}")


def bound():
    return pulumi.ResourceHookBinding(**{name: [pulumi.ResourceHook(name, said(name))] for name in NAMES})


def room(size):
    group = pulumi.ComponentResource("lab:index:Room", "room", {"size": size}, ResourceOptions(hooks=bound()))
    Box("a", value=1, opts=ResourceOptions(parent=group))
    group.register_outputs({"size": size})


def one():
    room(1)


def two():
    room(2)


def nothing():
    bound()


PHASES = [preview(one), up(one), up(two), up(two), up(nothing)]
