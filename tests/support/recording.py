"""Runs a Pulumi program against mocks, alone in its own context, and shows what it declared as text."""

import asyncio
import contextvars
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pulumi
from google.protobuf import json_format, struct_pb2
from pulumi.runtime import mocks
from pulumi.runtime.config import set_all_config
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS, get_root_resource
from pulumi.runtime.stack import run_pulumi_func

PROJECT, STACK = "foundation", "test.us-east-1"
ANSWERED = ("arn", "name", "keyId", "bucket", "repositoryUrl")
"""Outputs the mocks give to every object, beside its id and inputs: enough for what components pass on."""

ANSWERED_BY_TYPE = {
    "aws:ec2/launchTemplate:LaunchTemplate": {"latestVersion": 1},
    "aws:ec2/vpcEndpoint:VpcEndpoint": {"prefixListId": "{}.prefixListId"},
    "aws:eks/cluster:Cluster": {
        "certificateAuthority": {"data": "{}.certificateAuthority"},
        "endpoint": "{}.endpoint",
        "identities": [{"oidcs": [{"issuer": "{}.issuer"}]}],
        "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16"},
        "vpcConfig": {"clusterSecurityGroupId": "{}.clusterSecurityGroupId"},
    },
    "aws:eks/nodeGroup:NodeGroup": {"nodeGroupName": "{}.nodeGroupName"},
    "aws:rds/instance:Instance": {
        "endpoint": "{}.endpoint",
        "masterUserSecrets": [{"secretArn": "{}.secretArn"}],
        "resourceId": "{}.resourceId",
    },
    "aws:route53/zone:Zone": {"zoneId": "{}.zoneId"},
}
"""Further outputs by type; `{}` is the object's own label."""


@dataclass(frozen=True)
class Declared:
    """One resource as the program declared it."""

    urn: str
    type: str
    name: str
    parent: str
    inputs: Mapping
    provider: str
    is_component: bool
    read_id: str
    depends_on: frozenset[str]
    aliases: frozenset[str] = frozenset()
    """URNs it had before, as its declaration says."""

    @property
    def short_type(self) -> str:
        return self.type.rsplit(":", 1)[1]


@dataclass
class Recording:
    """Everything one run of a program declared, in the order of the URNs, and what the stack hands over."""

    resources: list[Declared] = field(default_factory=list)
    outputs: dict = field(default_factory=dict)

    def of_type(self, short_type: str) -> list[Declared]:
        return [each for each in self.resources if each.short_type == short_type]

    def one(self, short_type: str, name: str) -> Declared:
        (found,) = [each for each in self.of_type(short_type) if each.name == name]
        return found

    @property
    def objects(self) -> list[Declared]:
        """What will exist in a cloud or a cluster: no components, no providers, nothing that is only read."""
        return [
            each
            for each in self.resources
            if not (each.is_component or each.type.startswith("pulumi:") or each.read_id)
        ]

    @property
    def aws(self) -> list[Declared]:
        """Those of them that will exist in AWS; the others are in a cluster."""
        return [each for each in self.objects if each.type.startswith("aws:")]

    @property
    def strangers(self) -> list[str]:
        """Names of children that do not begin with their parents', by which they are found."""
        names = {each.urn: each.name for each in self.resources}
        return [
            each.name
            for each in self.resources
            if each.parent in names and not each.name.startswith(names[each.parent])
        ]

    def graph(self) -> str:
        """Each resource below its parent, with its inputs."""
        roots = [
            each for each in self.resources if not any(each.parent == other.urn for other in self.resources)
        ]
        return "\n".join(line for root in roots for line in self._lines(root, ""))

    def _lines(self, resource: Declared, indent: str) -> list[str]:
        read = f"  (read: {resource.read_id})" if resource.read_id else ""
        lines = [f"{indent}{resource.type} {resource.name}{read}"]
        for key, value in sorted(resource.inputs.items()):
            lines += _property(key, value, f"{indent}    ")
        for dependency in sorted(resource.depends_on):
            type, name = dependency.split("::")[2:]
            lines.append(f"{indent}    after {type.rsplit(':', 1)[1]}({name})")
        for child in self.resources:
            if child.parent == resource.urn:
                lines += self._lines(child, f"{indent}  ")
        return lines


def record(
    program: Callable[[], object],
    *,
    stack: str = STACK,
    config: Mapping[str, str] | None = None,
    answers: Callable[[str], dict] = lambda type: {},
    project: str = PROJECT,
    upstream: Mapping[str, Mapping] | None = None,
) -> Recording:
    """Runs the program as an engine would.

    `answers` gives further outputs by type; `upstream` the outputs of other stacks by `<layer>/<stack>`.
    """
    recorder = _Recorder(Recording(), project, stack, answers, upstream or {})
    return contextvars.copy_context().run(_record, program, recorder, config or {})


def difference(before: Recording, after: Recording) -> str:
    """What a second plan would show: new, gone and changed resources, with the properties that differ."""
    old = {each.urn: each for each in before.resources}
    new = {each.urn: each for each in after.resources}
    lines = []
    for urn in sorted(old.keys() | new.keys()):
        name = urn.split("::")[-1]
        if urn not in old:
            lines.append(f"+ {new[urn].short_type} {name}")
        elif urn not in new:
            lines.append(f"- {old[urn].short_type} {name}")
        elif changed := _changed(old[urn].inputs, new[urn].inputs):
            lines.append(f"~ {new[urn].short_type} {name}  ({', '.join(changed)})")
    return "\n".join(lines)


def _changed(old: Mapping, new: Mapping) -> list[str]:
    return sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def _record(program, recorder, config) -> Recording:
    recording = recorder.recording
    # Settings that `set_mocks` leaves as they are would be shared with whatever ran before.
    SETTINGS.outputs = set()
    set_all_config(dict(config))

    async def run() -> None:
        mocks.set_mocks(None, recorder.project, recorder.stack, monitor=recorder)
        await run_pulumi_func(program)
        outputs = get_root_resource().outputs
        recording.outputs = await pulumi.Output.from_input(outputs).future()

    asyncio.run(run())
    recording.resources.sort(key=lambda each: each.urn)
    return recording


class _Recorder(mocks.MockMonitor):
    """Keeps every request, and answers with the inputs and with names that say where a value comes from.

    It answers by itself: `MockMonitor`'s own answers open an event loop in each thread and never close it.
    """

    def __init__(self, recording: Recording, project: str, stack: str, answers, upstream):
        super().__init__(mocks=None)
        self.recording, self.project, self.stack = recording, project, stack
        self.answers, self.upstream = answers, upstream

    def make_urn(self, parent, type_, name):
        chain = parent.split("::")[2] if parent else ""
        if chain and chain != "pulumi:pulumi:Stack":
            type_ = f"{chain}${type_}"
        return f"urn:pulumi:{self.stack}::{self.project}::{type_}::{name}"

    def RegisterResource(self, request):
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        self._keep(request, urn, request.object, is_component=not request.custom)
        label = f"{request.type.rsplit(':', 1)[1]}({request.name})"
        id = f"{label}.id" if request.custom else ""
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=id, object=self._outputs(request.type, label, request.object)
        )

    def ReadResource(self, request):
        urn = self.make_urn(request.parent, request.type, request.name)
        self._keep(request, urn, request.properties, read_id=request.id)
        if request.type == "pulumi:pulumi:StackReference":
            return resource_pb2.ReadResourceResponse(urn=urn, properties=self._of_stack(request.id))
        outputs = self._outputs(request.type, request.id, request.properties)
        return resource_pb2.ReadResourceResponse(urn=urn, properties=outputs)

    def Invoke(self, request):
        raise AssertionError(f"a foundation needs no lookup: {request.tok}")

    def _alias(self, request, alias):
        if alias.urn:
            return alias.urn
        spec = alias.spec
        parent = "" if spec.noParent else spec.parentUrn or request.parent
        return self.make_urn(parent, spec.type or request.type, spec.name or request.name)

    def _of_stack(self, name):
        outputs = self.upstream[name.removeprefix("organization/")]
        properties = {"name": name, "outputs": dict(outputs), "secretOutputNames": []}
        return json_format.ParseDict(properties, struct_pb2.Struct())

    def _outputs(self, type, label, inputs):
        outputs = {each: f"{label}.{each}" for each in ANSWERED}
        outputs |= {**_labelled(ANSWERED_BY_TYPE.get(type, {}), label), **self.answers(type)}
        for key, value in json_format.MessageToDict(inputs).items():
            # What the cloud adds to a structure stays beside what was asked for.
            both = isinstance(value, dict) and isinstance(outputs.get(key), dict)
            outputs[key] = {**outputs[key], **value} if both else value
        return json_format.ParseDict(outputs, struct_pb2.Struct())

    def _keep(self, request, urn, properties, *, is_component=False, read_id=""):
        # What flows through a property is no news; the rest was asked for by `depends_on`.
        through_properties = getattr(request, "propertyDependencies", {}).values()
        flowing = {urn for each in through_properties for urn in each.urns}
        self.recording.resources.append(
            Declared(
                urn=urn,
                type=request.type,
                name=request.name,
                parent=request.parent,
                inputs=_plain(json_format.MessageToDict(properties)),
                provider=request.provider,
                is_component=is_component,
                read_id=read_id,
                depends_on=frozenset(request.dependencies) - flowing,
                aliases=frozenset(self._alias(request, each) for each in getattr(request, "aliases", ())),
            )
        )


def _labelled(value, label):
    match value:
        case str():
            return value.replace("{}", label)
        case dict():
            return {key: _labelled(each, label) for key, each in value.items()}
        case list():
            return [_labelled(each, label) for each in value]
        case _:
            return value


def _plain(value):
    """Numbers as people write them (on the wire all are floats), and keys in one order (there they have none)."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _plain(value[key]) for key in sorted(value)}
        case list():
            return [_plain(item) for item in value]
        case _:
            return value


def _property(key: str, value: object, indent: str) -> list[str]:
    """One property: JSON texts as the structures they are, short values on one line."""
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    text = json.dumps(value)
    if not isinstance(value, dict | list) or len(indent) + len(key) + len(text) < 110:
        return [f"{indent}{key}: {value if isinstance(value, str) else text}"]
    items = value.items() if isinstance(value, dict) else [("-", item) for item in value]
    return [
        f"{indent}{key}:",
        *(line for name, item in items for line in _property(name, item, f"{indent}  ")),
    ]
