"""The tags of one EC2 object, looked up by its id.

moto looks through the tags of all objects instead: slower with each object there is, and broken off with an
error when another request adds one meanwhile. A client then repeats what was done already.
"""

from __future__ import annotations

from typing import Any, Final

from moto.ec2.models.core import TaggedEC2Resource  # pyright: ignore[reportMissingTypeStubs]
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix  # pyright: ignore[reportMissingTypeStubs]

from provisioner.local.operation import Correction, Operation


def tags_of(resource: Any) -> list[dict[str, str]]:
    """As moto's `describe_tags` tells them."""
    tags: dict[str, str] = resource.ec2_backend.tags.get(resource.id) or {}
    if not tags:
        return []
    kind: str = EC2_PREFIX_TO_RESOURCE.get(get_prefix(resource.id), "")
    every = list(tags.items())  # in one piece, as other requests may add some
    return [
        {"resource_id": resource.id, "key": key, "value": value, "resource_type": kind}
        for key, value in every
    ]


OPERATIONS: Final[tuple[Operation, ...]] = ()
CORRECTIONS: Final[tuple[Correction, ...]] = ((TaggedEC2Resource, "get_tags", tags_of),)
