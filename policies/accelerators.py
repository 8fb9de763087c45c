"""Machines with GPUs, or with accelerators of AWS's own, among node groups; and pods that ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from environments.gpu_catalogue import PROFILES, GpuProfile
from policies.model import Part, Resource
from policies.pods import containers
from policies.scene import Scene
from policies.values import fields, number, texts

NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
ASKED: Final = ("nvidia.com/", "aws.amazon.com/neuron")
"""How the names begin of what pods ask for: whole GPUs, shared ones and slices."""


def profiles(group: Resource, scene: Scene) -> tuple[GpuProfile, ...]:
    """Those of a node group's machine types that are in the catalogue. Raises `Undecided`."""
    names = texts(group.get("instanceTypes"))
    if not names:
        templates = scene.referred(group, "launchTemplate.id", TEMPLATE)
        names = tuple(name for each in templates for name in texts(each.get("instanceType")))
    return tuple(PROFILES[name] for name in names if name in PROFILES)


def asking(spec: Part) -> Iterator[tuple[Part, str, float]]:
    """Containers of a pod that ask for accelerators, with the path of the number, and how many.

    Whoever claims devices asks for one at least: how many, the template of the claim says.
    """
    for each in containers(spec):
        yield from ((each, claim.path, 1) for claim in each.parts("resources.claims"))
        for kind in ("limits", "requests"):
            for key, value in fields(each.get(f"resources.{kind}")).items():
                if key.startswith(ASKED) and (count := number(value)):
                    yield each, each.at(f'resources.{kind}["{key}"]'), count


def asks(spec: Part) -> bool:
    """Whether a pod asks for accelerators. Raises `Undecided`."""
    return any(True for _ in asking(spec))
