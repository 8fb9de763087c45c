"""What a failed call of a plugin means to the engine: gRPC statuses and their details to `Refused`.

As Pulumi's engine takes them apart (`parseError`, `createConfigureError` in
`pkg/resource/plugin/provider_plugin.go`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import grpc
from google.protobuf.message import DecodeError, Message
from pulumi.runtime.proto import errors_pb2, provider_pb2, status_pb2

from provisioner.plan.values import Properties
from provisioner.providers.interface import CONNECTION_LOST, Object, Refused
from provisioner.providers.protocol import wire

UNFINISHED: Final = "Unfinished"
"""The code of a refusal by a plugin that made an object and could not bring it to work."""

_DETAILS: Final = "grpc-status-details-bin"
_LOST: Final = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)


def is_unimplemented(error: grpc.RpcError) -> bool:
    """Whether the plugin has no such method."""
    return _status(error) is grpc.StatusCode.UNIMPLEMENTED


def is_lost(error: grpc.RpcError) -> bool:
    """Whether the answer was lost: whether the call was carried out is not known."""
    return _status(error) in _LOST


def refusal(error: grpc.RpcError) -> Refused:
    """What a plugin that answered has to say. Its code is gRPC's word for the status, if it says anything."""
    for detail in _details(error):
        match detail:
            case provider_pb2.ConfigureErrorMissingKeys():
                keys = (f"`{key.name}` is missing: {key.description}" for key in detail.missingKeys)
                return Refused("\n".join(keys), code="MissingConfiguration")
            case errors_pb2.InputPropertiesError():
                wrong = (f"`{each.property_path}`: {each.reason}" for each in detail.errors)
                return Refused("\n".join(wrong), code="InvalidInputs")
            case _:
                pass
    status = _status(error)
    return Refused(_text(error), code="" if status is grpc.StatusCode.UNKNOWN else status.name)


def partial(error: grpc.RpcError, inputs: Properties, known_id: str) -> Refused | None:
    """The refusal with the object that exists all the same, if the plugin tells of one.

    `inputs` are what it is recorded with, beside the reasons why it is not complete.
    """
    for detail in _details(error):
        if isinstance(detail, provider_pb2.ErrorResourceInitFailed):
            made = Object(detail.id or known_id, inputs, wire.decode(detail.properties))
            reasons = tuple(detail.reasons) or (_text(error),)
            return Refused("\n".join(reasons), code=UNFINISHED, made=made, reasons=reasons)
    return None


def lost(epitaph: str, call: str) -> Refused:
    """The refusal when the plugin went away during a call."""
    return Refused(f"{call} was not answered: {epitaph}", code=CONNECTION_LOST)


def _status(error: grpc.RpcError) -> grpc.StatusCode:
    return error.code() if isinstance(error, grpc.Call) else grpc.StatusCode.UNKNOWN


def _text(error: grpc.RpcError) -> str:
    text = error.details() if isinstance(error, grpc.Call) else str(error)
    return (text or "").strip() or f"the plugin refused, and gave no reason ({_status(error).name})"


def _details(error: grpc.RpcError) -> Iterator[Message]:
    if not isinstance(error, grpc.Call):
        return
    kinds: tuple[Any, ...] = (
        provider_pb2.ErrorResourceInitFailed,
        provider_pb2.ConfigureErrorMissingKeys,
        errors_pb2.InputPropertiesError,
    )
    for packed in _packed(error):
        for kind in kinds:
            if packed.Is(kind.DESCRIPTOR):
                message = kind()
                packed.Unpack(message)
                yield message


def _packed(error: grpc.Call) -> Iterator[Any]:
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS and isinstance(value, bytes):
            status = status_pb2.Status()
            try:
                status.ParseFromString(value)
            except DecodeError:
                continue  # of another kind; the text of the status says what there is to say
            yield from status.details
