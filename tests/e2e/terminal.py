"""A terminal of one's own: a command runs in it as under a person's hands."""

import os
import select
import subprocess
import sys
import time

SIT_DOWN = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_DFL)  # a test run in the background has inherited that it is ignored
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C is a signal, and not a character
os.execv(sys.executable, [sys.executable, "-m", "provisioner", *sys.argv[1:]])
"""
CTRL_C = "\x03"


class Terminal:
    """A command in a terminal: what it shows can be waited for, and answered."""

    def __init__(self, product, command):
        self._ours, theirs = os.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-c", SIT_DOWN, *command.split()],
            cwd=product.folder,
            env={**product.surroundings(), "TERM": "xterm"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.shown = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def type(self, text):
        os.write(self._ours, text.encode())

    def wait_for(self, text, seconds=60):
        """Until the command has shown this text."""
        limit = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < limit, f"{text!r} was never shown:\n{self.shown}"
            assert self._read(1), f"it ended without {text!r}:\n{self.shown}"

    def ended(self, seconds=60, type=""):
        """The exit code; `type` is typed again whenever nothing happens for a second."""
        limit = time.monotonic() + seconds
        self.type(type)
        shown = self.shown
        while self._read(1):
            assert time.monotonic() < limit, f"it goes on:\n{self.shown}"
            if self.shown == shown:
                self.type(type)
            shown = self.shown
        return self._process.wait(max(0.1, limit - time.monotonic()))

    def _read(self, seconds):
        """Take in what was shown; False if nobody will show anything any more."""
        able, _, _ = select.select([self._ours], [], [], max(0, seconds))
        try:
            data = os.read(self._ours, 65536) if able else None
        except OSError:  # Linux tells the end of a terminal's other side so
            return False
        self.shown += data.decode(errors="replace") if data else ""
        return data != b""
