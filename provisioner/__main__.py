"""The command `provisioner`."""

from __future__ import annotations

import gc
import os
import sys

# A command makes many objects and ends soon: looking for garbage while modules load doubles the start.
gc.disable()
# pydantic would read the description of every installed package, in search of plug-ins for itself.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from provisioner.cli.main import run  # noqa: E402 - after the line above


def main() -> None:
    """Run the command and end the process with its exit code."""
    code = run(sys.argv[1:])
    # Taking a hundred thousand objects apart one by one at the end would take half a second.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
