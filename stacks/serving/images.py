"""Where images come from: from where they are published, or in an air gap from its mirror."""

from __future__ import annotations

from environments.connectivity import AirGap
from environments.model import Environment
from environments.software import image_in


def from_mirror(env: Environment, image: str) -> str:
    """The image as this environment names it.

    The registry of the environment's own account is inside the gap, too.
    """
    if not isinstance(env.connectivity, AirGap):
        return image
    inside = (f"{env.connectivity.mirror}/", f"{env.account_id}.dkr.ecr.")
    return image if image.startswith(inside) else image_in(env.connectivity.mirror, image)
