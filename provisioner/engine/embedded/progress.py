"""What has been decided and done in a run so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, TypeVar

from provisioner.engine.embedded.hooks import Hooks
from provisioner.engine.embedded.state import Edit, ResourceState
from provisioner.engine.embedded.work import Outcome, Work
from provisioner.engine.failures import Failure, InvalidInputs, PlanHasChanged, ProtectedResources
from provisioner.engine.interface import STEADY, Failed, Watching
from provisioner.engine.plan_failures import NeedsPlan
from provisioner.plan.conform import deviation, identity, makes_room
from provisioner.plan.model import Op, Step
from provisioner.plan.values import Properties

T = TypeVar("T")


class Carrier(Protocol):
    """Does what is decided, or imagines it."""

    @property
    def in_flight(self) -> int:
        """How much of the work has not come back yet."""
        ...

    def note(self, edits: Sequence[Edit]) -> None:
        """Record what needs no provider."""
        ...

    def carry(self, work: Work, done: Callable[[Outcome], None]) -> None:
        """Do the work; `done` is called on the deciding thread."""
        ...

    def aside(self, look: Callable[[], T], done: Callable[[T], None]) -> None:
        """Call what changes nothing and may take a while; `done` is called on the deciding thread."""
        ...

    @property
    def hooks(self) -> Hooks:
        """The program's functions around steps."""
        ...

    def halt(self) -> None:
        """Forget the work that waits for a free thread; what runs is finished. It ends the carrying."""
        ...


@dataclass
class Progress:
    """The steps of a run; only the deciding thread touches it."""

    approved: Mapping[tuple[str, str], Step] | None = None
    """The plan to keep to; None while it is being made."""

    is_unseen: bool = False
    """Whether there was no plan, and every step is agreed to that deletes and replaces nothing."""

    goes_on: bool = False
    """Whether what does not depend on a refused step is done all the same."""

    watching: Watching = STEADY.watching
    """Who may keep a step of an apply from being done."""

    steps: list[Step] = field(default_factory=list[Step])
    protected: dict[str, None] = field(default_factory=dict[str, None])
    """URNs, each once, in the order in which they were found."""

    problems: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    settings: dict[str, str] = field(default_factory=dict[str, str])
    """URN of what was refused -> the setting that it was made from."""

    failed: list[Failed] = field(default_factory=list[Failed])
    complaints: list[Failed] = field(default_factory=list[Failed])
    """What went wrong after steps that were done."""

    must_stop: bool = False
    """Whether something was refused, and nothing more is to be started."""

    notes: list[str] = field(default_factory=list[str])
    done: Counter[str] = field(default_factory=Counter[str])
    finished: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    outputs: Properties | None = None
    """The stack's outputs, once the program has reported them."""

    withheld: Mapping[str, str] = field(default_factory=dict[str, str])
    """Outputs that an apply would not have, and the URN of what is left out and would have to be there."""

    @property
    def is_preview(self) -> bool:
        """Whether the plan is just being made."""
        return self.approved is None

    def decided(self, step: Step) -> None:
        """A step was decided. Raises `PlanHasChanged` if it is not the approved one, and as who watches."""
        if self.approved is not None:
            self._must_be_agreed(step, self.approved)
            self.watching.forbids(step)
        self.steps.append(step)

    def _must_be_agreed(self, step: Step, approved: Mapping[tuple[str, str], Step]) -> None:
        if self.is_unseen:
            if step.op.removes_something:
                raise NeedsPlan(step.op.value, step.urn)
        elif (found := deviation(approved.get(identity(step)), step)) is not None:
            raise PlanHasChanged(step.urn, *found)

    def keeper(self, record: ResourceState) -> str:
        """The URN of the resource which, by the approved plan, keeps a live object that is in another's way.

        Empty if a step agrees that the object goes first. Raises `PlanHasChanged` if there is no step.
        """
        if self.approved is None:
            return ""
        planned = self._of_objects.get((record.type, record.id))
        if planned is None:
            raise PlanHasChanged(record.urn, "nothing", Op.DELETE.value)
        return "" if makes_room(planned) else planned.urn

    def never_asked_for(self, urn: str) -> PlanHasChanged:
        """The failure of a run in which the program does not come to ask for what it was to keep."""
        return PlanHasChanged(urn, (self.approved or {})[(urn, "")].op.value, "nothing")

    @cached_property
    def _of_objects(self) -> Mapping[tuple[str, str], Step]:
        approved = self.approved or {}
        return {(step.type, step.id): step for step in approved.values() if step.id}

    def protects(self, urn: str) -> None:
        """A step would remove what is protected. Raises `ProtectedResources` when it is no longer a plan."""
        self.protected[urn] = None
        self._fail_if_approved()

    def refuse(self, problems: Iterable[tuple[str, str, str]]) -> None:
        """A provider will not take some inputs. Raises `InvalidInputs` when it is no longer a plan."""
        self.problems += problems
        self._fail_if_approved()

    def carried(self, step: Step, made: ResourceState | None = None) -> None:
        """A step was done; `made` is the record that it left, if who watches may want to know."""
        if made is not None and not self.is_preview:
            self.watching.learns(made.urn, made.id, made.outputs)
        self.done[step.op.value] += 1
        self.finished.add(identity(step))

    def refused(self, step: Step, outcome: Outcome, *, is_whole: bool = False) -> bool:
        """A provider refused a step, of which nothing was done if it `is_whole`; whether the run goes on."""
        self.failed.append(Failed(step.urn, outcome.refusal, step.op, outcome.code))
        self.must_stop = self.must_stop or not (self.goes_on and is_whole)
        return not self.must_stop

    def complain(self, step: Step, trouble: str) -> None:
        """Something went wrong after a step that was done; it stays done, and the run has failed."""
        self.complaints.append(Failed(step.urn, trouble, step.op, ""))
        self.must_stop = self.must_stop or not self.goes_on

    def failure(self) -> Failure | None:
        """Why this plan cannot be carried out at all, if so: every problem at once."""
        if self.problems:
            return InvalidInputs(tuple(sorted(self.problems)), self.settings)
        if self.protected:
            return ProtectedResources(tuple(self.protected))
        return None

    def _fail_if_approved(self) -> None:
        """A plan says everything that is wrong at once; an apply goes no further than the first of it."""
        if self.approved is not None and (failure := self.failure()) is not None:
            raise failure

    def not_done(self) -> tuple[str, ...]:
        """URNs of approved changes that were not carried out."""
        approved = self.approved or {}
        return tuple(
            step.urn
            for key, step in approved.items()
            if step.op.changes_something and key not in self.finished
        )
