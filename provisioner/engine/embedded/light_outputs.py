"""Outputs of resources, made with a tenth of the SDK's effort: a third of its work.

A resource has a dozen outputs, and a program asks for one or two. For each the SDK makes four futures, and a
task that waits for one after the other. Here it is a single future, that which `Output` keeps in the end, and
what it holds is made when somebody looks (`late_values.py`).

Where a program does make an output of several awaitables, none is forgotten if the program is stopped: Python
would warn of a coroutine that was never awaited.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Final, cast

import pulumi.output as sdk_outputs
from pulumi.runtime import rpc
from pulumi.runtime.settings import SETTINGS

from provisioner.engine.embedded.late_values import LateData, resolve_outputs

_ELSEWHERE: Final = {True: ("urn", "id"), False: ("urn",)}
"""What the SDK sets itself, in custom resources and in components."""

_SIMPLE: Final = frozenset({str, bool, int, float, type(None)})

_Data: Any = vars(sdk_outputs)["_OutputData"]
_Output: Any = sdk_outputs.Output
_of_awaitables: Any = _Output.__init__


def lighten() -> None:
    """From now on, until the process ends."""
    setattr(rpc, "transfer_properties", _transfer)  # noqa: B010
    setattr(rpc, "resolve_outputs", resolve_outputs)  # noqa: B010
    setattr(sdk_outputs, "contains_unknowns", _contains_unknowns)  # noqa: B010
    setattr(_Output, "_track", _track)  # noqa: B010
    setattr(_Output, "__init__", _made_of)  # noqa: B010


class _Resolver:
    """Gives an output of a resource its data."""

    __slots__ = ("_data", "_resource")

    def __init__(self, resource: Any, data: asyncio.Future[Any]) -> None:
        self._resource = resource
        self._data = data

    def __call__(
        self,
        value: Any,
        is_known: bool,  # noqa: FBT001
        is_secret: bool,  # noqa: FBT001
        deps: Collection[Any] | None,
        failed: Exception | None,
    ) -> None:
        if failed is None:
            self._data.set_result(_Data({*(deps or ()), self._resource}, value, is_known, is_secret))
        else:
            self._data.set_exception(failed)
            # It stays among those that are waited for, for who waits for all of them to raise it.
            cast("Any", SETTINGS).outputs.add(self._data)

    def late(self, deps: Collection[Any] | None, make: Callable[[], Any]) -> None:
        """As `late_values.Resolver` says."""
        self._data.set_result(LateData({*(deps or ()), self._resource}, make))


def _transfer(res: Any, props: Mapping[str, Any], custom: bool) -> dict[str, Any]:  # noqa: FBT001 - as the SDK's
    """`transfer_properties`: gives the resource its outputs, and returns how each gets its value.

    Nobody waits for them, since each has its value once the call is answered, and that is waited for.
    """
    loop = asyncio.get_event_loop()
    outputs = cast("dict[str, Any]", vars(res))
    resolvers: dict[str, Any] = {}
    for name in props:
        if name not in _ELSEWHERE[custom]:
            output = outputs[name] = _Output.__new__(_Output)
            output._data = loop.create_future()  # noqa: SLF001 - as its own `_from_data`
            resolvers[name] = _Resolver(res, output._data)  # noqa: SLF001
    return resolvers


def _contains_unknowns(val: Any) -> bool:
    """The SDK's `contains_unknowns`, which most outputs are asked about whose value is a text."""
    return type(val) not in _SIMPLE and rpc.contains_unknowns(val)


def _track(self: Any) -> None:
    """`Output._track`, without locks around what cannot be interrupted; nobody waits for what is there."""
    if self._data.done() and not self._data.cancelled() and self._data.exception() is None:
        return  # a third of all outputs hold a plain value
    outputs: set[Any] = cast("Any", SETTINGS).outputs
    outputs.add(self._data)

    def settled(future: asyncio.Future[Any]) -> None:
        # What failed stays, for who waits for all of them to raise it.
        if not future.cancelled() and future.exception() is None:
            outputs.discard(future)

    self._data.add_done_callback(settled)


def _made_of(
    self: Any,
    resources: Awaitable[set[Any]] | set[Any],
    future: Awaitable[Any],
    is_known: Awaitable[bool],
    is_secret: Awaitable[bool] | None = None,
) -> None:
    """`Output.__init__`, whose awaitables are tasks, which end when the loop's other tasks do."""
    _of_awaitables(self, *[_task(each) for each in (resources, future, is_known, is_secret)])


def _task(awaitable: Any) -> Any:
    return asyncio.ensure_future(awaitable) if asyncio.iscoroutine(awaitable) else awaitable
