"""The command `provisioner`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from provisioner.cli import startup
from provisioner.kept import KEPT

startup.prepare()

from provisioner.cli.main import run  # noqa: E402 - after the line above


def main() -> None:
    """Run the command and end the process with its exit code."""
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # pyright: ignore[reportUnnecessaryComparison] - closed by whoever started it
            stream.flush()
    if (packages := sys.modules.get("provisioner.providers.protocol.packages")) is not None:
        packages.end_plugins()
    with suppress(KeyboardInterrupt):  # the work is done, and is not to look as if it were not
        KEPT.write()
    # Everything is written and closed: taking a hundred thousand objects apart would only take time.
    os._exit(code)


if __name__ == "__main__":
    main()
