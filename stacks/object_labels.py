"""Labels that say whose every object in a cluster is, as tags do for objects of AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import pulumi

from stacks.selection import Selection

MANAGED_BY: Final = "app.kubernetes.io/managed-by"
ENVIRONMENT: Final = "provisioner/environment"
LAYER: Final = "provisioner/layer"
OWNER: Final = "provisioner/owner"
"""An annotation: a mail address is no value of a label."""


def label_every_object(here: Selection, layer: str) -> None:
    """Gives every Kubernetes object declared from now on the labels of its environment, and its owner.

    They are on the object itself, not on pods it makes: selectors and what is restarted stay as they are.
    What the program says for the same names counts.
    """
    env = here.environment
    labels = {MANAGED_BY: "provisioner", ENVIRONMENT: env.name, LAYER: layer}
    annotations = {OWNER: env.owner}

    def marked(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        # With an id it is somebody else's object, and only read; a patch is of somebody else's, too.
        is_ours = args.type_.startswith("kubernetes:") and not args.type_.endswith("Patch")
        if not is_ours or "metadata" not in args.props or args.opts.id is not None:
            return None
        metadata = _with(args.props["metadata"], labels=labels, annotations=annotations)
        return pulumi.ResourceTransformationResult({**args.props, "metadata": metadata}, args.opts)

    pulumi.runtime.register_stack_transformation(marked)


def _with(metadata: Any, **ours: Mapping[str, str]) -> Any:
    """The metadata with these mappings joined in; what is not known of the rest stays where it is."""
    match metadata:
        case pulumi.Output():
            return cast("pulumi.Output[Any]", metadata).apply(lambda known: _with(known, **ours))
        case None:
            return dict(ours)
        case Mapping():
            said = cast("Mapping[str, Any]", metadata)
            return {**said, **_joined(said, ours)}
        case _:  # what the SDK calls an input type: its attributes are its arguments
            arguments = cast("dict[str, Any]", vars(metadata))
            return type(metadata)(**{**arguments, **_joined(arguments, ours)})


def _joined(said: Mapping[str, Any], ours: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {name: _over(said.get(name), values) for name, values in ours.items()}


def _over(said: Any, ours: Mapping[str, str]) -> Any:
    if isinstance(said, pulumi.Output):
        return cast("pulumi.Output[Any]", said).apply(lambda known: _over(known, ours))
    return {**ours, **cast("Mapping[str, Any]", said or {})}
