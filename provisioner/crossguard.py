"""The same rules for Pulumi's engine: a policy pack is an analyzer that it asks over gRPC (CrossGuard).

`pulumi_policy` would decode every resource again for each rule, and an unknown value would end a rule for all
of them. This answers the protocol itself: each resource is decoded once, and each rule keeps its name and
severity. Source: pulumi/pulumi, `proto/pulumi/analyzer.proto`.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any, Final, cast

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

from environments.load import Loaded, load
from policies.check import Verdict, check
from policies.model import Enforcement, Resource, Rule, Severity, Status
from policies.packs import RULES, applying
from policies.scene import Facts, Scene
from provisioner import judging
from provisioner.policing import Exceptions, today
from provisioner.providers.protocol import wire

FILE: Final = "provisioner:file"
"""The stack's configuration that says which environment it is of."""

_pb: Any = analyzer_pb2
_LEVELS: Final[Mapping[Enforcement, Any]] = {
    Enforcement.MANDATORY: _pb.MANDATORY,
    Enforcement.ADVISORY: _pb.ADVISORY,
}
_SEVERITIES: Final[Mapping[Severity, Any]] = {
    Severity.CRITICAL: _pb.POLICY_SEVERITY_CRITICAL,
    Severity.HIGH: _pb.POLICY_SEVERITY_HIGH,
    Severity.MEDIUM: _pb.POLICY_SEVERITY_MEDIUM,
    Severity.LOW: _pb.POLICY_SEVERITY_LOW,
}


class Analyzer:
    """Answers Pulumi's engine for one pack.

    Resources come one by one with their inputs, and at the end all of them with their outputs.
    """

    def __init__(self, pack: str, rules: Sequence[Rule]) -> None:
        self._pack = pack
        self._rules = rules
        self._version = metadata.version("provisioner")
        self._inputs: dict[str, dict[str, Any]] = {}
        self._facts = Facts(environment="", today=today())
        self._waived: Callable[[Verdict], Verdict] = _as_it_is

    def GetAnalyzerInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802 - the protocol's names
        """The pack and its rules."""
        return _pb.AnalyzerInfo(
            name=f"provisioner-{self._pack}",
            displayName=f"provisioner: {self._pack}",
            version=self._version,
            policies=[_info(rule) for rule in self._rules],
        )

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Our version."""
        return plugin_pb2.PluginInfo(version=self._version)

    def Handshake(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Nothing is agreed beyond the protocol itself."""
        return _pb.AnalyzerHandshakeResponse()

    def Configure(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Rules are configured in the environment file."""
        return empty_pb2.Empty()

    def ConfigureStack(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """The environment that the stack is of, if its configuration or its name says so."""
        files = files_of(request.stack, dict(request.config))
        self._facts = facts = _facts(request.stack, files)
        if files is not None:
            self._waived = Exceptions.of(files, tuple(applying(facts)), facts).waived
        return _pb.AnalyzerStackConfigureResponse()

    def Analyze(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """The inputs of one resource; what is to be said of it needs the others."""
        self._inputs[request.urn] = judging.seen(wire.decode(request.properties))
        return _pb.AnalyzeResponse()

    def AnalyzeStack(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Every finding about the stack."""
        resources = [self._resource(each) for each in request.resources]
        report = check(self._rules, Scene(resources, self._facts))
        return _pb.AnalyzeResponse(
            diagnostics=[self._diagnostic(self._waived(each)) for each in report.findings]
        )

    def Remediate(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Nothing: what is applied is what was shown."""
        return _pb.RemediateResponse()

    def Cancel(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """There is nothing under way that would take long."""
        return empty_pb2.Empty()

    def _resource(self, sent: Any) -> Resource:
        outputs: dict[str, Any] = judging.seen(wire.decode(sent.properties))
        provider: dict[str, Any] = judging.seen(wire.decode(sent.provider.properties))
        inputs = self._inputs.get(sent.urn, outputs)
        region = inputs.get("region") or provider.get("region")
        return Resource(
            urn=sent.urn,
            type=sent.type,
            name=sent.name,
            inputs=inputs,
            outputs=outputs,
            layer=sent.urn.split("::", 2)[1],
            region=region if isinstance(region, str) else "",
            parent=sent.parent,
            provider=sent.provider.urn,
            dependencies=frozenset(sent.dependencies),
            property_dependencies={
                name: frozenset(each.urns) for name, each in sent.propertyDependencies.items()
            },
            options=judging.options(
                protect=sent.options.protect, ignore_changes=tuple(sent.options.ignoreChanges)
            ),
        )

    def _diagnostic(self, verdict: Verdict) -> Any:
        entry = verdict.rule.entry
        is_broken = verdict.status in (Status.FAIL, Status.ERROR)
        where = f"{verdict.path}: " if verdict.path else ""
        end = verdict.rule.fix if is_broken else ""
        if verdict.status is Status.WAIVED:
            end = f"{verdict.waiver} allows it until {verdict.until}."
        return _pb.AnalyzeDiagnostic(
            policyName=_name(verdict.rule),
            policyPackName=f"provisioner-{self._pack}",
            policyPackVersion=self._version,
            description=verdict.rule.title,
            message=f"{where}{verdict.message} {end}".strip(),
            enforcementLevel=_LEVELS[verdict.effect] if is_broken else _pb.ADVISORY,
            urn=verdict.resource.urn if verdict.resource.urn.startswith("urn:") else "",
            severity=_SEVERITIES[entry.severity],
        )


def facts_of(stack: str, config: Mapping[str, str]) -> Facts:
    """What is known of the environment of a stack: by its file, or by its name (`<environment>.<region>`).

    For a stack of a program that is not ours nothing but the name is known.
    """
    return _facts(stack, files_of(stack, config))


def files_of(stack: str, config: Mapping[str, str]) -> Loaded | None:
    """The environment of a stack, as it was read; None: there is none."""
    file = Path(config[FILE]) if FILE in config else _file_of(stack)
    return load(file) if file else None


def _facts(stack: str, files: Loaded | None) -> Facts:
    if files is None:
        return Facts(environment=stack, today=today(), is_whole=False)
    return replace(judging.facts(files.environment, today()), is_whole=False)


def _as_it_is(verdict: Verdict) -> Verdict:
    """Where there is no environment there are no exceptions."""
    return verdict


def serve(pack: str) -> None:
    """Answer Pulumi's engine until it goes: what the `__main__.py` of a pack does."""
    server = grpc.server(ThreadPoolExecutor(4, thread_name_prefix="analyzer"), options=_UNLIMITED)
    rules = [rule for rule in RULES if rule.entry.pack == pack]
    servicer = cast("Any", Analyzer(pack, rules))
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    threading.Event().wait()


_UNLIMITED: Final[Sequence[tuple[str, int]]] = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
)


def _file_of(stack: str) -> Path | None:
    """The environment file beside which `pulumi` runs, two folders above a layer's."""
    name = stack.rpartition("/")[2].rpartition(".")[0]
    here = Path.cwd()
    places = [folder / "environments" / f"{name}.yaml" for folder in (here, *here.parents[:3])]
    return next((file for file in places if name and file.is_file()), None)


def _info(rule: Rule) -> Any:
    entry = rule.entry
    return _pb.PolicyInfo(
        name=_name(rule),
        displayName=entry.name,
        description=rule.title,
        message=rule.fix,
        enforcementLevel=_LEVELS[entry.enforcement],
        policy_type=_pb.POLICY_TYPE_STACK,
        severity=_SEVERITIES[entry.severity],
        tags=list(entry.controls),
        remediation_steps=rule.fix,
    )


def _name(rule: Rule) -> str:
    return f"{rule.id.lower()}-{rule.entry.name}"
