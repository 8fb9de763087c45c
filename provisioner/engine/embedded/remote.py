"""Remote components: a plugin makes them, and registers what they consist of with the run that asked.

For that the monitor is served over gRPC as long as the program runs. What a plugin cannot use there
(functions of its own that would have to be called back) is not offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, cast

import grpc
from pulumi.runtime.proto import alias_pb2, provider_pb2, resource_pb2, resource_pb2_grpc

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.requests import Declined
from provisioner.engine.interface import ORGANIZATION, STEADY, Stack
from provisioner.providers.interface import Refused
from provisioner.providers.protocol import wire
from provisioner.providers.protocol.host import OPTIONS

FEATURES: Final = {
    "secrets": resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    "resourceReferences": resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    "aliasSpecs": resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    "deletedWith": resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    "replaceWith": resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
}
"""By the name that older SDKs ask for."""

OFFERED: Final = frozenset({"RegisterResource", "RegisterResourceOutputs", "ReadResource", "Invoke", "Call"})

THREADS: Final = 256
"""Each registration of a plugin waits on one for its step; threads that nobody needs are not made."""

FindProvider = Callable[[str, str, str], Any]
"""(type or function token, provider reference or empty, version) -> the provider. Raises `Declined`."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a plugin is told of the run."""

    stack: Stack
    is_preview: bool
    find: FindProvider


class RemoteComponents:
    """Has plugins make components, and call their methods. Every call blocks its thread."""

    def __init__(self, run: Run, monitor: Any) -> None:
        self._run = run
        self._monitor = monitor
        self._server = grpc.server(
            ThreadPoolExecutor(THREADS, thread_name_prefix="monitor"), options=list(OPTIONS)
        )
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(cast("Any", _Served(monitor)), self._server)
        self._address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def close(self) -> None:
        """Serve nobody any more."""
        self._server.stop(None)

    def construct(self, request: Any) -> Any:
        """The component that a program registers. Raises `Declined`."""
        package = urns.package_of(request.type)
        reference = request.provider or request.providers.get(package, "")
        try:
            plugin = self._plugin(request.type, reference, request.version)
            if not plugin.is_configured:
                plain = resource_pb2.RegisterResourceRequest(
                    type=request.type, name=request.name, parent=request.parent
                )
                return self._monitor.RegisterResource(plain)
            answer = plugin.construct(self._construction(request))
        except Refused as refused:
            text = f"{request.type} {request.name}: {refused.reason}"
            raise Declined(grpc.StatusCode.UNKNOWN, text) from refused
        state = wire.encode(wire.decode(answer.state))  # the program learns what depends on what below
        response = resource_pb2.RegisterResourceResponse(urn=answer.urn, object=state)
        for name, needs in answer.stateDependencies.items():
            response.propertyDependencies[name].urns.extend(needs.urns)
        return response

    def call(self, request: Any) -> Any:
        """The answer of a method of a component. Raises `Declined`."""
        asked = provider_pb2.CallRequest(tok=request.tok, args=request.args, **self._surroundings())
        for name, needs in request.argDependencies.items():
            asked.argDependencies[name].urns.extend(needs.urns)
        try:
            answer = self._plugin(request.tok, request.provider, request.version).call(asked)
        except Refused as refused:
            raise Declined(grpc.StatusCode.UNKNOWN, f"{request.tok}: {refused.reason}") from refused
        told = getattr(answer, "return")
        told.CopyFrom(wire.encode(wire.decode(told)))
        return answer

    def _plugin(self, token: str, reference: str, version: str) -> Any:
        found = self._run.find(token, reference, version)
        if not hasattr(found, "construct"):
            raise Refused("only plugins make remote components, and its package is acted on by a driver")
        return found

    def _construction(self, request: Any) -> Any:
        asked = provider_pb2.ConstructRequest(
            type=request.type,
            name=request.name,
            parent=request.parent,
            inputs=request.object,
            providers=request.providers,
            dependencies=request.dependencies,
            aliases=[*request.aliases, *(alias_pb2.Alias(urn=urn) for urn in request.aliasURNs)],
            additionalSecretOutputs=request.additionalSecretOutputs,
            ignoreChanges=request.ignoreChanges,
            replaceOnChanges=request.replaceOnChanges,
            deletedWith=request.deletedWith,
            replace_with=request.replace_with,
            **dict(_set_options(request)),
            **self._surroundings(),
        )
        for name, needs in request.propertyDependencies.items():
            asked.inputDependencies[name].urns.extend(needs.urns)
        for name in ("create", "update", "delete"):
            setattr(asked.customTimeouts, name, getattr(request.customTimeouts, name))
        return asked

    def _surroundings(self) -> dict[str, Any]:
        stack = self._run.stack
        return {
            "project": stack.project,
            "stack": stack.name,
            "organization": ORGANIZATION,
            "config": dict(stack.config),
            "configSecretKeys": sorted(stack.secret_keys),
            "dryRun": self._run.is_preview,
            "parallel": STEADY.parallelism,
            "monitorEndpoint": self._address,
        }


def _set_options(request: Any) -> Iterator[tuple[str, Any]]:
    for name in ("protect", "retainOnDelete"):
        if request.HasField(name):
            yield name, getattr(request, name)
    if request.deleteBeforeReplace or request.deleteBeforeReplaceDefined:
        yield "deleteBeforeReplace", request.deleteBeforeReplace


class _Served:
    """The monitor as plugins see it."""

    def __init__(self, monitor: Any) -> None:
        self._monitor = monitor

    def SupportsFeature(self, request: Any, _context: Any) -> Any:  # noqa: N802 - the protocol's names
        """Whether an older SDK may use a feature."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in FEATURES)

    def GetDeploymentInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """The features that plugins may use."""
        return resource_pb2.DeploymentInfo(supportedFeatures=list(FEATURES.values()))

    def __getattr__(self, name: str) -> Any:
        def answer(request: Any, context: Any) -> Any:
            try:
                if name not in OFFERED or getattr(request, "transforms", ()):
                    text = f"{name} is nothing that a plugin can use with the embedded engine"
                    raise Declined(grpc.StatusCode.UNIMPLEMENTED, text)
                return getattr(self._monitor, name)(request)
            except grpc.RpcError as error:
                refused: Any = error  # the monitor's own, which look like gRPC's
                context.abort(refused.code(), refused.details())

        return answer
