"""The monitor and engine service that Pulumi's SDK talks to: requests in, answers out, nothing decided."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, resource_pb2

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.callbacks import Callback
from provisioner.engine.embedded.calls import answered, blocking
from provisioner.engine.embedded.hooks import Hooks
from provisioner.engine.embedded.requests import Declined, existence, lookup, wanted
from provisioner.engine.embedded.wanted import Answer, Asked, Finished, Lookup, Reported, Wanted
from provisioner.engine.events import ProgramSpoke, Severity
from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.protocol import wire

if TYPE_CHECKING:
    from provisioner.engine.embedded.remote import RemoteComponents
    from provisioner.engine.embedded.transforms import Transforms

FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
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


Invoke = Callable[[str, str, str, Properties], Properties]
"""(function token, provider reference, version of the package, arguments) -> answer.

`UNKNOWN` in it: it could not be asked.
"""


Exists = Callable[[Lookup], bool | None]
"""Whether there is such an object; None: nobody can say yet."""


class Monitor:
    """Turns each call of the SDK into a value on its way to the engine, and waits for the answer.

    Every method runs on a thread of the SDK's own pool, and may block.
    """

    def __init__(self, ask: Callable[[Asked], None], invoke: Invoke, hooks: Hooks | None = None) -> None:
        self._ask = ask
        self._invoke = invoke
        self._hooks = hooks or Hooks()
        self._transforms: Transforms | None = None
        """Nothing, as long as the program has none."""

        self._below: dict[str, dict[str, str]] = {}
        """The providers that components give to what is below them, by URN and package."""

        self.exists: Exists = lambda _: None
        self.remote_components: Callable[[], RemoteComponents] = _no_remote_components

    def GetDeploymentInfo(self, _request: Any) -> Any:  # noqa: N802 - the protocol's names
        """The features this engine has."""
        return resource_pb2.DeploymentInfo(supportedFeatures=FEATURES)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        """A resource; answered when its step is done."""
        if request.remote:
            blocking()
            return self.remote_components().construct(request)
        if request.transforms or (self._transforms is not None and self._transforms.change(request)):
            answer = self._transformed(request)
        else:
            answer = self._answer(lambda: self._wanted(request))
            if request.providers or (self._below and not request.custom):
                self._note_providers(answer.urn, request)
        return resource_pb2.RegisterResourceResponse(
            urn=answer.urn, id=answer.id, object=wire.encode(answer.outputs), result=_result(answer)
        )

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        """An existing object."""
        answer = self._answer(lambda: lookup(request))
        return resource_pb2.ReadResourceResponse(
            urn=answer.urn, id=answer.id, properties=wire.encode(answer.outputs), result=_result(answer)
        )

    def ExistsResource(self, request: Any) -> Any:  # noqa: N802
        """Whether there is an object with an id."""
        blocking()
        found = self.exists(existence(request))
        return resource_pb2.ExistsResourceResponse(exists=bool(found), unknown=found is None)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        """The outputs of a component."""
        self._answer(lambda: Reported(request.urn, wire.decode(request.outputs)))
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        """A provider function."""
        blocking()
        if self._transforms is not None:
            request = self._transforms.called(request)
        answer = self._invoke(request.tok, request.provider, request.version, wire.decode(request.args))
        if any(value is UNKNOWN for value in answer.values()):
            return resource_pb2.ResourceInvokeResponse(unknown=True)
        response = resource_pb2.ResourceInvokeResponse()
        getattr(response, "return").CopyFrom(
            wire.encode(answer)
        )  # a keyword of Python's, a field of Pulumi's
        return response

    def Call(self, request: Any) -> Any:  # noqa: N802
        """A method of a remote component."""
        blocking()
        return self.remote_components().call(request)

    def RegisterStackTransform(self, request: Any) -> Any:  # noqa: N802
        """A function that changes every resource from now on."""
        self._having_transforms().add(Callback(request.token, request.target))
        return empty_pb2.Empty()

    def RegisterStackInvokeTransform(self, request: Any) -> Any:  # noqa: N802
        """A function that changes every call of a function from now on."""
        self._having_transforms().add_for_functions(Callback(request.token, request.target))
        return empty_pb2.Empty()

    def SupportsFeature(self, request: Any) -> Any:  # noqa: N802
        """How older SDKs ask, a feature at a time."""
        names = map(resource_pb2.ResourceMonitorFeature.Name, FEATURES)
        plain = {name.removeprefix("RESOURCE_MONITOR_FEATURE_").replace("_", "").lower() for name in names}
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id.lower() in plain)

    def RegisterResourceHook(self, request: Any) -> Any:  # noqa: N802
        """A function around steps, for resources that name it."""
        from provisioner.engine.embedded import hook_calls  # noqa: PLC0415 - few programs have hooks

        hook_calls.register(request, self._hooks)
        return empty_pb2.Empty()

    def RegisterErrorHook(self, request: Any) -> Any:  # noqa: N802
        """A function that is asked when a step fails, for resources that name it."""
        from provisioner.engine.embedded import hook_calls  # noqa: PLC0415 - few programs have hooks

        hook_calls.register_for_errors(request, self._hooks)
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, _request: Any) -> Any:  # noqa: N802
        """A program with hooks has to be there until all steps are done, deletions included."""
        if self._hooks.are_any:
            self._answer(Finished)
        return empty_pb2.Empty()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)

        def unimplemented(_request: Any) -> Any:
            raise Declined(grpc.StatusCode.UNIMPLEMENTED, f"{name} is not supported by the embedded engine")

        return unimplemented

    def _transformed(self, request: Any) -> Answer:
        """The answer to what the program's transforms make of a registration."""
        transforms = self._having_transforms()

        def ask() -> Future[Answer]:
            reply: Future[Answer] = Future()

            def go(changed: Any) -> None:
                asked: Future[Answer] = Future()
                asked.add_done_callback(lambda done: self._note(done, changed, reply))
                self._ask(Asked(self._wanted(changed), asked))

            transforms.registered(request, go, reply.set_exception)
            return reply

        answer = answered(ask)
        transforms.remember(answer.urn, request)
        return answer

    def _note(self, answered: Future[Answer], request: Any, reply: Future[Answer]) -> None:
        """Pass an answer on, when what is below the resource can be registered."""
        if (error := answered.exception()) is not None:
            reply.set_exception(error)
        else:
            self._note_providers(answered.result().urn, request)
            reply.set_result(answered.result())

    def _wanted(self, request: Any) -> Wanted:
        found = wanted(request)
        if not found.provider and found.custom and found.parent in self._below:
            provider = self._below[found.parent].get(urns.package_of(found.type), "")
            found = replace(found, provider=provider)
        if not self._hooks.are_any:
            return found
        from provisioner.engine.embedded import hook_calls  # noqa: PLC0415 - few programs have hooks

        return replace(found, hooks=hook_calls.names_in(request.hooks))

    def _note_providers(self, urn: str, request: Any) -> None:
        """What a component gives to what is below it; the SDK sees to that unless a transform says it."""
        if not request.custom:
            self._below[urn] = {**self._below.get(request.parent, {}), **request.providers}

    def _having_transforms(self) -> Transforms:
        if self._transforms is None:
            from provisioner.engine.embedded.transforms import Transforms  # noqa: PLC0415 - few have any

            self._transforms = Transforms()
        return self._transforms

    def _answer(self, what: Callable[[], Wanted | Lookup | Reported | Finished]) -> Answer:
        """The answer to a question, which is put together once: the call may be made twice (`calls.py`)."""

        def ask() -> Future[Answer]:
            reply: Future[Answer] = Future()
            self._ask(Asked(what(), reply))
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


def _no_remote_components() -> RemoteComponents:
    raise Declined(grpc.StatusCode.UNIMPLEMENTED, "there are no remote components here")


def _result(answer: Answer) -> Any:
    """Of what is missing the SDK makes an unknown, and the program goes on."""
    return resource_pb2.Result.FAIL if answer.is_missing else resource_pb2.Result.SUCCESS
