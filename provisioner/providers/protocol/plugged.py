"""The plugins of a run: each started when it is first configured, and ended with the run."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from provisioner.plan.diff import Diff
from provisioner.plan.values import Properties, has_unknown, revealed
from provisioner.providers.interface import NO_PLUGIN, Checked, Problem, Refused
from provisioner.providers.protocol.finding import Attached, Found, Installed, Places
from provisioner.providers.protocol.host import OPTIONS, Hear, Host
from provisioner.providers.protocol.plugin import (
    Line,
    PluginProvider,
    Speaks,
    compared,
    configuration,
    difference,
)
from provisioner.providers.protocol.process import PluginProcess
from provisioner.providers.protocol.refusals import is_unimplemented
from provisioner.providers.protocol.wire import decode, encode
from provisioner.providers.surroundings import for_others

ANSWERS: Final = 10.0
"""Seconds a plugin that told its port has to take the connection; the figure of Pulumi's engine."""

INTERNAL: Final = "__internal"
"""The input in which Pulumi's engine keeps what is for itself alone."""

FARE_WELL: Final = 2.0
"""Seconds a plugin has to hear that it is ended."""


@dataclass(frozen=True, slots=True)
class _Running:
    """A plugin that answers."""

    stub: Any
    channel: grpc.Channel
    process: PluginProcess | None
    """None: attached, somebody else's."""

    speaks: Speaks | None
    """What it said when it was greeted; None: it is too old to be greeted."""

    def line(self, called: str) -> Line:
        process = self.process
        if process is None:
            gone = f"no plugin {called} answers where one is to be attached"
            return Line(self.stub, lambda: False, lambda: True, lambda: gone)
        return Line(self.stub, lambda: process.has_ended, process.is_ending, process.epitaph)

    def bid_farewell(self) -> None:
        """Tell it that it is not needed any more."""
        if self.process is not None and not self.process.has_ended:
            with suppress(grpc.RpcError):  # it is ended in any case
                self.stub.Cancel(empty_pb2.Empty(), timeout=FARE_WELL)
            self.process.interrupt()

    def close(self) -> None:
        """Let go of it, and end it if it is ours."""
        self.channel.close()
        if self.process is not None:
            self.process.stop()


class Plugs(Mapping[str, "PluginPackage"]):
    """Plugin packages by name. For several threads."""

    def __init__(self, environment: Mapping[str, str], hear: Hear) -> None:
        self._environment = environment
        self._places = Places(environment)
        self._packages: dict[str, PluginPackage] = {}
        self._running: dict[tuple[Found, str], PluginProvider] = {}
        self._open: list[_Running] = []
        self._spare: dict[Found, _Running] = {}
        """Plugins that were asked about a configuration, and have none yet."""

        self._hear = hear
        self._host: Host | None = None
        self._lock = threading.RLock()

    def __getitem__(self, name: str) -> PluginPackage:
        with self._lock:
            if name not in self._packages:
                if not self._places.exists(name):
                    raise KeyError(name)
                self._packages[name] = PluginPackage(name, self)
            return self._packages[name]

    def __iter__(self) -> Any:
        return iter(self._packages)

    def __len__(self) -> int:
        return len(self._packages)

    def looked(self, name: str) -> tuple[str, ...]:
        """A line for each place where a plugin could be, and what is there."""
        return self._places.looked(name)

    def close(self) -> None:
        """End all of them; they are told first, and may take their time side by side.

        No thread is made for it: this is done at the end of the process, too, when there can be no new ones.
        """
        with self._lock:
            running, self._open = self._open, []
            host, self._host = self._host, None
            self._running.clear()
            self._spare.clear()
        for each in running:
            each.bid_farewell()
        for each in running:
            each.close()
        if host is not None:
            host.close()

    def configured(self, name: str, inputs: Properties) -> PluginProvider:
        """The provider for these inputs. Equal inputs share a process: it knows one configuration.

        Raises `Refused`.
        """
        found = self._found(name, inputs)
        key = (found, json.dumps(revealed(dict(inputs)), sort_keys=True, default=repr))
        with self._lock:
            known = self._running.get(key)
            if known is None or known.line.has_ended():
                known = self._running[key] = self._configured(found, inputs)
            return known

    def asked(self, name: str, inputs: Properties) -> Line:
        """A plugin that can be asked about these inputs: one that runs, or one for them. Raises `Refused`."""
        found = self._found(name, inputs)
        with self._lock:
            for (whose, _), provider in self._running.items():
                if whose == found and not provider.line.has_ended():
                    return provider.line
            spare = self._spare.get(found)
            if spare is None or spare.line(name).has_ended():
                spare = self._spare[found] = self._started(found)
            return spare.line(name)

    def _found(self, name: str, inputs: Properties) -> Found:
        asked = str(inputs.get("version") or "")
        found = self._places.find(name, asked)
        if found is None:
            raise Refused(f"no plugin {name} that is here serves version {asked}", code=NO_PLUGIN)
        return found

    def _configured(self, found: Found, inputs: Properties) -> PluginProvider:
        running = self._spare.pop(found, None) or self._started(found)
        line = running.line(found.name)
        own = without_internal(inputs)
        if has_unknown(own):
            return PluginProvider(line, running.speaks or Speaks(), is_configured=False)
        request = provider_pb2.ConfigureRequest(
            variables=configuration(found.name, own),
            args=encode(own),
            acceptSecrets=True,
            acceptResources=True,
            sends_old_inputs=True,
            sends_old_inputs_to_delete=True,
        )
        with line.calling(f"Configure of {found.name}"):
            answer = running.stub.Configure(request)
        told = Speaks(
            answer.acceptSecrets, answer.acceptResources, answer.supportsPreview, answer.acceptOutputs
        )
        return PluginProvider(line, running.speaks or told, is_configured=True)

    def _started(self, found: Found) -> _Running:
        if self._host is None:
            self._host = Host(self._hear)
        match found:
            case Attached(name, port):
                process, file = None, None
            case Installed(name, file):
                process = PluginProcess(file, self._host.address, for_others(self._environment))
                port = process.port
        channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=list(OPTIONS))
        running = _Running(provider_pb2_grpc.ResourceProviderStub(channel), channel, process, None)
        self._open.append(running)
        speaks = self._greeted(running, name, file)
        return _Running(running.stub, channel, process, speaks)

    def _greeted(self, running: _Running, name: str, file: Path | None) -> Speaks | None:
        """Introduce the engine. Raises `Refused`."""
        assert self._host is not None, "a plugin is started with the address of its host"
        request = provider_pb2.ProviderHandshakeRequest(engine_address=self._host.address)
        if file is not None:
            request.root_directory = request.program_directory = str(file.parent)
        answer = None
        with running.line(name).calling(f"Handshake with {name}"):
            try:
                # One that was started listens already; whether one is there to be attached shows at once.
                answer = running.stub.Handshake(request, timeout=ANSWERS, wait_for_ready=file is not None)
            except grpc.RpcError as error:
                if not is_unimplemented(error):
                    raise
            if file is None:
                self._attach(running)
        if answer is None:
            return None
        return Speaks(answer.accept_secrets, answer.accept_resources, True, answer.accept_outputs)  # noqa: FBT003

    def _attach(self, running: _Running) -> None:
        assert self._host is not None, "a plugin is attached to the address of the host"
        try:
            running.stub.Attach(plugin_pb2.PluginAttach(address=self._host.address), timeout=ANSWERS)
        except grpc.RpcError as error:
            if not is_unimplemented(error):  # then it logs to nobody, and works
                raise


class PluginPackage:
    """A package whose types a plugin acts on."""

    takes_marked = True
    version = ""
    """Which one it is is settled when a provider is configured: by what the program's SDK asks for."""

    def __init__(self, name: str, plugs: Plugs) -> None:
        self._name = name
        self._plugs = plugs

    def types(self) -> frozenset[str]:
        """None that are known here: the plugin itself says what it does not know."""
        return frozenset()

    def check_config(self, urn: str, old: Properties, new: Properties) -> Checked:
        """The inputs that a provider is recorded with. Starts the plugin. Raises `Refused`."""
        line = self._plugs.asked(self._name, new)
        request = provider_pb2.CheckRequest(
            **_provider(urn), olds=encode(without_internal(old)), news=encode(without_internal(new))
        )
        with line.calling(f"CheckConfig of {urn}"):
            try:
                answer = line.stub.CheckConfig(request)
            except grpc.RpcError as error:
                if is_unimplemented(error):
                    return Checked(new)
                raise
        problems = tuple(Problem(each.property, each.reason) for each in answer.failures)
        # The version is the engine's business, and the plugin must not lose it.
        kept = {name: new[name] for name in ("version", INTERNAL) if name in new}
        return Checked({**decode(answer.inputs), **kept}, problems)

    def diff_config(self, urn: str, old: Properties, new: Properties) -> Diff:
        """What it means that a provider is configured otherwise. Raises `Refused`."""
        line = self._plugs.asked(self._name, new)
        before, after = without_internal(old), without_internal(new)
        request = provider_pb2.DiffRequest(
            **_provider(urn), old_inputs=encode(before), olds=encode(before), news=encode(after)
        )
        with line.calling(f"DiffConfig of {urn}"):
            try:
                return difference(line.stub.DiffConfig(request), before, after)
            except grpc.RpcError as error:
                if is_unimplemented(error):
                    return compared(before, after)
                raise

    def configure(self, inputs: Properties) -> PluginProvider:
        """A provider for these inputs. Starts the plugin. Raises `Refused`."""
        return self._plugs.configured(self._name, inputs)


def without_internal(inputs: Properties) -> dict[str, Any]:
    """The inputs of a provider that are the plugin's business."""
    return {key: value for key, value in inputs.items() if key != INTERNAL}


def _provider(urn: str) -> dict[str, Any]:
    *_, types, name = urn.split("::", 3)
    return {"urn": urn, "name": name, "type": types.rpartition("$")[2]}
