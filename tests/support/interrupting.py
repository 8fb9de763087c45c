"""An apply in a process of its own whose provider calls wait for the test, so that it can be interrupted in them."""

import contextlib
import os
import signal
from pathlib import Path

from tests.support.crash import _context

PATIENCE = 60
"""Seconds; nothing here takes one."""

MOST_CALLS = 100


def _body(folder: Path, program, held: str, ends: dict) -> None:
    from provisioner.engine.embedded import secrets
    from provisioner.engine.events import Interrupted
    from tests.support.runs import Desk

    secrets.ROUNDS = 10

    def hold(operation, inputs):
        if operation == held:
            ends["begun"].release()
            assert ends["go"].acquire(timeout=PATIENCE)

    def tell(event):
        if isinstance(event, Interrupted):
            ends["interrupted"].set()

    desk = Desk(folder)
    desk.cloud.before = hold
    desk.events = _Telling(tell)
    applied = desk.apply(*program)
    ends["report"].put((applied.result.value, len(applied.not_done)))


class _Telling:
    def __init__(self, tell):
        self.append = tell


class Interruptible:
    """The running apply: wait until it is in its calls, signal it, let it go on."""

    def __init__(self, folder, program, held):
        self._ends = {
            "begun": _context.Semaphore(0),
            "go": _context.Semaphore(0),
            "interrupted": _context.Event(),
            "report": _context.Queue(),
        }
        self._process = _context.Process(target=_body, args=(folder, program, held, self._ends))

    @contextlib.contextmanager
    def running(self, calls):
        """The apply, with this many calls under way."""
        self._process.start()
        for _ in range(calls):
            assert self._ends["begun"].acquire(timeout=PATIENCE)
        try:
            yield self
        finally:
            self._release()
            self._process.join(PATIENCE)
            assert self._process.exitcode is not None, "the run hangs"

    def interrupt(self, number=signal.SIGINT):
        """Press Ctrl-C, and wait until the apply says that it knows."""
        os.kill(self._process.pid, number)
        assert self._ends["interrupted"].wait(PATIENCE)

    def interrupt_again(self):
        """Press Ctrl-C once more, and wait for the end; the exit code."""
        os.kill(self._process.pid, signal.SIGINT)
        self._process.join(PATIENCE)
        return self._process.exitcode

    def go_on(self):
        """Let the calls that are under way come back; (result, number of steps not done)."""
        self._release()
        return self._ends["report"].get(timeout=PATIENCE)

    def _release(self):
        """An event would wait for those who wait for it, and they may be dead."""
        for _ in range(MOST_CALLS):
            self._ends["go"].release()
