"""Starts a stack's program, with this engine in place of Pulumi's."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import grpc

from provisioner.engine.embedded import default_providers, program
from provisioner.engine.embedded.deployment import AskedInVain, Inbox, ProgramEnded, ProgramGone
from provisioner.engine.embedded.hooks import Hooks
from provisioner.engine.embedded.monitor import EngineService, Exists, Invoke, Monitor, Stopped
from provisioner.engine.embedded.program import Broken
from provisioner.engine.embedded.progress import Progress
from provisioner.engine.embedded.requests import Declined
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.wanted import Lookup
from provisioner.engine.events import ProgramSpoke
from provisioner.engine.failures import NoProvider
from provisioner.engine.interface import Stack
from provisioner.plan.concealment import masked
from provisioner.plan.values import UNKNOWN, Properties, Secret, has_unknown
from provisioner.providers.interface import NO_CREDENTIALS, Identity, Provider, Refused, given

if TYPE_CHECKING:
    from provisioner.engine.embedded.remote import RemoteComponents

_NOT_ASKED: Final[Properties] = {"": UNKNOWN}
"""The answer of a function that cannot be called yet."""


def start(stack: Stack, scene: Scene, inbox: Inbox, progress: Progress, hooks: Hooks) -> None:
    """Run the program on a thread of its own; what it asks, and its end, come to the inbox."""
    hidden = _secrets(stack)
    monitor = Monitor(inbox.put, _invoking(scene, inbox, progress), hooks)
    remote = _Remote(stack, scene, inbox, monitor, is_preview=progress.is_preview)
    monitor.remote_components = remote.components
    monitor.exists = _looking(scene, inbox, progress)
    around = program.Surroundings(
        project=stack.project,
        stack=stack.name,
        config=stack.config,
        secret_keys=stack.secret_keys,
        preview=progress.is_preview,
        traces_outputs=progress.is_preview and not scene.reach.scope.is_whole,
        monitor=monitor,
        engine=EngineService(_masking(hidden, inbox.put)),
    )

    def gone() -> None:
        remote.close()
        inbox.put(ProgramGone())

    program.start(
        stack.program,
        around,
        ended=lambda broken, needs: inbox.put(ProgramEnded(_masked(broken, hidden), needs)),
        gone=gone,
    )


def _secrets(stack: Stack) -> Properties:
    """What is secret in the stack's configuration; programs print it, and errors repeat it."""
    return {key: Secret(_content(stack.config[key])) for key in stack.secret_keys}


def _content(text: str) -> Any:
    """The texts in which a value may be read: as it is, within JSON, and the parts of a structure."""
    if text[:1] in ("{", "["):
        with contextlib.suppress(json.JSONDecodeError):
            return [text, json.loads(text)]
    return [text, json.dumps(text)[1:-1]]


def discreet(stack: Stack, tell: Callable[[ProgramSpoke], None]) -> Callable[[ProgramSpoke], None]:
    """Tells what is said without what is secret in the stack's configuration."""
    return _masking(_secrets(stack), tell)


def _masking(hidden: Properties, tell: Callable[[ProgramSpoke], None]) -> Callable[[ProgramSpoke], None]:
    if not hidden:
        return tell
    return lambda spoke: tell(replace(spoke, message=masked(spoke.message, hidden)))


def _masked(broken: Broken | None, hidden: Properties) -> Broken | None:
    if broken is None or not hidden:
        return broken
    return replace(broken, error=masked(broken.error, hidden), traceback=masked(broken.traceback, hidden))


def _invoking(scene: Scene, inbox: Inbox, progress: Progress) -> Invoke:
    def invoke(token: str, reference: str, version: str, arguments: Properties) -> Properties:
        if has_unknown(arguments):
            return _NOT_ASKED
        try:
            if token.startswith("pulumi:pulumi:"):
                default_providers.for_function(
                    token, version, scene.defaults, inbox.put
                )  # as Pulumi records it
                return _own(token, arguments, scene)
            provider = _provider(scene, inbox, token, reference, version)
            return provider.invoke(token, given(provider, arguments))
        except Refused as refused:
            if progress.is_preview and refused.code == NO_CREDENTIALS:
                progress.notes.append(f"{token} was not asked: {masked(refused.reason, arguments)}")
                return _NOT_ASKED
            reason = masked(refused.reason, arguments)
            raise Declined(grpc.StatusCode.UNKNOWN, f"{token}: {reason}") from refused

    return invoke


def _looking(scene: Scene, inbox: Inbox, progress: Progress) -> Exists:
    def exists(what: Lookup) -> bool | None:
        if what.id is UNKNOWN or has_unknown(what.inputs):
            return None
        try:
            provider = _provider(scene, inbox, what.type, what.provider, what.version)
            return provider.read(what.type, Identity(what.id, given(provider, what.inputs))) is not None
        except Refused as refused:
            if progress.is_preview and refused.code == NO_CREDENTIALS:
                reason = masked(refused.reason, what.inputs)
                progress.notes.append(f"{what.type} with id {what.id} was not read: {reason}")
                return None
            reason = masked(refused.reason, what.inputs)
            raise Declined(grpc.StatusCode.UNKNOWN, f"{what.type} {what.id}: {reason}") from refused

    return exists


def _own(token: str, arguments: Properties, scene: Scene) -> Properties:
    """What a function of the engine's own answers. Raises `Refused`."""
    from provisioner.engine.embedded import builtin  # noqa: PLC0415 - few programs call one

    return builtin.answer(token, arguments, scene)


def _provider(scene: Scene, inbox: Inbox, token: str, reference: str, version: str) -> Provider:
    """What a function is asked of. Raises `Stopped` if there is none, which ends the run."""
    reference = reference or default_providers.for_function(token, version, scene.defaults, inbox.put)
    try:
        return scene.providers.for_function(token, reference)
    except NoProvider as missing:
        inbox.put(AskedInVain(missing))
        raise Stopped from missing


class _Remote:
    """What remote components take, made for the first of them."""

    def __init__(
        self, stack: Stack, scene: Scene, inbox: Inbox, monitor: Monitor, *, is_preview: bool
    ) -> None:
        self._parts = stack, scene, inbox, monitor, is_preview
        self._made: RemoteComponents | None = None
        self._lock = threading.Lock()

    def components(self) -> RemoteComponents:
        """What makes them. May be called from any thread."""
        with self._lock:
            if self._made is None:
                from provisioner.engine.embedded.remote import RemoteComponents, Run  # noqa: PLC0415 - rare

                stack, scene, inbox, monitor, is_preview = self._parts

                def find(token: str, reference: str, version: str) -> Provider:
                    return _provider(scene, inbox, token, reference, version)

                self._made = RemoteComponents(Run(stack, is_preview, find), monitor)
            return self._made

    def close(self) -> None:
        """The program is gone, and nobody asks for any more."""
        if self._made is not None:
            self._made.close()
