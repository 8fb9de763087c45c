"""Pulumi's engine as a plugin sees it: one connection, and the calls in the engine's own words."""

import contextlib
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc, status_pb2

from provisioner.providers.protocol import wire

SEED = bytes(32)


@dataclass
class Recorded:
    """What the engine's state has of an object, secrets marked."""

    id: str
    inputs: dict
    outputs: dict


class HalfMade(Exception):
    """A call that failed and left an object."""

    def __init__(self, detail):
        super().__init__("; ".join(detail.reasons))
        self.id = detail.id
        self.outputs = wire.decode(detail.properties)
        self.inputs = wire.decode(detail.inputs)


@dataclass
class Client:
    """Calls of one provider resource of the engine."""

    stub: Any
    type: str = "fake:index:Thing"
    name: str = "one"

    @property
    def about(self):
        """What every call says of the resource it is for."""
        return {"urn": f"urn:pulumi:dev::p::{self.type}::{self.name}", "name": self.name, "type": self.type}

    def configure(self, **inputs):
        return self.stub.Configure(
            pb.ConfigureRequest(args=wire.encode(inputs), acceptSecrets=True, acceptResources=True)
        )

    def check(self, news, olds=None):
        """The checked inputs, and (property, reason) of each problem."""
        request = pb.CheckRequest(
            news=wire.encode(news), olds=wire.encode(olds or {}), randomSeed=SEED, **self.about
        )
        answer = self.stub.Check(request)
        return wire.decode(answer.inputs), [(each.property, each.reason) for each in answer.failures]

    def diff(self, old, news):
        return self.stub.Diff(
            pb.DiffRequest(
                id=old.id,
                old_inputs=wire.encode(old.inputs),
                olds=wire.encode(old.outputs),
                news=wire.encode(news),
                **self.about,
            )
        )

    def create(self, inputs, *, preview=False, timeout=0):
        """What the state then has of the object. Raises `HalfMade`."""
        request = pb.CreateRequest(
            properties=wire.encode(inputs), preview=preview, timeout=timeout, **self.about
        )
        with _half_made():
            answer = self.stub.Create(request)
        return Recorded(answer.id, inputs, wire.decode(answer.properties))

    def update(self, old, news, *, preview=False):
        """The same after a change. Raises `HalfMade`."""
        request = pb.UpdateRequest(
            id=old.id,
            old_inputs=wire.encode(old.inputs),
            olds=wire.encode(old.outputs),
            news=wire.encode(news),
            preview=preview,
            **self.about,
        )
        with _half_made():
            answer = self.stub.Update(request)
        return Recorded(old.id, news, wire.decode(answer.properties))

    def read(self, old):
        """The object as it is now, None if it is gone."""
        request = pb.ReadRequest(
            id=old.id, inputs=wire.encode(old.inputs), properties=wire.encode(old.outputs), **self.about
        )
        answer = self.stub.Read(request)
        if not answer.id:
            return None
        return Recorded(answer.id, wire.decode(answer.inputs), wire.decode(answer.properties))

    def delete(self, old):
        request = pb.DeleteRequest(
            id=old.id, old_inputs=wire.encode(old.inputs), properties=wire.encode(old.outputs), **self.about
        )
        self.stub.Delete(request)

    def invoke(self, token, arguments):
        answer = self.stub.Invoke(pb.InvokeRequest(tok=token, args=wire.encode(arguments)))
        return wire.decode(getattr(answer, "return"))

    def made(self, news):
        """Check and create, as the engine does both."""
        inputs, problems = self.check(news)
        assert not problems
        return self.create(inputs)


@contextlib.contextmanager
def connected(port, **inputs):
    """A client on a connection of its own, its provider configured with these inputs if there are any."""
    with grpc.insecure_channel(
        f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)]
    ) as channel:
        client = Client(provider_pb2_grpc.ResourceProviderStub(channel))
        if inputs:
            client.configure(**inputs)
        yield client


NOTHING = empty_pb2.Empty()


@contextlib.contextmanager
def _half_made():
    try:
        yield
    except grpc.RpcError as error:
        for key, value in error.trailing_metadata():
            if key == "grpc-status-details-bin":
                detail = pb.ErrorResourceInitFailed()
                if status_pb2.Status.FromString(value).details[0].Unpack(detail):
                    raise HalfMade(detail) from error
        raise
