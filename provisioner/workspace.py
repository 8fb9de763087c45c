"""What one command works with: an environment, its stacks, and the engine that holds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from environments.load import Loaded
from environments.model import Environment
from provisioner.causes import explained
from provisioner.engine.interface import Access, Engine, Stack, Watching
from provisioner.plan.model import Mode, StackPlan
from provisioner.schedule import LayerStacks, Phase, schedule

if TYPE_CHECKING:  # rules are loaded where there is something to judge
    from provisioner.judging import Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """What one command works with."""

    name: str
    """The environment as the person called it on the command line."""

    environment: Environment
    engine: Engine
    layers: tuple[LayerStacks, ...]
    notices: tuple[str, ...] = ()
    """What the person should know before anything else."""

    endpoint: str | None = None
    """Of the local cloud, if it runs."""

    begin: Callable[[], None] = lambda: None
    """To be called before the first change."""

    files: Loaded | None = None
    """The environment as it was read, with the place of each setting."""

    providers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Version of each provider."""

    may_fork: bool = True
    """Whether stacks may be planned in children of this process."""

    puts_back: bool = False
    """Whether what others have set since is taken back."""

    @property
    def called(self) -> str:
        """The environment's own name."""
        return self.environment.name

    @property
    def folder(self) -> str | None:
        """What is for its clusters is written into it; None: it is applied to them."""
        into = self.environment.rendered_into
        return str(into) if into else None

    @property
    def is_disposable(self) -> bool:
        """Whether nothing in it counts as data."""
        return self.environment.cloud == "local"

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """All stacks, also those that the environment has no more."""
        return tuple(stack for layer in self.layers for stack in layer.stacks)

    def schedule(self, mode: Mode) -> tuple[Phase, ...]:
        """What is done after what."""
        return schedule(self.layers, mode)

    def explained(self, plan: StackPlan) -> StackPlan:
        """The plan with what people want to know about its steps."""
        source = self.files.source if self.files else None
        return explained(plan, source, is_disposable=self.is_disposable)

    def judged(self, plans: Sequence[StackPlan]) -> Judged | None:
        """What the rules say of the plans. Raises `RulesBroken`."""
        if self.files is None or not any(plan.changed for plan in plans):
            return None
        from provisioner.policing import judged_plans  # noqa: PLC0415 - not where nothing changes

        return judged_plans(self.files, plans)

    def watch(self, plans: Sequence[StackPlan], judged: Judged) -> Watching:
        """Who judges again before each step of an apply of these plans."""
        from provisioner.policing import watch  # noqa: PLC0415 - as above

        assert self.files is not None, "what was judged came from files"
        found = watch(self.files, plans, judged)
        return Watching(forbids=found.forbids, learns=found.learns)

    def judged_afterwards(self, before: Judged) -> Judged | None:
        """What the rules say of what is recorded now; None if they could tell everything `before`."""
        if not before.report.deferred or self.files is None:
            return None
        from provisioner.policing import judged_states  # noqa: PLC0415 - as above

        documents: list[Mapping[str, Any]] = []
        for stack in self.stacks:
            with self.engine.open(stack, Access.READ) as run:
                documents.append(run.export())
        return judged_states(self.files, documents)
