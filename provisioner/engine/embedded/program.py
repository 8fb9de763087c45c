"""Runs a stack's program, unmodified, with our monitor in place of Pulumi's.

The SDK keeps its settings in context variables, so each run gets a context, a thread and an event loop of its
own.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import os
import threading
import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc
import pulumi
import pulumi.runtime._context as sdk_context
import pulumi.runtime.resource as sdk_resource
import pulumi.runtime.stack as sdk_stack
from pulumi import Output
from pulumi.errors import RunError
from pulumi.runtime import configure, get_root_resource, run_in_stack, set_all_config
from pulumi.runtime.proto.source_pb2 import StackTrace
from pulumi.runtime.settings import SETTINGS, Settings

from provisioner.engine.embedded import light_outputs, once, plain_inputs
from provisioner.engine.embedded.callbacks import Kept
from provisioner.engine.embedded.calls import Calls
from provisioner.engine.embedded.waiting import quiescence
from provisioner.engine.interface import ORGANIZATION, Program

_AROUND: Final = (
    "<frozen ",
    *(f"{Path(module).parent}{os.sep}" for module in (str(asyncio.__file__), str(pulumi.__file__))),
    f"{Path(__file__).parents[2]}{os.sep}",
)
"""What the names of files begin with that belong to what runs programs."""


_ROUNDS: Final = 10
"""In which tasks are cancelled; those that go on all the same are given up."""


@dataclass(frozen=True, slots=True)
class Broken:
    """How a program ended that did not end well."""

    error: str
    traceback: str
    missing_output: tuple[str, str] | None = None
    """The stack and its output that the program could not go on without, if it says so."""


Needs = Mapping[str, frozenset[str]]
"""The URNs of the resources that each of the stack's outputs comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the program can ask about the run it is part of."""

    project: str
    stack: str
    config: Mapping[str, str]
    secret_keys: Collection[str] = ()
    """The keys whose values are secret."""

    preview: bool
    traces_outputs: bool
    """Whether somebody will ask what the stack's outputs come from."""

    monitor: Any
    engine: Any


class _Untraced:
    """What the SDK asks of `opentelemetry.context`, where nobody traces: loading that one takes a while."""

    @staticmethod
    def get_current() -> None:
        """No context."""

    @staticmethod
    def attach(context: None) -> None:
        """Nothing to come back to."""

    @staticmethod
    def detach(token: None) -> None:
        """Nothing to come back to."""


def start(
    program: Program,
    around: Surroundings,
    ended: Callable[[Broken | None, Needs], None],
    gone: Callable[[], None],
) -> None:
    """Run the program on a thread of its own, which says when it has `ended`.

    Threads of the SDK may wait for answers even then; `gone` is called when the last one has its answer.
    """

    def body() -> None:
        threads = Calls()
        try:
            broken, needs = _run(program, around, threads)
        except BaseException as error:  # noqa: BLE001 - somebody waits to be told that this is over
            broken, needs = _broken(error), dict[str, frozenset[str]]()
        ended(broken, needs)
        threads.shutdown(wait=True, cancel_futures=True)
        gone()

    context = contextvars.Context()
    threading.Thread(target=context.run, args=(body,), name=f"program {around.stack}", daemon=True).start()


def _run(program: Program, around: Surroundings, threads: Calls) -> tuple[Broken | None, Needs]:
    configure(
        Settings(
            project=around.project,
            stack=around.stack,
            monitor=around.monitor,
            engine=around.engine,
            dry_run=around.preview,
            organization=ORGANIZATION,
            root_directory=".",
        )
    )
    set_all_config(dict(around.config), list(around.secret_keys))
    # As the real language host does: after a failure every waiting output would be reported.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    sdk_stack.wait_for_rpcs = quiescence
    once.remember()
    light_outputs.lighten()
    plain_inputs.shorten()
    # What OpenTelemetry keeps is in the context of who asks, and each call of the SDK is made in that anyway.
    setattr(sdk_context, "otel_context", _Untraced)  # noqa: B010
    # Nobody reads from where in the program a resource came, and looking it up is a tenth of the SDK's work.
    setattr(sdk_resource, "_get_stack_trace", StackTrace)  # noqa: B010
    loop = asyncio.new_event_loop()
    loop.set_default_executor(threads)
    setattr(SETTINGS, "callbacks", Kept(around.monitor, loop))  # noqa: B010 - read-only to type checkers
    try:
        noted: list[Any] = []
        broken = _result(loop, _noting(program, noted))
        needs = _needs(noted[0]) if around.traces_outputs and broken is None else _nothing()
        return broken, loop.run_until_complete(needs)
    finally:
        _cancel(loop)
        loop.close()


def _cancel(loop: asyncio.AbstractEventLoop) -> None:
    """End what a program that failed has left behind; what is cancelled may begin something itself."""
    for _ in range(_ROUNDS):
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        if not tasks:
            return


def _result(loop: asyncio.AbstractEventLoop, program: Program) -> Broken | None:
    try:
        loop.run_until_complete(run_in_stack(program))
    except grpc.RpcError as error:
        if error.code() == grpc.StatusCode.UNAVAILABLE:
            return None  # the engine stopped on purpose, and says why itself
        return Broken(str(error.details()), traceback.format_exc())
    except RunError as error:
        if "Resource monitor has terminated" in str(error):  # how the SDK spells the same for most calls
            return None
        return Broken(str(error), "", getattr(error, "missing_output", None))
    except BaseException as error:  # noqa: BLE001 - whatever a user's program raises ends the run only
        return _broken(error)
    return None


def _noting(program: Program, noted: list[Any]) -> Program:
    """The program; afterwards the stack is in `noted`: the SDK knows it only while it runs it."""

    def noting() -> Any:
        answer = program()
        noted.append(get_root_resource())
        return answer

    return noting


async def _nothing() -> Needs:
    return {}


async def _needs(stack: Any) -> Needs:
    """What the stack's outputs come from. All resources have their answers by now."""
    found: dict[str, frozenset[str]] = {}
    for name, value in stack.outputs.items():
        resources = await Output.from_input(value).resources()
        found[name] = frozenset([urn for one in resources if (urn := await one.urn.future())])
    return found


def _broken(error: BaseException) -> Broken | None:
    """What is said of an error; nothing of `sys.exit(0)`: that is an end like any other."""
    if isinstance(error, SystemExit):
        return Broken(f"program exited with non-zero exit code: {error.code}", "") if error.code else None
    return Broken(f"{type(error).__name__}: {error}", _traced(error))


def _traced(error: BaseException) -> str:
    """The traceback from the first line of the program on: what leads there is of no help to anybody."""
    frames = traceback.extract_tb(error.__traceback__)
    of_program = [number for number, frame in enumerate(frames) if not frame.filename.startswith(_AROUND)]
    limit = of_program[0] - len(frames) if of_program else None
    return "".join(traceback.format_exception(type(error), error, error.__traceback__, limit))
