"""Tags that say whose every object is, and by which it is found again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import pulumi

from stacks.layers import stack_name
from stacks.selection import Selection


def default_tags(here: Selection, layer: str) -> dict[str, str]:
    """The tags every object of the stack carries; a provider adds them."""
    env = here.environment
    return {
        "owner": env.owner,
        "environment": env.name,
        "data-class": env.data_class,
        "layer": layer,
        "managed-by": "provisioner",
        "provisioner:stack": stack_name(env, here.region),
    }


def name_every_object() -> None:
    """Gives every object declared from now on its logical name as tag `Name`, where its type has tags.

    With the stack's and the layer's tags, a `Name` belongs to one object of a type: so an object can be found
    whose id was lost when a run was killed. All get it here, because one that is forgotten could not be.
    """
    pulumi.runtime.register_stack_transformation(_named)


def _named(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    # With an id it is somebody else's object, and only read.
    if "tags" not in args.props or args.opts.id is not None:
        return None
    own = cast("Mapping[str, pulumi.Input[str]] | None", args.props["tags"])
    return pulumi.ResourceTransformationResult(
        {**args.props, "tags": {**(own or {}), "Name": args.name}}, args.opts
    )
