"""A headless Chromium, driven over a pipe by its own protocol (Chrome DevTools Protocol), so that no driver is needed.

Where there is none a test fails, and says what to install: a page that no browser has opened is not tested.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
)


def executable():
    """The browser's path."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, (
        "There is no Chromium. On Debian: apt-get install chromium-headless-shell; or set CHROMIUM to its path."
    )
    return found


START = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 100) for end in sys.argv[1:3]]
for number, end in zip((3, 4), ends):
    os.dup2(end, number)  # the protocol's pipe is descriptors 3 and 4
os.execv(sys.argv[3], sys.argv[3:])
"""


class Page:
    """One open page."""

    def __init__(self, to_browser, from_browser):
        self._out = to_browser
        self._in = from_browser
        self._buffer = b""
        self._number = 0
        self._session = None
        self.asked_for = []
        """URLs that the page wanted."""

    def attach(self, width, height):
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Page.enable")
        self._call("Network.enable")
        self.resize(width, height)

    def resize(self, width, height):
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def open(self, file):
        """Milliseconds from the start of the navigation until it is drawn."""
        self._call("Page.navigate", url=f"file://{file}")
        self.wait("document.readyState === 'complete' && location.href.startsWith('file:')")
        drawn = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"
        return self.ask(drawn)

    def ask(self, script):
        """What a script answers."""
        answer = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, condition):
        """Until a condition holds."""
        script = f"new Promise(done => {{ const look = () => ({condition}) ? done(true) : setTimeout(look, 10); look(); }})"
        try:
            assert self.ask(script)
        except AssertionError as moved:  # the page was just exchanged for another
            if "context" not in str(moved).lower():
                raise
            self.wait(condition)

    def click(self, selector):
        self.ask(f"document.querySelector({json.dumps(selector)}).click()")

    def type(self, selector, text):
        """As a person does: key by key."""
        self.ask(
            f"(field => {{ field.focus(); field.select(); }})(document.querySelector({json.dumps(selector)}))"
        )
        if not text:
            self._call("Input.dispatchKeyEvent", type="keyDown", key="Backspace", windowsVirtualKeyCode=8)
            self._call("Input.dispatchKeyEvent", type="keyUp", key="Backspace", windowsVirtualKeyCode=8)
        for sign in text:
            self._call("Input.dispatchKeyEvent", type="keyDown", text=sign, key=sign)
            self._call("Input.dispatchKeyEvent", type="keyUp", key=sign)

    def press(self, key):
        self._call("Input.dispatchKeyEvent", type="keyDown", text=key, key=key)
        self._call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def picture(self, file):
        """A screenshot, as PNG."""
        file.write_bytes(base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"]))

    def _call(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("method") == "Network.requestWillBeSent":
                self.asked_for.append(answer["params"]["request"]["url"])
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def _next(self):
        while b"\0" not in self._buffer:
            data = os.read(self._in, 1 << 20)
            assert data, "the browser has ended"
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)


@contextmanager
def browser(width=1280, height=1400):
    """A page in a browser of its own, which ends with the block."""
    to_browser, out = os.pipe()
    in_, from_browser = os.pipe()

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = (*FLAGS, f"--user-data-dir={profile}")
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(to_browser), str(from_browser), executable(), *flags],
            pass_fds=(to_browser, from_browser),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        try:
            page = Page(out, in_)
            page.attach(width, height)
            yield page
        finally:
            watchdog.cancel()
            os.close(out)
            process.terminate()
            process.wait(10)
            os.close(in_)
