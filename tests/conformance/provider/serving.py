"""Serves the laboratory over Pulumi's provider protocol: in a thread of a test, or as a plugin of its own.

The protocol is the SDK's (`pulumi.provider.experimental`); added here is only what that host cannot say: a
refusal in one sentence, without the traceback, and an object that was made but is not ready.
"""

import asyncio
import functools
import threading
from contextlib import contextmanager
from pathlib import Path

import grpc
import grpc.aio
from google.protobuf import empty_pb2
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from tests.conformance.provider.cloud import Cloud
from tests.conformance.provider.lab import Absent, HalfReady, Lab, Refusal

VERSION = "1.2.3"
_BEGINNING = threading.Lock()
PLUGIN = """#!/bin/sh
export LAB_CLOUD={cloud} PYTHONPATH={root}
exec {python} -m tests.conformance.provider "$@"
"""


class Servicer(ProviderServicer):
    """The SDK's servicer, to attach to. All provider resources share it: it keeps no configuration."""

    def __init__(self, cloud):
        super().__init__([], VERSION, Lab(cloud), "")

    async def Attach(self, request, context):
        return empty_pb2.Empty()

    async def Handshake(self, request, context):
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, "the SDK's host knows no handshake")


def _in_words(method):
    served = getattr(ProviderServicer, method)

    async def call(self, request, context):
        try:
            return await served(self, request, context)
        except Exception as error:
            match error.__context__:
                case Absent():  # the SDK's host would answer with properties: an object without an id
                    return provider_pb2.ReadResponse()
                case Refusal() as refusal:
                    await context.abort(grpc.StatusCode.UNKNOWN, str(refusal))
                case HalfReady() as half:
                    await _abort_half_ready(context, half)
            raise

    return call


for _method in ("Check", "Diff", "Create", "Read", "Update", "Delete", "Invoke"):
    setattr(Servicer, _method, _in_words(_method))


async def _abort_half_ready(context, half):
    failed = provider_pb2.ErrorResourceInitFailed(
        id=half.id,
        properties=PropertyValue.marshal_map(half.properties),
        inputs=PropertyValue.marshal_map(half.inputs),
        reasons=[half.reason],
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=half.reason)
    status.details.add().Pack(failed)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    await context.abort(grpc.StatusCode.UNKNOWN, half.reason)


async def start(cloud: Cloud):
    """A server on a free port of this machine, and the port."""
    server = grpc.aio.server()
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(cloud), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, port


@functools.cache
def _begun():
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="laboratory", daemon=True).start()
    return loop


def _loop():
    """The event loop of all laboratories of a process: gRPC's own queue needs the loop it began on."""
    with _BEGINNING:
        return _begun()


@contextmanager
def served(cloud: Cloud):
    """The port of a laboratory that works on this cloud, in a thread of this process."""
    server, port = asyncio.run_coroutine_threadsafe(start(cloud), _loop()).result(10)
    try:
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(None), _loop()).result(10)


def install(folder: Path, cloud: Path, python: str) -> Path:
    """Write `pulumi-resource-lab` into this folder, for a PATH; the plugin works on that cloud."""
    plugin = folder / "pulumi-resource-lab"
    root = Path(__file__).parents[3]
    plugin.write_text(PLUGIN.format(cloud=cloud, root=root, python=python))
    plugin.chmod(0o755)
    return plugin
