"""A server's process for as long as a test needs it, and no longer, however the test run ends."""

import socket
import subprocess
import time
from pathlib import Path

WATCHED = """
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
(cat <&3 >/dev/null; kill -9 $server 2>/dev/null) &
wait $server
"""
"""Ends the server when its standard input ends: that is when the test run does, even if it was killed."""


def free_port():
    """A port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Running:
    """A program that was started; what it says is in `log`."""

    def __init__(self, log: Path, command, variables=None):
        self.log = log
        self._named = Path(command[0]).name
        with log.open("ab") as said:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", WATCHED, "sh", *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
                env=variables,
            )

    def until(self, ready, seconds=60):
        """Wait until `ready()` says so; a program that ends or takes longer fails with what it said."""
        limit = time.monotonic() + seconds
        while not ready():
            ended = self._process.poll()
            if ended is not None or time.monotonic() > limit:
                self.end()
                how = f"ended with {ended}" if ended is not None else f"was not ready in {seconds} s"
                raise AssertionError(f"{self._named} {how}:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.02)

    def end(self):
        """End it at once, as a failing machine would; what it kept on disk stays."""
        self._process.stdin.close()
        self._process.wait(timeout=20)
