"""The process of the local cloud: moto's server on a free loopback port, until its record is gone.

    python -m provisioner.local.server --record .provisioner/local/server.json --ready 5

It is started by `desk.py`, which reads from the other end of the pipe `--ready` when it can be used.
"""

from __future__ import annotations

import argparse
import gc
import http.client
import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from provisioner.local import record
from provisioner.local.record import IDENTITY, READY, START_WITHIN, Record

LOOPBACK: Final = "127.0.0.1"
LOOK_EVERY: Final = 0.5
"""Seconds between two looks at the record; the server is gone at most this much after it."""

WARMED: Final = (
    # The first call to a service imports it; IAM's also loads 1,000 managed policies (about a second in all).
    ("iam", "Action=ListAccountAliases&Version=2010-05-08"),
    ("sts", "Action=GetCallerIdentity&Version=2011-06-15"),
    ("ec2", "Action=DescribeAvailabilityZones&Version=2016-11-15"),
)

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


def identified(app: App, cloud: str) -> App:
    """The same application, which also answers which cloud it is."""
    answer = json.dumps({"id": cloud, "pid": os.getpid()}).encode()

    def respond(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != IDENTITY:
            return app(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]

    return respond


def serve(file: Path, ready: Callable[[], None]) -> None:
    """Serve until the record at `file` vanishes or is another's; `ready` is called once it is written."""
    from provisioner.local import additions  # noqa: PLC0415

    additions.install()
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415  # pyright: ignore[reportMissingTypeStubs]
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server  # noqa: PLC0415

    class Quiet(MotoRequestHandler):
        """Keeps no access log: it would grow without end and slow every call."""

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing."""

    cloud = uuid.uuid4().hex
    app = identified(DomainDispatcherApplication(create_backend_app), cloud)
    server = make_server(LOOPBACK, 0, app, threaded=True, request_handler=Quiet)
    os.environ["MOTO_PORT"] = str(server.port)
    started = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    mine = Record(cloud, os.getpid(), f"http://{LOOPBACK}:{server.port}", started)
    record.write(file, mine)
    ready()
    threading.Thread(target=_end_with, args=(file, mine), daemon=True).start()
    threading.Thread(target=_warm, args=(server.port,), daemon=True).start()
    server.serve_forever()


def _end_with(file: Path, mine: Record) -> None:
    while _is_recorded(file, mine):
        time.sleep(LOOK_EVERY)
    os._exit(0)  # requests may be running in threads that nobody can stop


def _is_recorded(file: Path, mine: Record) -> bool:
    try:
        return record.parsed(file.read_text()) == mine
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True  # too many open files, say: nobody has ended this server


def _warm(port: int) -> None:
    for service, body in WARMED:
        scope = f"Credential=warm/20260101/us-east-1/{service}/aws4_request"
        headers = {
            "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=60)
        connection.request("POST", "/", body, headers)
        connection.getresponse().read()
        connection.close()
    # What is loaded by now stays for good: looking through it again and again costs a tenth of every call.
    gc.collect()
    gc.freeze()


def _end(_number: int, _frame: object) -> None:
    os._exit(0)


def main() -> None:
    """Entry point: returns at once, and serves in a child process that nobody waits for."""
    parser = argparse.ArgumentParser(description="The local cloud (started by `provisioner local start`).")
    parser.add_argument("--record", type=Path, required=True, help="where to write pid, endpoint and id")
    parser.add_argument("--ready", type=int, required=True, help="file descriptor that is told of the start")
    arguments = parser.parse_args()
    if os.fork():
        os._exit(0)
    os.setsid()
    signal.signal(signal.SIGTERM, _end)
    signal.alarm(START_WITHIN)

    def ready() -> None:
        signal.alarm(0)
        os.write(arguments.ready, READY)
        os.close(arguments.ready)

    serve(arguments.record.absolute(), ready)


if __name__ == "__main__":
    main()
