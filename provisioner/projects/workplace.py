"""A stack of a project, as the commands that change things work with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from provisioner.causes import explained
from provisioner.engine.interface import Engine, Stack, Watching
from provisioner.plan.model import Mode, StackPlan
from provisioner.projects.running import Opened
from provisioner.schedule import Phase, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """One stack."""

    opened: Opened
    notices: tuple[str, ...] = ()
    endpoint: None = None
    folder: None = None
    begin: Callable[[], None] = lambda: None

    is_disposable: bool = False
    """What a program that is not ours makes may hold anything."""

    @property
    def engine(self) -> Engine:
        """The embedded one."""
        return self.opened.engine

    @property
    def name(self) -> str:
        """The stack's, as it was asked for."""
        return self.opened.stack.name

    @property
    def called(self) -> str:
        """What is typed to agree to its destruction."""
        return self.opened.stack.name

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """The one."""
        return (self.opened.stack,)

    def schedule(self, mode: Mode) -> tuple[Phase, ...]:
        """There is nothing before it, and nothing after."""
        return ((Task(self.opened.stack, mode),),)

    def explained(self, plan: StackPlan) -> StackPlan:
        """The plan with what people want to know about its steps."""
        return explained(plan, None, is_disposable=self.is_disposable)

    def judged(self, plans: Sequence[StackPlan]) -> None:
        """Nothing: rules are about environments."""

    def watch(self, _plans: Sequence[StackPlan], _judged: object) -> Watching:
        """Never asked for, since nothing is judged."""
        return Watching()

    def judged_afterwards(self, _before: object) -> None:
        """Never asked for either."""
