"""Those of a program who wait for an answer: each gets one, or is told that there will be none."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from provisioner.engine.embedded.monitor import Stopped
from provisioner.engine.embedded.wanted import Answer, Asked, Finished, Lookup, Reply, Reported, Wanted


class Answering(Protocol):
    """What a run does with what a program asks for."""

    def register(self, wanted: Wanted, reply: Reply) -> None:
        """A resource. Raises a `Failure`."""

    def look_up(self, lookup: Lookup, reply: Reply) -> None:
        """An object that is read and not managed. Raises a `Failure`."""

    def report(self, reported: Reported) -> None:
        """Outputs that are there now. Raises a `Failure`."""


class Askers:
    """Not for several threads: the one that decides asks and answers."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._waiting: set[Future[Answer]] = set()
        self._closed = False

    def ask(self, asked: Asked) -> None:
        """Answer now or later. Raises a `Failure`."""
        if self._closed:
            asked.reply.set_exception(Stopped())
            return
        self._waiting.add(asked.reply)

        def reply(answer: Answer) -> None:
            if asked.reply in self._waiting:  # not if it was sent away meanwhile
                self._waiting.discard(asked.reply)
                asked.reply.set_result(answer)

        match asked.what:
            case Wanted() as wanted:
                self._answering.register(wanted, reply)
            case Lookup() as lookup:
                self._answering.look_up(lookup, reply)
            case Reported() as reported:
                self._answering.report(reported)
                reply(Answer(reported.urn))
            case Finished():
                reply(Answer(""))

    def send_away(self) -> None:
        """Tell everybody who waits, and who comes from now on, so that the program can end."""
        self._closed = True
        for waiting in self._waiting:
            waiting.set_exception(Stopped())
        self._waiting.clear()
