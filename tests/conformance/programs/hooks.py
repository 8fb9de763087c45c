"""Hooks run before and after what they are bound to."""

import pulumi
from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def said(when):
    def hook(args):
        news = dict(args.new_inputs or {}).get("value")
        outs = dict(args.new_outputs or {}).get("generation")
        pulumi.log.info(f"lab: {when} {args.name} with {news} and {outs}")

    return hook


def bound():
    names = (
        "before_create",
        "after_create",
        "before_update",
        "after_update",
        "before_delete",
        "after_delete",
    )
    return pulumi.ResourceHookBinding(**{name: [pulumi.ResourceHook(name, said(name))] for name in names})


def one():
    Box("a", value=1, opts=ResourceOptions(hooks=bound()))


def two():
    Box("a", value=2, opts=ResourceOptions(hooks=bound()))


def nothing():
    bound()


PHASES = [preview(one), up(one), up(two), up(two), up(nothing)]
