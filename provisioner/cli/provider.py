"""`provisioner provider`: the drivers as a plugin of Pulumi's engine."""

from __future__ import annotations

import gc
import os
import shlex
import signal
import subprocess
import threading
from typing import Final

import click

from provisioner.asked import Asked
from provisioner.cli.called import this_program
from provisioner.cli.environment_names import environment_names
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import Explaining
from provisioner.cli.screen import err, out
from provisioner.cli.writing import EXECUTABLE, write_over
from provisioner.provider_wiring import SERVED
from provisioner.providers.protocol.finding import Places
from provisioner.providers.protocol.serving import served

_ATTACHED: Final = "PULUMI_DEBUG_PROVIDERS"
"""Where Pulumi's engine finds plugins that run already: `aws:40001,kubernetes:40002`."""

_OURS: Final = b"# Written by `provisioner provider install`: its drivers, in place of the plugin of Pulumi."

_LOOKS_UP: Final = 1.0
"""Seconds between two looks at whether an engine is still there: one that was killed ends no plugin."""

_ENDS: Final = (signal.SIGINT, signal.SIGTERM)


@click.group("provider")
def command() -> None:
    """The drivers as a plugin of Pulumi's engine."""


@command.command("serve", cls=Explaining)
@click.argument("package", type=click.Choice(list(SERVED)))
@click.argument("words", metavar="[-- COMMAND ...]", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--environment",
    metavar="ENV",
    shell_complete=environment_names,
    help="Reach AWS, the cluster or Vault as this environment does. Default: as their own CLIs would.",
)
@click.option("--cloud", type=click.Choice(["local"]), help="Put the environment into the cloud on a desk.")
@click.option("--parent", type=int, hidden=True, help="End with this process, which has started it.")
def serve(package: str, words: tuple[str, ...], parent: int | None, **where: str | None) -> int:
    """Serve the drivers of PACKAGE to `pulumi`.

    It then needs no plugin. With a command after `--`, run it attached to them, and end as it ends. Without,
    print the port and serve until Ctrl-C. Only this machine can connect; who does acts with your credentials.
    """
    gc.enable()  # commands do without, since they end soon; this one does not
    here = SERVED[package]
    with served(here.package(_asked(**where), err().say), here.admit) as port:
        attached = ",".join(filter(None, (os.environ.get(_ATTACHED), f"{package}:{port}")))
        if words:
            return _run(words, {**os.environ, _ATTACHED: attached})
        out().say(str(port))
        err().say(f"Try next, in another terminal:\n\n  {_ATTACHED}={attached} pulumi preview")
        _wait(parent)
    return 0


@command.command("install", cls=Explaining)
@click.argument("package", type=click.Choice(list(SERVED)))
def install(package: str) -> ExitCode:
    """Put the drivers where `pulumi` finds plugins.

    That is $PULUMI_HOME, or ~/.pulumi; there they stand for the plugin it would download. Each program with
    this version of the package then uses them: meant for images, and machines that build nothing else. A
    plugin that is there already stays.
    """
    version = SERVED[package].version()
    file = Places(os.environ).folder / f"resource-{package}-v{version}" / f"pulumi-resource-{package}"
    # Pulumi appends its own address, which nobody here needs.
    words = shlex.join((*this_program(), "provider", "serve", package))
    text = f"#!/bin/sh\n{_OURS.decode()}\nexec {words} --parent $PPID\n"
    write_over(file, text.encode(), lambda content: _OURS in content, EXECUTABLE)
    out().say(f"Pulumi finds the drivers of {package} {version} at {file}.")
    return ExitCode.DONE


def _asked(environment: str | None, cloud: str | None) -> Asked | None:
    if environment is None:
        if cloud:
            raise click.UsageError("--cloud is about an environment: add --environment ENV.")
        return None
    return Asked(environment, "local" if cloud else None)


def _run(words: tuple[str, ...], environment: dict[str, str]) -> int:
    """The exit code of the command, which hears Ctrl-C by itself."""

    def leave_it_to_the_command(*_: object) -> None:
        """A handler of ours, and not SIG_IGN, which the command would inherit."""

    for number in _ENDS:
        signal.signal(number, leave_it_to_the_command)
    try:
        return subprocess.run(words, env=environment, check=False).returncode  # noqa: S603 - as the person typed it
    except OSError as refused:
        raise click.ClickException(f"`{shlex.join(words)}` cannot be run: {refused.strerror}.") from refused


def _wait(parent: int | None) -> None:
    """Until Ctrl-C, or until the parent is gone; a second Ctrl-C ends what is under way, too."""
    ended = threading.Event()

    def end(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        ended.set()

    for number in _ENDS:
        signal.signal(number, end)
    while not ended.wait(_LOOKS_UP if parent else None):
        if os.getppid() != parent:
            return
