"""Lets the SDK wait for a thousand answers without a thousand threads.

The SDK gives each call of the monitor to its event loop's thread pool, where it blocks a thread until the
step is done. Here the call is made at once, on the loop's own thread: the monitor notes the question and
breaks the call off, and when the answer is there the call is made again and gets it. Besides the threads
this saves the disorder: questions come to the engine in the order in which the program asks them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar, cast

T = TypeVar("T")

_SDK: Final = "pulumi.runtime._context"
"""What the SDK gives to the pool was wrapped in here; everything else is a program's own."""

THREADS: Final = 64
"""For a program's own blocking functions, and for lookups."""


class _NotYet(BaseException):
    """Breaks off a call whose answer is not there yet; no `Exception`, so that nobody takes it for one."""

    def __init__(self, answer: Future[Any]) -> None:
        self.answer = answer


class _Blocks(BaseException):
    """Breaks off a call that needs a thread."""


class _Call(threading.local):
    """The call that this thread is making."""

    may_break_off = False
    answer: Future[Any] | None = None


_current = _Call()


def answered(ask: Callable[[], Future[T]]) -> T:
    """The answer to a question, which is asked once. Outside of `Calls` this blocks."""
    if _current.answer is not None:
        return cast("Future[T]", _current.answer).result()
    answer = ask()
    if _current.may_break_off and not answer.done():
        raise _NotYet(answer)
    return answer.result()


def blocking() -> None:
    """From here on the call blocks its thread."""
    if _current.may_break_off:
        raise _Blocks


class Calls(ThreadPoolExecutor):
    """The default executor of a program's event loop."""

    def __init__(self) -> None:
        super().__init__(THREADS, thread_name_prefix="program")

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """What the function returns or raises."""
        if fn.__module__ != _SDK:
            return super().submit(fn, *args, **kwargs)
        outcome: Future[Any] = Future()
        outcome.set_running_or_notify_cancel()  # who gives up waiting does not cancel a step
        try:
            _go_on(lambda: fn(*args, **kwargs), outcome, None)
        except _Blocks:
            return super().submit(fn, *args, **kwargs)
        return outcome


def _go_on(call: Callable[[], Any], outcome: Future[Any], answer: Future[Any] | None) -> None:
    before = _current.may_break_off, _current.answer
    _current.may_break_off, _current.answer = True, answer
    try:
        result = call()
    except _NotYet as question:
        question.answer.add_done_callback(lambda answer: _go_on(call, outcome, answer))
    except _Blocks:
        raise
    except BaseException as error:  # noqa: BLE001 - whoever waits for the outcome is told
        outcome.set_exception(error)
    else:
        outcome.set_result(result)
    finally:
        _current.may_break_off, _current.answer = before
