"""Work that children of this process do on the machine's other processors, while this one does its own.

Python does one thing at a time in a process; planning a stack is half a second of it. A child has everything
its parent had when it began. It does early what can be done early, and then answers questions: what it has
loaded and found out by then makes it quicker than its parent, even where what it did early turns out useless.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, Any, Final, Generic, TypeVar

from provisioner.kept import KEPT

K = TypeVar("K", bound=Hashable)
E = TypeVar("E")
Q = TypeVar("Q")
A = TypeVar("A")

_Share = Sequence["Work[Any, Any, Any]"]

_CONNECTING: Final = "botocore"
"""Where this is loaded a connection may be open, and two processes must not talk through one."""


@dataclass(frozen=True, slots=True)
class Work(Generic[E, Q, A]):
    """A piece of work. It must not change anything; what goes to and fro is pickled."""

    early: Callable[[], E]
    answer: Callable[[Q], A]


@dataclass(frozen=True, slots=True)
class Given(Generic[E, Q, A]):
    """A piece of work that a child has."""

    early: Future[E | None]
    """What it made before anybody asked; None: the child failed, and whoever needs it has to make it."""

    ask: Callable[[Q], Future[A | None]]
    """Its answer, when it is there; None as above."""


def processors() -> int:
    """How many pieces of work can be done at once here: 1 if there can be no children."""
    if sys.platform != "linux" or threading.active_count() > 1 or _CONNECTING in sys.modules:
        return 1
    return len(os.sched_getaffinity(0))


@contextmanager
def shared_out(work: Mapping[K, Work[E, Q, A]], processors: int) -> Generator[Mapping[K, Given[E, Q, A]]]:
    """Those pieces of the work that children have. The rest, the first piece at least, is nobody's.

    Children are ended with the context, wherever they are.
    """
    keys = list(work)
    shares = [keys[place::processors] for place in range(1, min(processors, len(keys)))]
    children: list[_Child] = []
    try:
        with suppress(OSError):  # no more processes for us: what no child does is nobody's
            for share in shares:
                children.append(_begin([work[key] for key in share], children))
        for child in children:
            threading.Thread(target=child.listen, daemon=True).start()
        yield {
            key: Given(child.early[number], child.asking(number))
            for child, share in zip(children, shares, strict=False)
            for number, key in enumerate(share)
        }
    finally:
        for child in children:
            child.end()


@dataclass(frozen=True, slots=True)
class _Child:
    pid: int
    hears: IO[bytes]
    says: IO[bytes]
    early: list[Future[Any]]
    _asked: list[Future[Any]] = field(default_factory=list[Future[Any]])
    """Of these the child has not answered; it answers in the order in which it is asked."""

    _asking: threading.Lock = field(default_factory=threading.Lock)

    def asking(self, number: int) -> Callable[[Any], Future[Any]]:
        """A question about a piece of its work, and the answer."""

        def ask(question: Any) -> Future[Any]:
            answer: Future[Any] = Future()
            with self._asking:
                self._asked.append(answer)
                try:
                    _send(self.hears, (number, question))
                except (OSError, ValueError):  # it has ended
                    self._asked.remove(answer)
                    answer.set_result(None)
            return answer

        return ask

    def listen(self) -> None:
        """Take what it says, to the end."""
        import pickle  # noqa: PLC0415 - not where there is nothing to share out

        number: int | None
        try:
            while True:
                number, value = pickle.load(self.says)  # noqa: S301 - our own child wrote it
                future = self._asked.pop(0) if number is None else self.early[number]
                future.set_result(value)
        except Exception:  # noqa: BLE001, S110 - whatever reading raises: work is done where it is needed
            pass
        finally:
            self._leave()

    def end(self) -> None:
        """Once this returns there is no such process."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def _leave(self) -> None:
        """It says no more: whoever waits, and who asks from now on, is told so."""
        with self._asking:
            for pipe in (self.hears, self.says):
                with suppress(OSError):  # what it was to hear may not have reached it
                    pipe.close()
            for waiting in (*self.early, *self._asked):
                if not waiting.done():
                    waiting.set_result(None)


def _begin(work: _Share, elder: Sequence[_Child]) -> _Child:
    pipes = (*os.pipe(), *os.pipe())
    its_ear, our_mouth, our_ear, its_mouth = pipes
    try:
        pid = os.fork()
    except OSError:
        for pipe in pipes:
            os.close(pipe)
        raise
    if pid == 0:
        # Were one to hold the ends of another's pipes, that one would never learn that nobody is there.
        for each in elder:
            os.close(each.hears.fileno())
            os.close(each.says.fileno())
        os.close(our_mouth)
        os.close(our_ear)
        _be_child(its_ear, its_mouth, work)
    os.close(its_ear)
    os.close(its_mouth)
    # They are closed by who listens, to the end.
    return _Child(pid, os.fdopen(our_mouth, "wb"), os.fdopen(our_ear, "rb"), [Future() for _ in work])


def _be_child(ear: int, mouth: int, work: _Share) -> None:
    """Do the work and end, without what a process does when it ends: all of that is the parent's."""
    import pickle  # noqa: PLC0415
    import select  # noqa: PLC0415

    def answer() -> None:
        number: int
        number, question = pickle.load(hears)  # noqa: S301 - our own parent wrote it
        _send(says, (None, work[number].answer(question)))

    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C is the parent's to answer
        hears, says = os.fdopen(ear, "rb"), os.fdopen(mouth, "wb")
        for number, each in enumerate(work):
            while select.select([ear], [], [], 0)[0]:  # a question that was read along with another waits
                answer()
            _send(says, (number, each.early()))
        KEPT.write()
        while True:
            answer()
    except BaseException:  # noqa: BLE001, S110 - it fails again where the value is needed, and is told there
        pass
    finally:
        os._exit(0)


def _send(pipe: IO[bytes], value: object) -> None:
    import pickle  # noqa: PLC0415

    pickle.dump(value, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()
