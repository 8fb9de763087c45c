"""The plugin `pulumi-resource-lab`: prints its port, as all do. LAB_CLOUD names the file of its cloud."""

import asyncio
import contextlib
import os
import sys
from pathlib import Path

from tests.conformance.provider.cloud import Cloud
from tests.conformance.provider.serving import start


async def main():
    server, port = await start(Cloud(Path(os.environ["LAB_CLOUD"])))
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.wait_for_termination()


with contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt):
    asyncio.run(main())
