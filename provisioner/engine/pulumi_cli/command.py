"""The program `pulumi` as the Automation API runs it, in a session of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

from pulumi.automation import CommandResult, PulumiCommand
from pulumi.automation.errors import InvalidVersionError, create_command_error

from provisioner.engine.engine_failures import EngineUnusable
from provisioner.engine.pulumi_cli.installed import root

OnOutput = Callable[[str], object]


class SessionCommand(PulumiCommand):
    """Starts `pulumi` where Ctrl-C does not reach it: what it is told, and how often, is ours to say.

    A terminal would tell it and us at once, and a signal that is sent to us alone would not reach it.
    """

    def __init__(self, root: str | None) -> None:
        super().__init__(root=root)
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()

    def interrupt(self) -> None:
        """Have what runs finish the calls under way, and begin nothing more."""
        with self._lock:
            for process in self._running:
                with suppress(ProcessLookupError):
                    process.send_signal(signal.SIGINT)

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        """The result of a command line, as the SDK's own does it. Raises `CommandError`."""
        line = [self.command, "--non-interactive", *args]
        environment = {**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"}
        if os.path.isabs(self.command):  # noqa: PTH117 - a word for the shell's search, not a path of ours
            folder = os.path.dirname(self.command)  # noqa: PTH120
            environment["PATH"] = os.pathsep.join((folder, environment.get("PATH", "")))
        with subprocess.Popen(  # noqa: S603 - the program that the person installed
            line,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=environment,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process:
            with self._lock:
                self._running.add(process)
            try:
                stdout, stderr = process.communicate()
            except KeyboardInterrupt:
                process.kill()  # a plan: whoever changes something listens for Ctrl-C
                raise
            finally:
                with self._lock:
                    self._running.discard(process)
        for said, listener in ((stdout, on_output), (stderr, on_error)):
            if listener is not None:
                for each in said.splitlines():
                    listener(each)
        result = CommandResult(stdout.rstrip(), stderr.rstrip(), process.returncode)
        if result.code != 0:
            raise create_command_error(result)
        return result


def command() -> SessionCommand:
    """The `pulumi` that is here. Raises `EngineNotInstalled` and `EngineUnusable`."""
    where = root()
    try:
        return SessionCommand(where)
    except (InvalidVersionError, OSError, subprocess.SubprocessError) as wrong:
        raise EngineUnusable(where or "pulumi", str(wrong)) from wrong
