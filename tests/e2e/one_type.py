"""Programs with one object of one type, and a process that dies once the cloud has done what it was asked."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pulumi
from botocore.endpoint import Endpoint

from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.interface import Access, Stack
from provisioner.plan.model import ApprovedPlan, Mode, Source
from provisioner.providers.aws.package import AwsPackage
from provisioner.providers.aws.registry import CATALOG
from provisioner.providers.aws.session import Connection, Credentials
from stacks.ownership import name_every_object
from tests.support.aws_cases import ALL, Case, Json, Ref

CASES = {case.file: case for case in ALL}
TAGGED = {spec.type for spec in CATALOG if spec.tags}
READING = ("Describe", "Get", "List", "Head")
REGION = "us-east-1"


@dataclass(frozen=True)
class Program:
    """What a case needs and, unless `only_needs`, the object that it is about, as it is or `changed`."""

    file: str
    only_needs: bool = False
    changed: bool = False

    @staticmethod
    def nothing() -> None:
        """The program that asks for nothing."""

    def __call__(self) -> None:
        name_every_object()
        case = CASES[self.file]
        tags = {"owner": "ml-platform@example.com", "provisioner:stack": f"{self.file}.{REGION}"}
        provider = pulumi.ProviderResource(
            "aws", "here", {"region": REGION, "defaultTags": json.dumps({"tags": tags})}
        )
        made: dict[str, pulumi.CustomResource] = {}
        parts = [*_needed(case), *([] if self.only_needs else [("", case)])]
        asked = _outputs_asked(parts)
        for label, part in parts:
            written = {**part.inputs, **(change_of(self.file) if self.changed and not label else {})}
            props = {key: _wired(value, made) for key, value in written.items()}
            props |= {output: None for output in asked.get(label, ()) if output not in props}
            if part.type in TAGGED:
                props.setdefault("tags", None)
            name = f"{label}-{part.name}" if label else part.name
            options = pulumi.ResourceOptions(
                provider=provider, depends_on=list(made.values()), ignore_changes=part.shared
            )
            made[label] = pulumi.CustomResource(part.type, name, props, options)


def change_of(file: str) -> dict[str, object]:
    """All changes of a case at once; of an object that never changes otherwise, one of its tags."""
    case = CASES[file]
    retagged = {"tags": {**case.inputs.get("tags", {}), "tier": "silver"}} if case.type in TAGGED else {}
    return case.change or retagged


def types_of(file: str) -> set[str]:
    """The types of the objects in a case's program."""
    case = CASES[file]
    return {case.type, *(need.type for _, need in _needed(case))}


def shared_types_of(file: str) -> set[str]:
    """The types of which another object of the program changes a property, too."""
    return {need.type for _, need in _needed(CASES[file]) if need.shared}


def regions_of(file: str) -> set[str]:
    """The regions in which a case's program makes objects."""
    case = CASES[file]
    return {REGION, *(need.inputs.get("region", REGION) for _, need in _needed(case))}


def _needed(case: Case) -> Iterator[tuple[str, Case]]:
    for name, need in case.needs.items():
        yield from _needed(need)
        yield name, need


def _outputs_asked(parts: list[tuple[str, Case]]) -> dict[str, set[str]]:
    asked: dict[str, set[str]] = {}

    def look(value):
        match value:
            case Ref(name, output):
                asked.setdefault(name, set()).update({output} - {""})
            case Json(inner):
                look(inner)
            case dict():
                look([*value.values()])
            case list():
                for item in value:
                    look(item)

    for _, part in parts:
        look([part.inputs, part.change])
    return asked


def _wired(value, made):
    """The value of a case file with the outputs of what it refers to."""
    match value:
        case Ref(name, output):
            return getattr(made[name], output) if output else made[name].id
        case Json(inner):
            return pulumi.Output.json_dumps(_wired(inner, made))
        case dict():
            return {key: _wired(item, made) for key, item in value.items()}
        case list():
            return [_wired(item, made) for item in value]
        case _:
            return value


def package_at(endpoint: str) -> AwsPackage:
    """The AWS drivers, connected to a cloud of our own."""
    return AwsPackage(Connection(endpoint, Credentials("local", "local")))


@dataclass
class Desk:
    """An engine with the AWS drivers, and a stack whose state is in a folder."""

    folder: Path
    package: AwsPackage

    def _open(self, program, access):
        engine = EmbeddedEngine(Folder(self.folder), {"aws": self.package}, Keys(lambda: "a passphrase"))
        return engine.open(Stack("layer", f"test.{REGION}", REGION, program), access)

    def plan(self, program, source=Source.CLOUD):
        with self._open(program, Access.READ) as run:
            return run.preview(Mode.UPDATE, source)

    def apply(self, program):
        with self._open(program, Access.WRITE) as run:
            return run.apply(ApprovedPlan(run.preview(Mode.UPDATE, Source.STATE), "test"), lambda _: None)

    def breaches(self):
        with self._open(lambda: None, Access.READ) as run:
            return run.breaches()


@contextmanager
def watched(committed):
    """Calls `committed` with the name of each operation that has changed the cloud, before its reply is read."""
    under_way = threading.local()
    get, send = Endpoint._get_response, Endpoint._send

    def noting(self, request, operation_model, context):
        under_way.operation = operation_model.name
        return get(self, request, operation_model, context)

    def replied(self, request):
        reply = send(self, request)
        if reply.status_code < 300 and not under_way.operation.startswith(READING):
            committed(under_way.operation)
        return reply

    Endpoint._get_response, Endpoint._send = noting, replied
    try:
        yield
    finally:
        Endpoint._get_response, Endpoint._send = get, send


def apply_and_die(folder: Path, endpoint: str, program: Program, moment: int) -> None:
    """Apply, and die when the cloud has carried out the call with this number, counted from 0."""
    from provisioner.engine.embedded import secrets
    from tests.support import warm_botocore

    warm_botocore.share()
    secrets.ROUNDS = 10  # as in the test that started this process
    calls = iter(range(10_000))

    def committed(_operation):
        if next(calls) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    with watched(committed):
        Desk(folder, package_at(endpoint)).apply(program)
