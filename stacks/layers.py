"""The layers of an environment in the order they are applied, and the stacks each one has."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from environments.clouds import NONE
from environments.cluster import EksCluster
from environments.model import Environment

Program = Callable[[], None]
"""What both engines run: it declares resources, and learns from Pulumi's runtime which stack it is for."""

Regions = tuple[tuple[str, ...], ...]
"""Groups of regions: one group after the other, within a group side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One Pulumi project; its name is the project's."""

    name: str
    regions: Callable[[Environment], Regions]
    """The regions in which an environment has a stack of this layer, in the order they are applied."""

    @property
    def folder(self) -> Path:
        """Where its `Pulumi.yaml` is, and `pulumi up` works."""
        return Path(__file__).parent / self.name

    def program(self) -> Program:
        """The layer's program. It is imported here and not before: `pulumi_aws` takes half a second."""
        main: Program = importlib.import_module(f"stacks.{self.name}.program").main
        return main


def _primary_first(env: Environment) -> Regions:
    """Replicas hold copies of what the primary has; without a cloud there is at most a Vault to stand on."""
    if env.cloud == NONE:
        return ((env.region,),) if env.encryption.vault else ()
    primary, *replicas = env.regions
    return ((primary,), tuple(replicas)) if replicas else ((primary,),)


def _primary_if_several(env: Environment) -> Regions:
    """What needs both sides is one stack, with a provider for each region."""
    return ((env.region,),) if env.replicas else ()


def _clusters(env: Environment) -> Regions:
    """Clusters need nothing of each other."""
    return (env.regions,) if isinstance(env.cluster, EksCluster) else ()


def _delivered(env: Environment) -> Regions:
    """What runs in the clusters needs nothing of another region's."""
    return (env.regions,) if env.delivery else ()


def _served(env: Environment) -> Regions:
    """What answers requests needs nothing of another region's either."""
    return (env.regions,) if env.delivery and env.models else ()


LAYERS: Final = (
    Layer(name="foundation", regions=_primary_first),
    Layer(name="links", regions=_primary_if_several),
    Layer(name="cluster", regions=_clusters),
    Layer(name="platform", regions=_delivered),
    Layer(name="serving", regions=_served),
)


IN_CLUSTERS: Final = ("platform", "serving")
"""Layers of what is in a cluster, and not in a cloud."""


def stack_name(env: Environment, region: str) -> str:
    """The name of a stack, the same in every layer: `prod.us-east-1`."""
    return f"{env.name}.{region}"
