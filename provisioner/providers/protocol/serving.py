"""Serves a package to Pulumi's engine, on this machine alone."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from provisioner.providers.interface import Package
from provisioner.providers.protocol.servicer import Admit, ProviderServicer, everyone

WORKERS: Final = 64
"""Calls at once; the engine makes four for each core, if nobody says otherwise."""

LONGEST_CALL: Final = 24 * 3600.0
"""Seconds that a call under way may take to its end; no driver waits that long."""

LARGEST_MESSAGE: Final = 400 * 1024 * 1024
"""Bytes; as the engine's own limit (pulumi/pulumi, `sdk/go/common/util/rpcutil`)."""


@contextmanager
def served(package: Package, admit: Admit = everyone) -> Generator[int]:
    """The port at which the engine finds the package (`PULUMI_DEBUG_PROVIDERS=aws:PORT`).

    At the end no new call is taken, and those under way are waited for: what they make must be recorded.
    """
    server = grpc.server(
        ThreadPoolExecutor(WORKERS, thread_name_prefix="served"),
        options=[
            ("grpc.max_receive_message_length", LARGEST_MESSAGE),
            ("grpc.max_send_message_length", LARGEST_MESSAGE),
        ],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(ProviderServicer(package, admit), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(LONGEST_CALL).wait()  # without a time of grace calls are broken off at once
