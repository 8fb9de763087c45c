"""Our drivers as Pulumi's engine calls them: the service `pulumirpc.ResourceProvider` for one `Package`.

Source of what the engine sends and expects: pulumi/pulumi, `proto/pulumi/provider.proto` and
`pkg/resource/plugin/provider_plugin.go`.
"""

# ruff: noqa: N802, ARG002 - methods are named, and called, as the protocol has them

from __future__ import annotations

import difflib
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2, struct_pb2
from google.protobuf.message import Message
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from provisioner.plan.concealment import masked, remarked, sealed_outputs
from provisioner.plan.diff import Diff
from provisioner.plan.marks import UNFINISHED
from provisioner.plan.values import Properties, has_unknown, revealed
from provisioner.providers.interface import (
    CONNECTION_LOST,
    IDENTITY_INPUTS,
    About,
    Checked,
    Identity,
    Object,
    Package,
    Problem,
    Provider,
    Refused,
    concerning,
    config_checked,
    config_compared,
)
from provisioner.providers.protocol import difference, wire
from provisioner.providers.protocol.callers import Callers
from provisioner.providers.protocol.schema import schema

DEFAULTS = "__defaults"
"""The input in which Pulumi's state lists what was filled in for the program."""

_Untimed = provider_pb2.CheckRequest | provider_pb2.DiffRequest | provider_pb2.ReadRequest
_Timed = provider_pb2.CreateRequest | provider_pb2.UpdateRequest | provider_pb2.DeleteRequest
Admit = Callable[[Provider], None]
"""Raises `Refused` if a provider must not act, such as in an account that it does not allow."""


def everyone(_: Provider) -> None:
    """Lets every provider act."""


class ProviderServicer(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine. Every call may come from several threads at once."""

    def __init__(self, package: Package, admit: Admit = everyone) -> None:
        self._package = package
        self._admit = admit
        self._callers = Callers()

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """What we understand: secrets and references stay marked both ways."""
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=True, accept_outputs=True
        )

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Nothing: the engine is not called back."""
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The version of the SDK package whose programs are served."""
        return plugin_pb2.PluginInfo(version=self._package.version)

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """The types there are drivers for."""
        return provider_pb2.GetSchemaResponse(schema=schema(self._package))

    def GetMapping(
        self, request: provider_pb2.GetMappingRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetMappingResponse:
        """None."""
        return provider_pb2.GetMappingResponse()

    def GetMappings(
        self, request: provider_pb2.GetMappingsRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetMappingsResponse:
        """None."""
        return provider_pb2.GetMappingsResponse()

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """The inputs that the provider is recorded with, or why no provider can be made of them."""
        inputs = wire.decode(request.news)
        old = revealed(wire.decode(request.olds))
        try:
            checked = config_checked(self._package, request.urn, old, revealed(inputs))
            if not checked.problems and not has_unknown(checked.inputs):
                self._package.configure(checked.inputs)
        except Refused as refused:
            checked = Checked(inputs, (Problem("", refused.reason),))
        return _checked(checked, inputs)

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """A provider that means another cloud is a new one, and so is everything that it holds."""
        old, new = revealed(wire.decode(request.old_inputs)), revealed(wire.decode(request.news))
        said = config_compared(self._package, request.urn, old, new)
        if said is not None:
            return difference.response(said, old, new)
        differing = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        replaces = [name for name in differing if name in IDENTITY_INPUTS and not has_unknown(new.get(name))]
        updates = [name for name in differing if name not in replaces]
        return difference.response(Diff(tuple(replaces), tuple(updates)), old, new)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Makes the provider that acts for this connection from now on."""
        inputs = wire.decode(request.args)
        with _refusing(context, inputs):
            provider = self._package.configure(revealed(inputs))
            self._admit(provider)
            self._callers.know(context.peer(), provider, revealed(inputs))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=True
        )

    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """The inputs to use, secrets marked as the program marked them, and what is wrong with them."""
        inputs = wire.decode(request.news)
        old = revealed(wire.decode(request.olds)) or None
        with _refusing(context, inputs):
            self._have_driver(request.type)
            provider = self._about(context, request)
            checked = provider.check(request.type, request.name, old, revealed(inputs), request.randomSeed)
        return _checked(checked, inputs)

    def Diff(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """What the new inputs mean for the object."""
        inputs, _ = _recorded(request.old_inputs, request.olds)
        old = _object(request.id, request.old_inputs, request.olds)
        new = wire.decode(request.news)
        with _refusing(context, {**inputs, **new}):
            diff = self._about(context, request).diff(request.type, old, revealed(new))
        is_recorded = UNFINISHED not in request.olds.fields
        return difference.response(diff, old.inputs, revealed(new), is_recorded=is_recorded)

    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """The object made; in a preview, what is known of it before."""
        inputs = wire.decode(request.properties)
        plain = revealed(inputs)
        with _refusing(context, inputs):
            provider = self._acting(context, request, "create")
            if request.preview:
                outputs = provider.planned(request.type, None, plain)
                return provider_pb2.CreateResponse(properties=_sealed(outputs, inputs))
            made = provider.create(request.type, plain)
        return provider_pb2.CreateResponse(id=made.id, properties=_sealed(made.outputs, inputs))

    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """The object as it is now; without an id if it is gone.

        The recorded inputs are answered where they mean the same, so that a refresh finds nothing where there
        is nothing. Of an object that is imported everything counts as filled in: what the program leaves open
        stays as it is.
        """
        inputs, outputs = _recorded(request.inputs, request.properties)
        with _refusing(context, inputs):
            provider = self._about(context, request)
            identity = Identity(request.id, revealed(inputs), revealed(outputs))
            found = provider.read(request.type, identity)
            if found is None:
                return provider_pb2.ReadResponse()
            same = bool(inputs) and not provider.diff(request.type, found, revealed(inputs))
        now = inputs if same else remarked(found.inputs, inputs)
        if not inputs:
            now = {**now, DEFAULTS: sorted(now)}
        return provider_pb2.ReadResponse(
            id=found.id,
            inputs=wire.encode(now),
            properties=_sealed(remarked(found.outputs, outputs), inputs),
        )

    def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """The outputs after the change; in a preview, what is known of them before."""
        old = _object(request.id, request.old_inputs, request.olds)
        inputs = wire.decode(request.news)
        plain = revealed(inputs)
        with _refusing(context, inputs):
            provider = self._acting(context, request, "update")
            if request.preview:
                outputs = provider.planned(request.type, old, plain)
            else:
                outputs = provider.update(request.type, old, plain).outputs
        return provider_pb2.UpdateResponse(properties=_sealed(outputs, inputs))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Nothing, once the object is gone."""
        inputs, _ = _recorded(request.old_inputs, request.properties)
        with _refusing(context, inputs):
            old = _object(request.id, request.old_inputs, request.properties)
            self._acting(context, request, "delete").delete(request.type, old)
        return empty_pb2.Empty()

    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """What a function of the package answers; a secret that it repeats stays one."""
        arguments = wire.decode(request.args)
        with _refusing(context, arguments):
            provider = self._callers.provider(context.peer())
            answer = provider.invoke(request.tok, revealed(arguments))
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(_sealed(answer, arguments))  # a word of Python's
        return response

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Nothing: what is under way comes to its end, since an answer that is lost would be worse."""
        return empty_pb2.Empty()

    def _have_driver(self, type: str) -> None:
        known = self._package.types()
        if known and type not in known:  # a package that knows no types takes any
            near = ", ".join(difflib.get_close_matches(type, known, n=3))
            raise Refused(f"there is no driver for {type}" + (f"; there is {near}" if near else ""))

    def _about(self, context: grpc.ServicerContext, request: _Untimed) -> Provider:
        """The provider for a call that only asks."""
        return concerning(self._callers.provider(context.peer()), About(request.urn))

    def _acting(self, context: grpc.ServicerContext, request: _Timed, operation: str) -> Provider:
        """The provider for a call that changes something, with the time that the program gives it."""
        timeouts = {operation: request.timeout} if request.timeout else {}
        return concerning(self._callers.provider(context.peer()), About(request.urn, timeouts))


def _checked(checked: Checked, inputs: Properties) -> provider_pb2.CheckResponse:
    """The answer to `Check` and `CheckConfig`; what the program marked as secret stays so."""
    failures = [
        provider_pb2.CheckFailure(property=each.property, reason=masked(each.reason, inputs))
        for each in checked.problems
    ]
    return provider_pb2.CheckResponse(inputs=wire.encode(remarked(checked.inputs, inputs)), failures=failures)


def _recorded(inputs: struct_pb2.Struct, outputs: struct_pb2.Struct) -> tuple[Properties, Properties]:
    """What is recorded of an object, secrets marked; the inputs are those that it has."""
    recorded = wire.decode(outputs)
    left = recorded.pop(UNFINISHED, None)
    return wire.decode(inputs) if left is None else left, recorded


def _object(id: str, inputs: struct_pb2.Struct, outputs: struct_pb2.Struct) -> Object:
    recorded = _recorded(inputs, outputs)
    return Object(id, revealed(recorded[0]), revealed(recorded[1]))


def _sealed(outputs: Properties, inputs: Properties) -> struct_pb2.Struct:
    return wire.encode(sealed_outputs(outputs, inputs, ()))


@contextmanager
def _refusing(context: grpc.ServicerContext, inputs: Properties) -> Generator[None]:
    """Ends the call with what the driver refused, secrets of the inputs masked."""
    try:
        yield
    except Refused as refused:
        reason = masked(refused.reason or "refused", inputs)
        if refused.made is not None:
            _fail_half_way(context, [masked(each, inputs) for each in refused.reasons], refused.made, inputs)
        # By these the engine knows whether it knows what became of the object.
        lost = refused.code == CONNECTION_LOST
        context.abort(grpc.StatusCode.UNKNOWN if lost else grpc.StatusCode.FAILED_PRECONDITION, reason)


def _fail_half_way(
    context: grpc.ServicerContext, reasons: Sequence[str], made: Object, inputs: Properties
) -> NoReturn:
    """Ends the call with what exists all the same: the engine records it, and finishes it next time."""
    as_left = remarked(made.inputs, inputs)
    outputs = {**sealed_outputs(made.outputs, inputs, ()), UNFINISHED: as_left}
    detail = provider_pb2.ErrorResourceInitFailed(
        id=made.id, properties=wire.encode(outputs), reasons=reasons, inputs=wire.encode(as_left)
    )
    context.set_trailing_metadata((("grpc-status-details-bin", _status(reasons[0], detail)),))
    context.abort(grpc.StatusCode.UNKNOWN, reasons[0])


def _status(message: str, detail: Message) -> bytes:
    """The details of an error as gRPC carries them."""
    status: Any = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=message)
    status.details.add().Pack(detail)
    return status.SerializeToString()
