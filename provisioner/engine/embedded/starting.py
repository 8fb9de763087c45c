"""Starts a stack's program, with this engine in place of Pulumi's."""

from __future__ import annotations

from typing import Final

import grpc

from provisioner.engine.embedded import program
from provisioner.engine.embedded.deployment import AskedInVain, Inbox, ProgramEnded, ProgramGone
from provisioner.engine.embedded.monitor import Declined, EngineService, Invoke, Monitor, Stopped
from provisioner.engine.embedded.progress import Progress
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.failures import NoProvider
from provisioner.engine.interface import Stack
from provisioner.plan.values import UNKNOWN, Properties, has_unknown, revealed
from provisioner.providers.interface import NO_CREDENTIALS, Refused

_NOT_ASKED: Final[Properties] = {"": UNKNOWN}
"""The answer of a function that cannot be called yet."""


def start(stack: Stack, scene: Scene, inbox: Inbox, progress: Progress) -> None:
    """Run the program on a thread of its own; what it asks, and its end, come to the inbox."""
    around = program.Surroundings(
        project=stack.project,
        stack=stack.name,
        config=stack.config,
        preview=progress.is_preview,
        traces_outputs=progress.is_preview and not scene.reach.scope.is_whole,
        monitor=Monitor(inbox.put, _invoking(scene, inbox, progress)),
        engine=EngineService(inbox.put),
    )
    program.start(
        stack.program,
        around,
        ended=lambda broken, needs: inbox.put(ProgramEnded(broken, needs)),
        gone=lambda: inbox.put(ProgramGone()),
    )


def _invoking(scene: Scene, inbox: Inbox, progress: Progress) -> Invoke:
    def invoke(token: str, reference: str, arguments: Properties) -> Properties:
        if has_unknown(arguments):
            return _NOT_ASKED
        try:
            provider = scene.providers.for_function(token, reference)
            return provider.invoke(token, revealed(dict(arguments)))
        except NoProvider as missing:
            inbox.put(AskedInVain(missing))
            raise Stopped from missing
        except Refused as refused:
            if progress.is_preview and refused.code == NO_CREDENTIALS:
                progress.notes.append(f"{token} was not asked: {refused.reason}")
                return _NOT_ASKED
            raise Declined(grpc.StatusCode.UNKNOWN, f"{token}: {refused.reason}") from refused

    return invoke
