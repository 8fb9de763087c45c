"""Functions that a program registered with the engine: transforms and hooks. They run on its own loop.

Pulumi's SDK keeps them by token behind a server of its own, for an engine in another process. Here the engine
is in the same process, so there is no server: a function is found by its token, and called. Only those of a
component that a plugin makes are elsewhere, and are dialled.
"""

from __future__ import annotations

import asyncio
import contextvars
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final, cast

import grpc
from pulumi.runtime._callbacks import _CallbackServicer  # pyright: ignore[reportPrivateUsage]
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2

HERE: Final = "in the same process"
"""What the functions of a program say in place of a server's address."""

_A_WHILE: Final = 1.0
"""Seconds after which to look whether the program is still there."""


class Unreachable(Exception):
    """The program that registered a function has ended, or never did register it."""


class Kept(_CallbackServicer):
    """The functions of one program; the SDK takes it for the server that it would make otherwise."""

    def __init__(self, monitor: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._callbacks = {}
        self._transforms = {}
        self._state_migrations = {}
        self._monitor = monitor
        self._target = HERE
        self._loop = loop
        _KEPT.add(self)

    def found(self, token: str) -> Callable[[bytes], Awaitable[Any]] | None:
        """The function, if it is one of these and its program still runs."""
        return None if self._loop.is_closed() else self._callbacks.get(token)

    def start(self, call: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Its answer. Does not wait."""
        return asyncio.run_coroutine_threadsafe(call, self._loop)


_KEPT: Final[weakref.WeakSet[Kept]] = weakref.WeakSet()


@dataclass(frozen=True, slots=True)
class Callback:
    """One function of the program; what it can see of the SDK's settings is what its registration saw."""

    token: str
    target: str = ""
    """Where the server is that keeps it, if it is not kept here."""

    context: contextvars.Context = field(default_factory=contextvars.copy_context)

    def __call__(self, request: Any) -> Future[Any]:
        """What the function answers to this protobuf message, or raises. Does not wait.

        May be called from any thread. Raises `Unreachable`.
        """
        if self._is_elsewhere:
            return self._dialled(request)
        keeper, function = self._found()
        answer = cast("Coroutine[Any, Any, Any]", function(request.SerializeToString()))
        try:
            return self.context.copy().run(keeper.start, answer)
        except RuntimeError as closed:  # what asyncio raises for a loop that is closed
            answer.close()
            raise Unreachable(str(closed)) from closed

    def waited_for(self, request: Any) -> Any:
        """The same, on a thread that may block. Raises `Unreachable` also if the program ends meanwhile."""
        answer = self(request)
        while True:
            try:
                return answer.result(_A_WHILE)
            except TimeoutError:
                if answer.done():
                    raise
                if not self._is_elsewhere:
                    self._found()

    @property
    def _is_elsewhere(self) -> bool:
        return self.target not in ("", HERE)

    def _dialled(self, request: Any) -> Future[Any]:
        channel = grpc.insecure_channel(self.target)
        stub: Any = callback_pb2_grpc.CallbacksStub(channel)
        told = callback_pb2.CallbackInvokeRequest(token=self.token, request=request.SerializeToString())
        call: Any = stub.Invoke.future(told)
        answer: Future[Any] = Future()

        def back(ended: Any) -> None:
            channel.close()
            kind = getattr(resource_pb2, type(request).__name__.replace("Request", "Response"))
            try:
                answer.set_result(kind.FromString(ended.result().response))
            except grpc.RpcError as error:
                answer.set_exception(error)

        call.add_done_callback(back)
        return answer

    def _found(self) -> tuple[Kept, Callable[[bytes], Awaitable[Any]]]:
        for keeper in tuple(_KEPT):
            if (function := keeper.found(self.token)) is not None:
                return keeper, function
        raise Unreachable(f"the program has no function {self.token}")
