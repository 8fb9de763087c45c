"""Carries out steps for real: provider calls on a pool of threads, each journalled before and after."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from provisioner.engine.embedded.concealment import masked
from provisioner.engine.embedded.journal import Journal
from provisioner.engine.embedded.planner import remarked, sealed_outputs
from provisioner.engine.embedded.rehearsal import as_object
from provisioner.engine.embedded.snapshot import Snapshot, breach_of
from provisioner.engine.embedded.state import Began, Edit, Ended, Noted, ResourceState
from provisioner.engine.embedded.work import Call, Outcome, Part, Work
from provisioner.engine.events import Event, StepFailed, StepStarted, StepSucceeded
from provisioner.engine.failures import StateBreaksRules
from provisioner.engine.interface import STEADY
from provisioner.plan.values import revealed
from provisioner.providers.interface import CONNECTION_LOST, Identity, Object, Refused

PARALLEL = STEADY.parallelism
"""Calls at once that read the cloud, or act on it where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class WorkEnded:
    """A piece of work came back from the pool, or never got there."""

    settle: Callable[[], None]
    """What the deciding thread has to do about it; raises what kept the work from its end."""


class Execution:
    """A carrier that does what steps say.

    `post` takes events and ended work to the thread that decides; only that thread changes the snapshot.
    """

    def __init__(
        self,
        journal: Journal,
        snapshot: Snapshot,
        operations: itertools.count[int],
        post: Callable[[Event | WorkEnded], None],
        now: Callable[[], str],
        parallelism: int = PARALLEL,
    ) -> None:
        self._journal = journal
        self._snapshot = snapshot
        self._operations = operations
        self._post = post
        self._now = now
        self._pool = ThreadPoolExecutor(parallelism, thread_name_prefix="provider")
        self._open: dict[int, Began] = {}
        self.in_flight = 0

    def note(self, edits: Sequence[Edit]) -> None:
        """Record what needs no provider, durably."""
        if edits:
            self._apply(edits)
            self._journal.append(Noted(tuple(edits)))

    def carry(self, work: Work, done: Callable[[Outcome], None]) -> None:
        """Start the work; `done` is called on the thread that decides, once the journal has the result."""
        self.in_flight += 1
        future = self._pool.submit(self._work, work)
        future.add_done_callback(lambda ended: self._post(WorkEnded(lambda: self._settle(ended, done))))

    def halt(self) -> None:
        """Forget the work that waits for a free thread; what runs is finished."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> tuple[Began, ...]:
        """Let go of the pool's threads; the operations whose end could not be journalled."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        return tuple(self._open.values())

    def _settle(self, future: Future[Outcome], done: Callable[[Outcome], None]) -> None:
        self.in_flight -= 1
        if not future.cancelled():
            self._apply(future.result().edits)
            done(future.result())

    def _apply(self, edits: Sequence[Edit]) -> None:
        for edit in edits:
            if (breach := breach_of(self._snapshot, edit)) is not None:
                raise StateBreaksRules((breach,))
            self._snapshot.apply(edit)

    def _work(self, work: Work) -> Outcome:
        edits: tuple[Edit, ...] = ()
        outcome = Outcome((), None)
        for part in work.parts:
            outcome = self._part(work, part)
            edits += outcome.edits
            if outcome.refusal:
                break
        return replace(outcome, edits=edits)

    def _part(self, work: Work, part: Part) -> Outcome:
        operation = next(self._operations)
        began = self._open[operation] = Began(operation, part.call.value, part.goal)
        self._journal.append(began)
        self._post(StepStarted(work.op, part.goal.urn, part.detail))
        start = time.monotonic()
        try:
            answer = _called(part)
        except Refused as refused:
            reason = masked(refused.reason or "refused", part.goal.inputs)
            edits = _edits_of_refusal(part, refused, reason, self._now())
            # Nobody knows what became of a call whose answer was lost: the next run finds out.
            if edits or refused.code != CONNECTION_LOST:
                self._end(operation, edits)
            self._post(StepFailed(work.op, part.goal.urn, reason, refused.code))
            return Outcome(edits, None, reason, refused.code)
        state = _recorded(part, answer, self._now())
        edits = part.edits(state)
        self._end(operation, edits)
        self._post(StepSucceeded(work.op, part.goal.urn, time.monotonic() - start, part.detail))
        return Outcome(edits, state)

    def _end(self, operation: int, edits: tuple[Edit, ...]) -> None:
        self._journal.append(Ended(operation, edits))
        del self._open[operation]


def _called(part: Part) -> Object | None:
    inputs = revealed(dict(part.goal.inputs))
    match part.call:
        case Call.CREATE:
            return part.provider.create(part.goal.type, inputs)
        case Call.UPDATE:
            assert part.old is not None, "an update starts from a record"
            return part.provider.update(part.goal.type, as_object(part.old), inputs)
        case Call.DELETE:
            part.provider.delete(part.goal.type, as_object(part.goal))
            return None
        case Call.READ:
            found = part.provider.read(part.goal.type, Identity(part.goal.id, inputs))
            if found is None:
                raise Refused(f"there is no {part.goal.type} with id {part.goal.id}")
            return found


def _recorded(part: Part, answer: Object | None, now: str) -> ResourceState:
    if answer is None:
        return part.goal
    created = part.old.created if part.call is Call.UPDATE and part.old else now
    return finished(part.goal, answer, created=created, modified=now)


def finished(goal: ResourceState, answer: Object, *, created: str, modified: str) -> ResourceState:
    """The record of a goal that was reached: inputs as wanted, outputs as answered."""
    outputs = sealed_outputs(answer.outputs, goal.inputs, goal.additional_secret_outputs)
    return replace(goal, id=answer.id, outputs=outputs, created=created, modified=modified)


def _edits_of_refusal(part: Part, refused: Refused, reason: str, now: str) -> tuple[Edit, ...]:
    """What exists although the provider refused is recorded as it is: the next apply goes on."""
    if refused.made is None:
        return ()
    created = part.old.created if part.call is Call.UPDATE and part.old else now
    state = finished(part.goal, refused.made, created=created, modified=now)
    inputs = remarked(refused.made.inputs, part.goal.inputs)
    return part.edits(replace(state, inputs=inputs, init_errors=(reason,)))
