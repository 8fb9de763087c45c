"""The sentences about the images of an air gap."""

from __future__ import annotations

from typing import Final

from provisioner.engine.image_failures import ImagesNotLocked, NoMirror
from provisioner.report.message import Message, Trouble

OfImages = NoMirror | ImagesNotLocked

_SHOWN: Final = 20
"""Images that are listed."""


def explain_images(failure: OfImages, environment: str, again: str = "") -> Message:
    """The message for a failure; `environment` and `again` as in `explain`."""
    match failure:
        case NoMirror():
            return Message(
                Trouble.NO_MIRROR,
                "Digests are asked of an air gap's mirror, and this environment takes its images from where"
                " they are published.",
                "write `connectivity: {kind: airgap, mirror: …}`; what the environment needs is listed by:",
                (f"provisioner images list {environment}",),
            )
        case ImagesNotLocked(host, missing, asked):
            rows = "\n".join(f"  - {image}: {reason}" for image, reason in missing[:_SHOWN])
            more = f"\n  and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
            return Message(
                Trouble.NOT_LOCKED,
                f"Of {asked} images and charts, {host} does not say the digest of {len(missing)}. Nothing was"
                f" written.\n{rows}{more}",
                "copy what is missing into the mirror (`crane copy`, `skopeo copy --all`), log in to it"
                " (`docker login`), or have its certificate trusted (`SSL_CERT_FILE`); then type the same.",
                (again or f"provisioner images lock {environment}",),
            )
