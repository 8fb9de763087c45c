"""The layers of an environment in the order they are applied, and the stacks each one has."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from environments.model import Environment

Program = Callable[[], None]
"""What both engines run: it declares resources, and learns from Pulumi's runtime which stack it is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One Pulumi project; its name is the project's."""

    name: str
    regions: Callable[[Environment], tuple[str, ...]]
    """The regions in which an environment has a stack of this layer, in the order they are applied."""

    @property
    def folder(self) -> Path:
        """Where its `Pulumi.yaml` is, and `pulumi up` works."""
        return Path(__file__).parent / self.name

    def program(self) -> Program:
        """The layer's program. It is imported here and not before: `pulumi_aws` takes half a second."""
        main: Program = importlib.import_module(f"stacks.{self.name}.program").main
        return main


def _every_region(env: Environment) -> tuple[str, ...]:
    return env.regions


LAYERS: Final = (Layer(name="foundation", regions=_every_region),)


def stack_name(env: Environment, region: str) -> str:
    """The name of a stack, the same in every layer: `prod.us-east-1`."""
    return f"{env.name}.{region}"
