"""The rule of air gaps about where images come from."""

from __future__ import annotations

from collections.abc import Iterator

from policies.boundary import is_own_registry
from policies.bundle import lock
from policies.delivered_charts import DELIVERED
from policies.images import image
from policies.model import Finding, Resource, every, rule
from policies.pods import CHARTS, IMAGE_BEARING
from policies.scene import Scene
from policies.written_images import MANIFESTS, Written, images_in


@rule(
    "AG-009",
    *IMAGE_BEARING,
    *CHARTS,
    *DELIVERED,
    MANIFESTS,
    "aws:eks/addon:Addon",
    fix="Name the image as it is in `connectivity.mirror` or in the environment's `registry`, by its digest; "
    "those of the mirror stand in the file that `connectivity.images` names.",
    reads=("spec.template.spec.containers[].image",),
)
def images_only_from_mirror(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Images come from the mirror or the environment's own registry, by digest.

    Where a bundle's lock is given, the digest is one of the bundle's; that there is one is AG-022's matter.
    """
    yield from every(*(_image(resource, each, scene) for each in images_in(resource, scene)))


def _image(resource: Resource, written: Written, scene: Scene) -> Iterator[Finding]:
    found, locked = image(written.text()), lock(scene.facts)
    if found is None:
        yield Finding(resource, written.path, "This is no reference to an image.")
    elif not is_own_registry(scene.facts, found.host):
        yield Finding(resource, written.path, "The image comes from neither the mirror nor an own registry.")
    elif not found.is_pinned:
        yield Finding(resource, written.path, "The image has no digest, so what it is may change.")
    elif locked and not locked.has("image", digest=found.digest):
        yield Finding(resource, written.path, "The image is none of the verified bundle's.")


RULES = (images_only_from_mirror,)
