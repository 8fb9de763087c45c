"""The plugin `pulumi-resource-moody`, on the SDK's own provider host: what is not its mood is not written here.

`moody:index:Thing` takes any inputs. `dies` names the call in which the process kills itself, `says` is logged to the
engine, `waits` makes a creation wait until the plugin is cancelled. Each call is a line of the file MOODY_CALLS.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

import grpc
from pulumi.provider.experimental import provider as words
from pulumi.provider.experimental import server
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


class Moody(words.Provider):
    """Keeps nothing: an object is what its inputs say."""

    def __init__(self):
        self._cancelled = asyncio.Event()
        self._made = 0

    async def check_config(self, request):
        return words.CheckResponse(inputs=request.new_inputs)

    async def diff_config(self, request):
        return words.DiffResponse(changes=1)

    async def configure(self, request):
        self._called("configure", request.args)
        return words.ConfigureResponse(accept_secrets=True, accept_resources=False, supports_preview=True)

    async def check(self, request):
        self._called("check", request.new_inputs)
        return words.CheckResponse(inputs=request.new_inputs)

    async def diff(self, request):
        self._called("diff", request.new_inputs)
        return words.DiffResponse()

    async def create(self, request):
        if not request.preview:
            self._called("create", request.properties)
            await self._talk(request)
            if "waits" in request.properties:
                await self._cancelled.wait()
                raise RuntimeError("broken off")
        self._made += 1
        return words.CreateResponse(None if request.preview else f"thing-{self._made}", request.properties)

    async def update(self, request):
        if not request.preview:
            self._called("update", request.news)
        return words.UpdateResponse(request.news)

    async def delete(self, request):
        self._called("delete", request.properties)

    async def read(self, request):
        self._called("read", request.properties)
        return words.ReadResponse(request.resource_id, request.properties, request.properties)

    async def cancel(self):
        self._called("cancel", {})
        self._cancelled.set()

    async def _talk(self, request):
        if "says" in request.properties:
            text = request.properties["says"].value
            async with grpc.aio.insecure_channel(sys.argv[1]) as channel:
                engine = engine_pb2_grpc.EngineStub(channel)
                for severity in (engine_pb2.DEBUG, engine_pb2.WARNING):
                    await engine.Log(engine_pb2.LogRequest(severity=severity, message=text, urn=request.urn))

    def _called(self, call, inputs):
        with Path(os.environ["MOODY_CALLS"]).open("a") as calls:
            calls.write(f"{call}\n")
        if inputs.get("dies", PropertyValue(None)).value == call:
            sys.stderr.write(f"I am tired of {call}\n")
            sys.stderr.flush()
            os.kill(os.getpid(), signal.SIGKILL)


server.main(sys.argv[1:], "0.1.0", Moody())
