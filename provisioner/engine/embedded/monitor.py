"""The monitor and engine service that Pulumi's SDK talks to: requests in, answers out, nothing decided."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, resource_pb2

from provisioner.engine.embedded.calls import answered, blocking
from provisioner.engine.embedded.wanted import AliasSpec, Answer, Asked, Lookup, Reported, Wanted
from provisioner.engine.events import ProgramSpoke, Severity
from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.protocol import wire

FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
)
"""Only what is implemented: for the rest the SDK itself raises a clear error."""

_SEVERITIES = {
    engine_pb2.INFO: Severity.INFO,
    engine_pb2.WARNING: Severity.WARNING,
    engine_pb2.ERROR: Severity.ERROR,
}


class Stopped(grpc.RpcError):
    """The engine takes no more questions; the SDK ends the program quietly on `UNAVAILABLE`."""

    def code(self) -> grpc.StatusCode:
        """The gRPC status, as the SDK asks for it."""
        return grpc.StatusCode.UNAVAILABLE

    def details(self) -> str:
        """The text, as the SDK asks for it."""
        return "the engine has stopped"


class Declined(grpc.RpcError):
    """The engine cannot do what the program asks; the SDK raises `Exception(details)` in the program."""

    def __init__(self, status: grpc.StatusCode, text: str) -> None:
        super().__init__(text)
        self._status = status
        self._text = text

    def code(self) -> grpc.StatusCode:
        """The gRPC status, as the SDK asks for it."""
        return self._status

    def details(self) -> str:
        """The text, as the SDK asks for it."""
        return self._text


Invoke = Callable[[str, str, Properties], Properties]
"""(function token, provider reference, arguments) -> answer; `UNKNOWN` in it: it could not be asked."""


class Monitor:
    """Turns each call of the SDK into a value on its way to the engine, and waits for the answer.

    Every method runs on a thread of the SDK's own pool, and may block.
    """

    def __init__(self, ask: Callable[[Asked], None], invoke: Invoke) -> None:
        self._ask = ask
        self._invoke = invoke

    def GetDeploymentInfo(self, _request: Any) -> Any:  # noqa: N802 - the protocol's names
        """The features this engine has."""
        return resource_pb2.DeploymentInfo(supportedFeatures=FEATURES)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        """A resource; answered when its step is done."""
        answer = self._answer(_wanted(request))
        return resource_pb2.RegisterResourceResponse(
            urn=answer.urn, id=answer.id, object=wire.encode(answer.outputs), result=_result(answer)
        )

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        """An existing object."""
        answer = self._answer(_lookup(request))
        return resource_pb2.ReadResourceResponse(
            urn=answer.urn, id=answer.id, properties=wire.encode(answer.outputs), result=_result(answer)
        )

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        """The outputs of a component."""
        self._answer(Reported(request.urn, wire.decode(request.outputs)))
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        """A provider function."""
        blocking()
        answer = self._invoke(request.tok, request.provider, wire.decode(request.args))
        if any(value is UNKNOWN for value in answer.values()):
            return resource_pb2.ResourceInvokeResponse(unknown=True)
        response = resource_pb2.ResourceInvokeResponse()
        getattr(response, "return").CopyFrom(
            wire.encode(answer)
        )  # a keyword of Python's, a field of Pulumi's
        return response

    def SignalAndWaitForShutdown(self, _request: Any) -> Any:  # noqa: N802
        """There are no hooks in the program's process to keep it alive for."""
        return empty_pb2.Empty()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)

        def unimplemented(_request: Any) -> Any:
            raise Declined(grpc.StatusCode.UNIMPLEMENTED, f"{name} is not supported by the embedded engine")

        return unimplemented

    def _answer(self, what: Wanted | Lookup | Reported) -> Answer:
        def ask() -> Future[Answer]:
            reply: Future[Answer] = Future()
            self._ask(Asked(what, reply))
            return reply

        return answered(ask)


class EngineService:
    """The SDK's log; debug lines, of which there are five for each resource, are dropped at once."""

    def __init__(self, tell: Callable[[ProgramSpoke], None]) -> None:
        self._tell = tell

    def Log(self, request: Any) -> Any:  # noqa: N802
        """A message of the program or the SDK."""
        if (severity := _SEVERITIES.get(request.severity)) is not None:
            self._tell(ProgramSpoke(severity, request.message, request.urn))
        return empty_pb2.Empty()

    def RequirePulumiVersion(self, _request: Any) -> Any:  # noqa: N802
        """The embedded engine serves the SDK version that is installed with it."""
        return engine_pb2.RequirePulumiVersionResponse()


def _wanted(request: Any) -> Wanted:
    if request.remote:
        raise _unsupported(request, "is a remote component")
    if request.importId:
        raise _unsupported(request, "has the option import")
    if request.HasField("replacement_trigger"):
        raise _unsupported(request, "has the option replacementTrigger")
    return Wanted(
        type=request.type,
        name=request.name,
        custom=request.custom,
        parent=request.parent,
        inputs=wire.decode(request.object),
        dependencies=tuple(sorted(request.dependencies)),
        property_dependencies=_property_dependencies(request),
        provider=request.provider,
        protect=_optional(request, "protect"),
        retain_on_delete=_optional(request, "retainOnDelete"),
        delete_before_replace=request.deleteBeforeReplace if _order_is_set(request) else None,
        ignore_changes=tuple(sorted(request.ignoreChanges)),
        replace_on_changes=tuple(sorted(request.replaceOnChanges)),
        alias_urns=(*request.aliasURNs, *(alias.urn for alias in request.aliases if alias.urn)),
        aliases=tuple(_alias(alias.spec) for alias in request.aliases if alias.WhichOneof("alias") == "spec"),
        additional_secret_outputs=tuple(sorted(request.additionalSecretOutputs)),
        custom_timeouts=_timeouts(request.customTimeouts),
        deleted_with=request.deletedWith,
        version=request.version,
    )


def _result(answer: Answer) -> Any:
    """Of what is missing the SDK makes an unknown, and the program goes on."""
    return resource_pb2.Result.FAIL if answer.is_missing else resource_pb2.Result.SUCCESS


def _unsupported(request: Any, what: str) -> Declined:
    """Better than to take no notice of it."""
    return Declined(
        grpc.StatusCode.UNIMPLEMENTED,
        f"{request.type} {request.name} {what}, which the embedded engine does not support",
    )


def _property_dependencies(request: Any) -> dict[str, tuple[str, ...]]:
    return {key: tuple(sorted(value.urns)) for key, value in sorted(request.propertyDependencies.items())}


def _optional(request: Any, name: str) -> bool | None:
    return getattr(request, name) if request.HasField(name) else None


def _order_is_set(request: Any) -> bool:
    return request.deleteBeforeReplaceDefined or request.deleteBeforeReplace


def _alias(spec: Any) -> AliasSpec:
    parent = "" if spec.noParent else spec.parentUrn or None  # the SDK sends an empty URN for "the same"
    return AliasSpec(spec.name or None, spec.type or None, spec.stack or None, spec.project or None, parent)


def _lookup(request: Any) -> Lookup:
    inputs = wire.decode(request.properties)
    return Lookup(
        type=request.type,
        name=request.name,
        id=UNKNOWN if request.id in wire.UNKNOWNS or not request.id else request.id,
        parent=request.parent,
        inputs=inputs,
        dependencies=tuple(sorted(request.dependencies)),
        provider=request.provider,
        additional_secret_outputs=tuple(sorted(request.additionalSecretOutputs)),
    )


_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def _timeouts(timeouts: Any) -> dict[str, float]:
    texts = {name: getattr(timeouts, name) for name in ("create", "update", "delete")}
    return {name: _seconds(text) for name, text in texts.items() if text}


def _seconds(text: str) -> float:
    """Go's duration text, such as `1h30m`, in seconds."""
    return sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"([\d.]+)(ms|h|m|s)", text))
