"""For commands that go through all stacks, whatever is wrong with one of them."""

from __future__ import annotations

from collections.abc import Callable

from provisioner.asked import Asked
from provisioner.cli.exit_code import ExitCode, exit_code
from provisioner.cli.explaining import explanation
from provisioner.cli.screen import err
from provisioner.engine.failures import Failure
from provisioner.engine.interface import Stack
from provisioner.providers.interface import Refused
from provisioner.wiring import Workspace


def every_stack(workspace: Workspace, asked: Asked, do: Callable[[Stack], ExitCode]) -> ExitCode:
    """Do it to each stack; the first exit code that is not `DONE`. A failure is told, and it goes on."""
    codes = [_code(stack, asked, do) for stack in workspace.stacks]
    return next((code for code in codes if code is not ExitCode.DONE), ExitCode.DONE)


def _code(stack: Stack, asked: Asked, do: Callable[[Stack], ExitCode]) -> ExitCode:
    try:
        return do(stack)
    except (Failure, Refused) as failure:
        err().say(f"{stack.project} {stack.name}:\n{explanation(failure, str(asked))}\n")
        return exit_code(failure)
