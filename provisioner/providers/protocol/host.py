"""The engine's side of a plugin: the service it logs to, at an address that it is told when it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

LEVELS: Final[Mapping[int, str]] = {
    engine_pb2.INFO: "info",
    engine_pb2.WARNING: "warning",
    engine_pb2.ERROR: "error",
}
"""What is passed on; debug lines are dropped."""

Hear = Callable[[str, str, str], None]
"""(level, message, URN of what it is about, or empty)."""

OPTIONS: Final = (("grpc.max_receive_message_length", 400 * 1024 * 1024), ("grpc.so_reuseport", 0))
"""The size is that of Pulumi's own hosts: 400 MB."""


class Host(engine_pb2_grpc.EngineServicer):
    """Serves `pulumirpc.Engine` on 127.0.0.1 for plugins."""

    def __init__(self, hear: Hear) -> None:
        self._root = ""
        self._hear = hear
        self._server = grpc.server(
            ThreadPoolExecutor(4, thread_name_prefix="plugin host"), options=list(OPTIONS)
        )
        engine_pb2_grpc.add_EngineServicer_to_server(self, self._server)
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        self.address = f"127.0.0.1:{port}"

    def close(self) -> None:
        """Stop serving."""
        self._server.stop(None)

    def Log(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's names
        """A message of a plugin; progress that a terminal would overwrite (`ephemeral`) is dropped."""
        level = LEVELS.get(request.severity)
        if level is not None and not request.ephemeral and request.message.strip():
            self._hear(level, request.message.strip(), request.urn)
        return empty_pb2.Empty()

    def GetRootResource(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """The URN that was set last."""
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """Remembered for whoever asks."""
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def RequirePulumiVersion(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """Any is right: what this engine lacks it says by name when it is asked for."""
        return engine_pb2.RequirePulumiVersionResponse()
