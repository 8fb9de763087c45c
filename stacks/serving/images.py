"""Where images come from: from where they are published, or in an air gap from its mirror."""

from __future__ import annotations

from environments.mirror import image_in
from stacks.cluster_stack import ClusterStack


def from_mirror(stack: ClusterStack, image: str) -> str:
    """The image as this environment names it.

    The registry of the environment's own account is inside the gap, too.
    """
    if image.startswith(f"{stack.environment.account_id}.dkr.ecr."):
        return image
    return image_in(stack.mirror, image)
