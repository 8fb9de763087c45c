"""The process of a provider plugin: started, listened to, and ended.

A plugin gets the address of the engine's own service, prints the port that it listens on as the first line of
its standard output, and serves until it is ended (`newPlugin` in `pkg/resource/plugin/plugin.go`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from provisioner.providers.interface import Refused

COMES_UP: Final = 60.0
"""Seconds a plugin has to print its port: an interpreter that starts for the first time is slow."""

GOES_DOWN: Final = 5.0
"""Seconds it has to end when it is told to; the figure of Pulumi's engine."""

LAST_WORDS: Final = 20
"""Lines of its output that are kept for the case that it ends too early."""

DID_NOT_START: Final = "PluginDidNotStart"
"""The code of a refusal because there is no plugin to ask."""

_DRAINS: Final = 2.0
"""Seconds that the rest of the output of a dead process may take; its children may hold the pipe open."""


class PluginProcess:
    """A running plugin, in a process group of its own: Ctrl-C in the terminal is for the engine alone."""

    def __init__(self, file: Path, engine: str, environment: Mapping[str, str]) -> None:
        """Start it, and wait until it says where it listens. Raises `Refused`."""
        self.file = file
        self._said: deque[str] = deque(maxlen=LAST_WORDS)
        self._first_line = threading.Event()
        self._port = ""
        self._is_told = self._is_stopped = False
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the plugin that the person has installed
                [file, engine],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(environment),
                process_group=0,
                text=True,
                errors="replace",
            )
        except OSError as error:
            raise Refused(
                f"the plugin {file} cannot be started: {error.strerror}", code=DID_NOT_START
            ) from error
        self._listeners = (self._listening(self._process.stdout), self._listening(self._process.stderr))
        self.port = self._announced()

    @property
    def has_ended(self) -> bool:
        """Whether there is nobody to ask any more."""
        return self._process.poll() is not None

    def is_ending(self) -> bool:
        """Whether it ends within a moment: a connection breaks before the process is gone."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_DRAINS)
        return self.has_ended

    def epitaph(self, besides: str = "") -> str:
        """How a process that stopped answering ended, and what it said last."""
        self._drain()
        words = "\n".join(self._said).strip()
        said = f"; it said last:\n{words}" if words else ""
        return f"the plugin {self.file} {_ended(self._process.poll())}{besides}{said}"

    def interrupt(self) -> None:
        """Tell it to end."""
        if not self._is_told:
            self._is_told = True
            self._signal(signal.SIGINT)

    def stop(self) -> None:
        """End it and what it has started, kindly first."""
        if self._is_stopped:
            return  # by now its number may be that of somebody else
        self._is_stopped = True
        self.interrupt()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GOES_DOWN)
        # What it started may have outlived it, as the interpreter under a shell script does.
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._drain()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _drain(self) -> None:
        for listener in self._listeners:
            listener.join(_DRAINS)

    def _listening(self, stream: IO[str] | None) -> threading.Thread:
        assert stream is not None, "both streams are pipes"
        thread = threading.Thread(
            target=self._listen, args=(stream,), daemon=True, name=f"{self.file.name} output"
        )
        thread.start()
        return thread

    def _listen(self, stream: IO[str]) -> None:
        """Keep what the plugin says; it would block if nobody read it."""
        with stream:
            if stream is self._process.stdout:
                self._port = stream.readline()
                self._first_line.set()
            for line in stream:
                self._said.append(line.rstrip())

    def _announced(self) -> int:
        in_time = self._first_line.wait(COMES_UP)
        text = self._port.strip()
        if in_time and text.isdigit():
            return int(text)
        if in_time and not text:
            self.is_ending()
            reason = self.epitaph(" and never told which port it listens on")
        elif in_time:
            reason = f"the plugin {self.file} is to tell its port first, and said: {text}"
        else:
            reason = f"the plugin {self.file} has not told its port in {COMES_UP:.0f} seconds"
        self.stop()
        raise Refused(reason, code=DID_NOT_START)


def _ended(status: int | None) -> str:
    if status is None:
        return "does not answer"
    return (
        f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with exit status {status}"
    )
