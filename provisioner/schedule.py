"""In which order the stacks of an environment are planned and applied. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provisioner.engine.interface import Stack
from provisioner.plan.model import Mode


@dataclass(frozen=True, slots=True)
class LayerStacks:
    """The stacks of one layer."""

    living: tuple[tuple[Stack, ...], ...]
    """Those the environment has, one group after the other; within a group side by side."""

    gone: tuple[Stack, ...] = ()
    """Those that are recorded, and that the environment has no more: a region that was removed."""

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """All of them."""
        return (*(stack for group in self.living for stack in group), *self.gone)


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A stack, and what is to become of it. Each is itself: two are never the same."""

    stack: Stack
    mode: Mode


Phase = tuple[Task, ...]
"""Tasks that need nothing of each other."""


def schedule(layers: Sequence[LayerStacks], mode: Mode) -> tuple[Phase, ...]:
    """What is done after what: each layer after those it builds on, and removed in the opposite order.

    Stacks the environment has no more are removed before what they stand on changes; those that all others
    stand on when the others have let go of them.
    """
    if mode is Mode.UPDATE:
        ground, *upper = layers
        phases = [
            *(_phase(layer.gone, Mode.DESTROY) for layer in reversed(upper)),
            *(_phase(group, mode) for layer in layers for group in layer.living),
            _phase(ground.gone, Mode.DESTROY),
        ]
    else:
        phases = [
            _phase(group, mode)
            for layer in reversed(layers)
            for group in (layer.gone, *reversed(layer.living))
        ]
    return tuple(phase for phase in phases if phase)


def _phase(stacks: Sequence[Stack], mode: Mode) -> Phase:
    return tuple(Task(stack, mode) for stack in stacks)
