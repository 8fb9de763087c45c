"""Carries out steps for real: provider calls on a pool of threads, each journalled before and after."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Self, TypeVar

from provisioner.engine.embedded.hooks import MOST_TRIES, ON_ERROR, Hooks
from provisioner.engine.embedded.journal import Journal
from provisioner.engine.embedded.rehearsal import as_object
from provisioner.engine.embedded.snapshot import Snapshot, breach_of
from provisioner.engine.embedded.state import Began, Edit, Ended, Noted, ResourceState
from provisioner.engine.embedded.work import Call, Outcome, Part, Work
from provisioner.engine.events import (
    Event,
    ProgramSpoke,
    Severity,
    StepFailed,
    StepStarted,
    StepSucceeded,
)
from provisioner.engine.failures import StateBreaksRules
from provisioner.engine.interface import STEADY
from provisioner.plan.concealment import masked, remarked, sealed_outputs
from provisioner.providers.interface import (
    CONNECTION_LOST,
    About,
    Identity,
    Object,
    Refused,
    concerning,
    given,
)

PARALLEL = STEADY.parallelism
"""Calls at once that read the cloud, or act on it where nobody says otherwise."""

T = TypeVar("T")


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
        # Who has an answer lets the next call begin, and then waits for the journal.
        threads = parallelism if parallelism == 1 else 2 * parallelism
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="provider")
        self._turns = threading.Semaphore(parallelism)
        self._begins = True
        self._open: dict[int, Began] = {}
        self.in_flight = 0
        self.hooks = Hooks()

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

    def aside(self, look: Callable[[], T], done: Callable[[T], None]) -> None:
        """Call what changes nothing on the pool; `done` is called on the thread that decides."""
        self.in_flight += 1
        future = self._pool.submit(self._looked, look)

        def back() -> None:
            self.in_flight -= 1
            if not future.cancelled():
                done(future.result())

        future.add_done_callback(lambda _: self._post(WorkEnded(back)))

    def halt(self) -> None:
        """Forget the work that waits for its turn; what runs is finished."""
        self._begins = False
        self._pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> tuple[Began, ...]:
        """Let go of the pool's threads; the operations whose end could not be journalled."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        return tuple(self._open.values())

    def _settle(self, future: Future[Outcome | None], done: Callable[[Outcome], None]) -> None:
        self.in_flight -= 1
        outcome = None if future.cancelled() else future.result()
        if outcome is not None:
            self._apply(outcome.edits)
            done(outcome)

    def _apply(self, edits: Sequence[Edit]) -> None:
        for edit in edits:
            if (breach := breach_of(self._snapshot, edit)) is not None:
                raise StateBreaksRules((breach,))
            self._snapshot.apply(edit)

    def _looked(self, look: Callable[[], T]) -> T:
        with self._turns:
            return look()

    def _work(self, work: Work) -> Outcome | None:
        """How it ended; None: it never began."""
        with _Turn(self._turns) as turn:
            return self._done(work, turn) if self._begins else None

    def _done(self, work: Work, turn: _Turn) -> Outcome:
        edits: tuple[Edit, ...] = ()
        outcome, complaint = Outcome((), None), ""
        for part in work.parts:
            if outcome.state and part.call is Call.UPDATE:  # what was just recorded is what it starts from
                outcome = self._part(work, replace(part, old=outcome.state), turn)
            else:
                outcome = self._part(work, part, turn)
            edits += outcome.edits
            complaint = complaint or outcome.complaint
            if outcome.refusal:
                break
        return replace(outcome, edits=edits, complaint=complaint)

    def _part(self, work: Work, part: Part, turn: _Turn) -> Outcome:
        if part.call is Call.RECORD:
            return self._record(work, part)
        return self._attended(work, part, turn) if part.goal.hooks else self._call(work, part, turn)

    def _attended(self, work: Work, part: Part, turn: _Turn) -> Outcome:
        """With the program's own functions around it."""
        urn = part.goal.urn
        if trouble := self.hooks.before(part):
            self._post(StepFailed(work.op, urn, trouble, ""))
            return Outcome((), None, trouble)
        outcome = self._call(work, part, turn)
        if outcome.state is None or not (trouble := self.hooks.after(part, outcome.state)):
            return outcome
        self._post(ProgramSpoke(Severity.ERROR, trouble, urn))
        return replace(outcome, complaint=trouble)

    def _record(self, work: Work, part: Part) -> Outcome:
        now = self._now()
        state = replace(part.goal, created=part.goal.created or now, modified=part.goal.modified or now)
        edits = part.edits(state)
        self._journal.append(Noted(edits))
        if len(work.parts) == 1:  # otherwise the call that follows is what people see
            self._post(StepStarted(work.op, state.urn, part.detail))
            self._post(StepSucceeded(work.op, state.urn, 0.0, part.detail))
        return Outcome(edits, state)

    def _call(self, work: Work, part: Part, turn: _Turn) -> Outcome:
        operation = next(self._operations)
        began = self._open[operation] = Began(operation, part.call.value, part.goal)
        self._journal.append(began)
        self._post(StepStarted(work.op, part.goal.urn, part.detail))
        start = time.monotonic()
        try:
            answer = self._tried(part) if ON_ERROR in part.goal.hooks else _called(part)
        except Refused as refused:
            reason = masked(refused.reason or "refused", part.goal.inputs)
            edits = _edits_of_refusal(part, refused, self._now())
            # Nobody knows what became of a call whose answer was lost: the next run finds out.
            if edits or refused.code != CONNECTION_LOST:
                self._end(operation, edits)
            self._post(StepFailed(work.op, part.goal.urn, reason, refused.code))
            return Outcome(edits, None, reason, refused.code)
        if len(work.parts) == 1 and not part.goal.hooks:  # what is left of this work calls nobody
            turn.end()
        state = _recorded(part, answer, self._now())
        edits = part.edits(state)
        self._end(operation, edits)
        self._post(StepSucceeded(work.op, part.goal.urn, time.monotonic() - start, part.detail))
        return Outcome(edits, state)

    def _tried(self, part: Part) -> Object | None:
        """What a call answers, which is made again as long as the program's error hooks want it.

        Not if something was made: a second call would make it twice.
        """
        errors: list[str] = []
        while True:
            try:
                return _called(part)
            except Refused as refused:
                errors.insert(0, masked(refused.reason or "refused", part.goal.inputs))
                if len(errors) >= MOST_TRIES:
                    raise
                again, trouble = self.hooks.again(part, errors)
                if trouble:
                    raise Refused(
                        f"{errors[0]}; {trouble}", code=refused.code, made=refused.made
                    ) from refused
                if not again or refused.made is not None or refused.code == CONNECTION_LOST:
                    raise

    def _end(self, operation: int, edits: tuple[Edit, ...]) -> None:
        self._journal.append(Ended(operation, edits))
        del self._open[operation]


class _Turn:
    """A place among the calls that are made at the same time, until it is left."""

    def __init__(self, turns: threading.Semaphore) -> None:
        self._turns = turns
        self._has_ended = False

    def __enter__(self) -> Self:
        self._turns.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Let the next call begin."""
        if not self._has_ended:
            self._has_ended = True
            self._turns.release()


def _called(part: Part) -> Object | None:
    goal = part.goal
    provider = concerning(part.provider, About(goal.urn, goal.custom_timeouts, goal.ignore_changes))
    inputs = given(provider, goal.inputs)
    match part.call:
        case Call.CREATE:
            return provider.create(goal.type, inputs)
        case Call.UPDATE:
            assert part.old is not None, "an update starts from a record"
            return provider.update(goal.type, as_object(part.old, provider), inputs)
        case Call.DELETE:
            provider.delete(goal.type, as_object(goal, provider))
            return None
        case Call.READ:
            found = provider.read(goal.type, Identity(goal.id, inputs))
            if found is None:
                raise Refused(f"there is no {goal.type} with id {goal.id}")
            return found
        case Call.RECORD:
            return None


def _recorded(part: Part, answer: Object | None, now: str) -> ResourceState:
    if answer is None:
        return part.goal
    created = part.old.created if part.call is Call.UPDATE and part.old else now
    return finished(part.goal, answer, created=created, modified=now)


def finished(goal: ResourceState, answer: Object, *, created: str, modified: str) -> ResourceState:
    """The record of a goal that was reached: inputs as wanted, outputs as answered."""
    outputs = sealed_outputs(answer.outputs, goal.inputs, goal.additional_secret_outputs)
    return replace(goal, id=answer.id, outputs=outputs, created=created, modified=modified)


def _edits_of_refusal(part: Part, refused: Refused, now: str) -> tuple[Edit, ...]:
    """What exists although the provider refused is recorded as it is: the next apply goes on."""
    if refused.made is None:
        return ()
    created = part.old.created if part.call is Call.UPDATE and part.old else now
    state = finished(part.goal, refused.made, created=created, modified=now)
    inputs = remarked(refused.made.inputs, part.goal.inputs)
    reasons = tuple(masked(each, part.goal.inputs) for each in refused.reasons)
    return part.edits(replace(state, inputs=inputs, init_errors=reasons))
