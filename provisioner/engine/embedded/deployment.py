"""One run of a program against the records: the thread that decides.

The SDK's threads and the pool's threads only put messages into the inbox; everything else happens on one
thread, in the order of the messages. Whether steps are carried out or only thought through is the carrier's
business.
"""

from __future__ import annotations

import queue
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from provisioner.engine.embedded.askers import Askers
from provisioner.engine.embedded.default_providers import supplied
from provisioner.engine.embedded.executor import WorkEnded
from provisioner.engine.embedded.lookahead import look_ahead
from provisioner.engine.embedded.monitor import Stopped
from provisioner.engine.embedded.program import Broken, Needs
from provisioner.engine.embedded.progress import Carrier, Progress
from provisioner.engine.embedded.recalling import Recalling
from provisioner.engine.embedded.registration import Registrar
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.teardown import Teardown
from provisioner.engine.embedded.wanted import Answer, Asked, Finished
from provisioner.engine.events import Event, Interrupted
from provisioner.engine.failures import Failure, ProgramFailed
from provisioner.engine.interface import Tell


@dataclass(frozen=True, slots=True)
class ProgramEnded:
    """The program has come to its end; threads of it may still wait for answers."""

    broken: Broken | None
    needs: Needs = field(default_factory=dict[str, frozenset[str]])


@dataclass(frozen=True, slots=True)
class ProgramGone:
    """The last thread of the program has ended: nobody asks any more."""


@dataclass(frozen=True, slots=True)
class AskedInVain:
    """The program called a function that cannot be called at all."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Ctrl-C was pressed."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The program has not asked for anything for a while, nothing is under way, and somebody waits."""


Message = Silence | Asked | AskedInVain | WorkEnded | ProgramEnded | ProgramGone | Interrupt | Event
SILENCE: Final = 30.0
"""Seconds in which a program that is still on its way to something asks for it, or for anything else."""

Inbox = queue.SimpleQueue[Message]


class Deployment:
    """Takes messages until the program has ended and everything that was started has come back."""

    def __init__(
        self,
        scene: Scene,
        carrier: Carrier,
        progress: Progress,
        inbox: Inbox,
        tell: Tell,
        registrar: Registrar | Recalling,
    ) -> None:
        self._scene = scene
        self._carrier = carrier
        self._progress = progress
        self._inbox = inbox
        self._seen: deque[Message] = deque()
        """Messages that were taken out of the inbox and not acted on yet."""

        self._foreseen = 0
        """How many of them, from the left, providers have been told of."""

        self._tell = tell
        self._registrar = registrar
        self._teardown: Teardown | None = None
        self._parting: Future[Answer] | None = None
        """The answer that a finished program waits for."""

        self._running = True
        self._stopping = False
        self._crash: BaseException | None = None
        self._askers = Askers(supplied(self._registrar, scene.defaults))
        self.interrupted = False

    def run(self) -> None:
        """Go on until the end; what was begun is finished. Raises the `Failure` that stopped the run."""
        while self._running or self._carrier.in_flight:
            message = self._next()
            try:
                self._take(message)
                self._go_on()
            except BaseException as error:  # noqa: BLE001 - the program and running work must end first
                self._stop(error)
        if self._crash is not None:
            raise self._crash

    def _next(self) -> Message:
        if not self._seen:
            waits_for_the_program = not (self._carrier.in_flight or self._stopping) and self._registrar.late
            try:
                self._seen.append(self._inbox.get(timeout=SILENCE if waits_for_the_program else None))
            except queue.Empty:
                return Silence()
        with suppress(queue.Empty):
            while True:
                self._seen.append(self._inbox.get_nowait())
        message = self._seen.popleft()
        self._foreseen = max(self._foreseen - 1, 0)
        while self._foreseen < len(self._seen) and look_ahead(self._seen[self._foreseen], self._scene):
            self._foreseen += 1
        return message

    def _take(self, message: Message) -> None:
        match message:
            case Silence():
                raise self._progress.never_asked_for(self._registrar.late[0])
            case Asked():
                self._ask(message)
            case AskedInVain(failure):
                raise failure
            case WorkEnded(settle):
                settle()
            case ProgramEnded(broken, needs):
                self._program_ended(broken, needs)
            case ProgramGone():
                self._running = False
            case Interrupt():
                self.interrupted = True
                self._tell(Interrupted())
                self._stop(None)
                self._scene.providers.cancel()
            case _:
                self._tell(message)

    def _ask(self, asked: Asked) -> None:
        if isinstance(asked.what, Finished):
            self._program_finished(asked.reply)
        else:
            self._askers.ask(asked)

    def _go_on(self) -> None:
        if self._progress.must_stop and not self._stopping:
            self._stop(None)
        if self._teardown is not None:
            self._teardown.advance()
            if not self._carrier.in_flight:
                self._part()

    def _program_finished(self, reply: Future[Answer]) -> None:
        """It stays until its hooks are not needed any more.

        Not in a plan of a part: that is asked afterwards what the outputs come from.
        """
        if self._progress.is_preview and not self._scene.reach.scope.is_whole:
            reply.set_result(Answer(""))
        elif self._stopping:
            reply.set_exception(Stopped())
        else:
            self._parting = reply
            self._program_ended(None, {})

    def _part(self) -> None:
        """Let a program go that has stayed."""
        if self._parting is not None:
            self._parting.set_result(Answer(""))
            self._parting = None

    def _program_ended(self, broken: Broken | None, needs: Needs) -> None:
        if self._stopping or self._teardown is not None:
            return  # what the program made of that is of no interest
        if self._progress.problems or (broken is not None and self._progress.failed):
            self._stop(None)
        elif broken is not None:
            raise ProgramFailed(self._scene.stack, broken.error, broken.traceback, broken.missing_output)
        else:
            if not self._progress.failed:
                self._registrar.close(needs)
            self._teardown = Teardown(self._scene, self._carrier, self._progress)
            self._teardown.begin()

    def _stop(self, error: BaseException | None) -> None:
        """Start nothing more. Whoever waits for an answer is told, so that the program can end.

        Only deletions go on after one of them was refused: those that have nothing to do with it.
        """
        self._crash = self._crash or error
        self._stopping = True
        if self._teardown is None:
            self._registrar.stop()
            self._carrier.halt()
            self._part()
        elif error is not None or self.interrupted:
            self._teardown.stop()
            self._carrier.halt()
            if not self._carrier.in_flight:
                self._part()
        self._askers.send_away()
