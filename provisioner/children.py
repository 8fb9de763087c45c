"""Work that children of this process do on the machine's other processors, while this one does its own.

Python does one thing at a time in a process; planning a stack is half a second of it. A child has everything
its parent had when it began, and gives back one value per piece of work.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any, Final, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_CONNECTING: Final = "botocore"
"""Where this is loaded a connection may be open, and two processes must not talk through one."""


def processors() -> int:
    """How many pieces of work can be done at once here: 1 if there can be no children."""
    if sys.platform != "linux" or threading.active_count() > 1 or _CONNECTING in sys.modules:
        return 1
    return len(os.sched_getaffinity(0))


@contextmanager
def shared_out(work: Mapping[K, Callable[[], T]], processors: int) -> Generator[Mapping[K, Future[T | None]]]:
    """What children make of their share of the work. The rest, the first piece at least, is nobody's yet.

    None: the child failed, and whoever needs the value has to make it. Work must not change anything. Its
    values are pickled. Children are ended with the context, wherever they are.
    """
    keys = list(work)
    shares = [keys[place::processors] for place in range(1, min(processors, len(keys)))]
    values: dict[K, Future[T | None]] = {key: Future() for share in shares for key in share}
    children: list[_Child] = []
    try:
        with suppress(OSError):  # no more processes for us: what no child does is done here
            for share in shares:
                children.append(_begin([work[key] for key in share], children))
        for share in shares[len(children) :]:
            _give_up([values[key] for key in share])
        for child, share in zip(children, shares, strict=False):
            threading.Thread(
                target=_receive, args=(child.pipe, [values[key] for key in share]), daemon=True
            ).start()
        yield values
    finally:
        for child in children:
            child.end()


@dataclass(frozen=True, slots=True)
class _Child:
    pid: int
    pipe: IO[bytes]

    def end(self) -> None:
        """Once this returns there is no such process."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def _begin(work: Sequence[Callable[[], object]], elder: Sequence[_Child]) -> _Child:
    ours, its = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        os.close(ours)
        os.close(its)
        raise
    if pid == 0:
        # Were a child to hold the end that is read from, it would never learn that nobody reads any more.
        for pipe in (ours, *(child.pipe.fileno() for child in elder)):
            os.close(pipe)
        _be_child(its, work)
    os.close(its)
    return _Child(pid, open(ours, "rb"))  # noqa: PTH123 - it is closed by who reads it to its end


def _be_child(pipe: int, work: Sequence[Callable[[], object]]) -> None:
    """Do the work and end, without what a process does when it ends: all of that is the parent's."""
    import pickle  # noqa: PLC0415 - not where there is nothing to share out

    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C is the parent's to answer
        with open(pipe, "wb") as values:
            for do in work:
                pickle.dump(do(), values, pickle.HIGHEST_PROTOCOL)
                values.flush()
    except BaseException:  # noqa: BLE001, S110 - it fails again where the value is needed, and is told there
        pass
    finally:
        os._exit(0)


def _receive(pipe: IO[bytes], values: Sequence[Future[Any]]) -> None:
    import pickle  # noqa: PLC0415

    try:
        with pipe:
            for value in values:
                value.set_result(pickle.load(pipe))  # noqa: S301 - our own child wrote it
    except Exception:  # noqa: BLE001, S110 - whatever reading raises: the work is done where the value is needed
        pass
    finally:
        _give_up([value for value in values if not value.done()])


def _give_up(values: Sequence[Future[Any]]) -> None:
    for value in values:
        value.set_result(None)
