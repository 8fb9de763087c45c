"""A provider plugin as the engine sees it: `Provider` over Pulumi's provider protocol.

What is sent, and how an answer is taken, is as in Pulumi's engine (`pkg/resource/plugin/provider_plugin.go`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import provider_pb2

from provisioner.plan.diff import Diff, changes
from provisioner.plan.values import REST, UNKNOWN, Properties, Reference, Secret, mapped, revealed
from provisioner.providers.interface import (
    CANNOT_FIND,
    About,
    Checked,
    Identity,
    Object,
    Problem,
    Refused,
)
from provisioner.providers.protocol import wire
from provisioner.providers.protocol.assets import with_hashes
from provisioner.providers.protocol.refusals import is_lost, is_unimplemented, lost, partial, refusal

READERS: Final = 16
"""Objects that are read at once."""

UNSPECIFIED: Final = "unspecified"
"""The property of a difference that a plugin tells of without saying where it is."""

_REPLACING: Final = frozenset(
    {
        provider_pb2.PropertyDiff.ADD_REPLACE,
        provider_pb2.PropertyDiff.DELETE_REPLACE,
        provider_pb2.PropertyDiff.UPDATE_REPLACE,
    }
)


@dataclass(frozen=True, slots=True)
class Speaks:
    """What a plugin understands, as it said itself when it was greeted or configured."""

    secrets: bool = False
    references: bool = False
    previews: bool = False
    outputs: bool = False
    """Values that say what they depend on, in what components and methods are given."""


@dataclass(frozen=True, slots=True)
class Line:
    """The connection with a plugin."""

    stub: Any
    has_ended: Callable[[], bool]
    is_ending: Callable[[], bool]
    """Whether a lost answer is the plugin's end, and not its own word for what went wrong."""

    epitaph: Callable[[], str]
    """How it ended, and what it said last."""

    @contextmanager
    def calling(self, call: str) -> Generator[None]:
        """Around one call. Raises `Refused` in place of what gRPC raises."""
        if self.has_ended():
            raise Refused(f"{call} was not asked: {self.epitaph()}", code="PluginEnded")
        try:
            yield
        except grpc.RpcError as error:
            is_gone = is_lost(error) and self.is_ending()
            raise (lost(self.epitaph(), call) if is_gone else refusal(error)) from error


@dataclass(frozen=True, slots=True)
class PluginProvider:
    """A configured plugin, about one resource of its package."""

    line: Line
    speaks: Speaks
    is_configured: bool
    """Not if some of its inputs are unknown yet: then the plugin is not asked anything."""

    about: About = field(default_factory=lambda: About(""))
    takes_marked: bool = True
    """It is given secrets and references as they are, and hands on what the plugin understands of them."""

    def concerning(self, about: About) -> PluginProvider:
        """The same, about that resource."""
        return replace(self, about=about)

    def check(self, type: str, name: str, old: Properties | None, new: Properties, seed: bytes) -> Checked:
        """The inputs to use. What goes wrong is a problem like what is wrong."""
        if not self.is_configured:
            return Checked({**new, REST: UNKNOWN})
        try:
            wanted = self._struct(with_hashes(new))
        except OSError as missing:
            return Checked(new, (Problem("", f"{missing.filename}: {missing.strerror}"),))
        request = provider_pb2.CheckRequest(
            **self._address(type, name), olds=self._struct(old or {}), news=wanted, randomSeed=seed
        )
        try:
            with self.line.calling("Check"):
                answer = self.line.stub.Check(request)
        except Refused as refused:
            return Checked(new, (Problem("", refused.reason),))
        problems = tuple(Problem(each.property, each.reason) for each in answer.failures)
        return Checked(wire.decode(answer.inputs), problems)

    def diff(self, type: str, old: Object, new: Properties) -> Diff:
        """What a change means; a plugin that cannot tell leaves it to a comparison of the inputs."""
        if not self.is_configured:
            return compared(old.inputs, new)
        request = provider_pb2.DiffRequest(
            **self._address(type),
            id=old.id,
            old_inputs=self._struct(old.inputs),
            olds=self._struct(old.outputs),
            news=self._struct(new),
            ignoreChanges=self.about.ignore_changes,
        )
        with self.line.calling(f"Diff of {self.about.urn}"):
            return difference(self.line.stub.Diff(request), old.inputs, new)

    def planned(self, type: str, old: Object | None, new: Properties) -> Properties:
        """The outputs that the plugin foresees, or else the inputs. What is missing is unknown."""
        if not self.is_configured:
            return {}
        if not self.speaks.previews:
            return new
        with self.line.calling(f"preview of {self.about.urn}"):
            if old is None:
                return wire.decode(self.line.stub.Create(self._creation(type, new, preview=True)).properties)
            return wire.decode(self.line.stub.Update(self._change(type, old, new, preview=True)).properties)

    def create(self, type: str, new: Properties) -> Object:
        """Make the object. Raises `Refused`, with the object if it exists and does not work."""
        with self.line.calling("Create"), _partly(new, ""):
            answer = self.line.stub.Create(self._creation(type, new, preview=False))
        if not answer.id:
            raise Refused("the plugin answered Create without an id")
        return Object(answer.id, new, wire.decode(answer.properties))

    def find(self, type: str, new: Properties, known: Sequence[str]) -> Sequence[str]:  # noqa: ARG002
        """The protocol has no way to look for an object. Raises `Refused`."""
        raise Refused(f"a plugin cannot look for {type} by what it was made of", code=CANNOT_FIND)

    def read(self, type: str, identity: Identity) -> Object | None:
        """The object as it is now, or None if it is gone. Raises `Refused`."""
        request = provider_pb2.ReadRequest(**self._address(type), id=identity.id)
        # What a program says of an object that it reads is state, not inputs (`ReadStep` in `step.go`).
        state = identity.outputs or identity.inputs
        request.properties.CopyFrom(self._struct(state))
        if identity.outputs:
            request.inputs.CopyFrom(self._struct(identity.inputs))
        if self.about.timeouts.get("read"):
            request.timeout = self.about.timeouts["read"]
        with self.line.calling(f"Read of {identity.id}"), _partly(identity.inputs, identity.id):
            answer = self.line.stub.Read(request)
        if not answer.id:
            return None
        inputs = wire.decode(answer.inputs) if answer.HasField("inputs") else identity.inputs
        return Object(answer.id, inputs, wire.decode(answer.properties))

    def read_all(self, type: str, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The same for many, one call each; one that is there and does not work is as it was recorded."""

        def read(identity: Identity) -> Object | None:
            here = self.concerning(About(identity.urn)) if identity.urn else self
            try:
                return here.read(type, identity)
            except Refused as refused:
                if refused.made is None:
                    raise
                return refused.made

        with ThreadPoolExecutor(READERS, thread_name_prefix="plugin") as pool:
            return dict(zip((each.id for each in identities), pool.map(read, identities), strict=True))

    def update(self, type: str, old: Object, new: Properties) -> Object:
        """Bring the object in line with `new`. Raises `Refused`, with the object as it is then."""
        # Recorded with what it was made of, so that the next plan finds the difference again.
        with self.line.calling("Update"), _partly(old.inputs, old.id):
            answer = self.line.stub.Update(self._change(type, old, new, preview=False))
        return Object(old.id, new, wire.decode(answer.properties))

    def delete(self, type: str, old: Object) -> None:
        """Remove the object. Raises `Refused`."""
        request = provider_pb2.DeleteRequest(
            **self._address(type),
            id=old.id,
            properties=self._struct(old.outputs),
            old_inputs=self._struct(old.inputs),
            timeout=self.about.timeouts.get("delete", 0.0),
        )
        with self.line.calling("Delete"):
            self.line.stub.Delete(request)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """The answer of a function of the package; `UNKNOWN` if the provider is not configured yet."""
        if not self.is_configured:
            return {"": UNKNOWN}
        with self.line.calling(token):
            answer = self.line.stub.Invoke(
                provider_pb2.InvokeRequest(tok=token, args=self._struct(arguments))
            )
        refuse_arguments(answer.failures)
        return wire.decode(getattr(answer, "return"))

    def construct(self, request: Any) -> Any:
        """Have the plugin make a component. Raises `Refused`."""
        return self._remote(self.line.stub.Construct, request, request.inputs, f"Construct of {request.type}")

    def call(self, request: Any) -> Any:
        """The answer of a method of a component. Raises `Refused`."""
        answer = self._remote(self.line.stub.Call, request, request.args, request.tok)
        refuse_arguments(answer.failures)
        return answer

    def _remote(self, ask: Callable[[Any], Any], request: Any, given: struct_pb2.Struct, call: str) -> Any:
        if not self.speaks.secrets:
            raise Refused("its plugin knows no secrets, which it has to for remote components")
        if not self.speaks.outputs:
            given.CopyFrom(wire.encode(wire.decode(given)))
        request.accepts_output_values = False
        with self.line.calling(call):
            return ask(request)

    def cancel(self) -> None:
        """Tell the plugin to break off what it is doing: what it is asked at the moment ends in a refusal."""
        with suppress(grpc.RpcError):  # a plugin need not be able to, and is ended soon
            self.line.stub.Cancel(empty_pb2.Empty(), timeout=5.0)

    def _address(self, type: str, name: str = "") -> dict[str, Any]:
        urn = self.about.urn
        return {"urn": urn, "type": type, "name": name or urn.split("::", 3)[-1]}

    def _creation(self, type: str, new: Properties, *, preview: bool) -> Any:
        return provider_pb2.CreateRequest(
            **self._address(type),
            properties=self._struct(new),
            timeout=self.about.timeouts.get("create", 0.0),
            preview=preview,
        )

    def _change(self, type: str, old: Object, new: Properties, *, preview: bool) -> Any:
        return provider_pb2.UpdateRequest(
            **self._address(type),
            id=old.id,
            olds=self._struct(old.outputs),
            old_inputs=self._struct(old.inputs),
            news=self._struct(new),
            timeout=self.about.timeouts.get("update", 0.0),
            ignoreChanges=self.about.ignore_changes,
            preview=preview,
        )

    def _struct(self, properties: Properties) -> struct_pb2.Struct:
        return wire.encode({key: understood(value, self.speaks) for key, value in properties.items()})


def understood(value: Any, speaks: Speaks) -> Any:
    """The value with the marks that the plugin understands; the others are taken off."""

    def leaf(each: Any) -> Any:
        match each:
            case Secret(inner):
                return Secret(revealed(inner)) if speaks.secrets else revealed(inner)
            case Reference(urn, id):
                return each if speaks.references else (urn if id is None else id)
            case _:
                return each

    return mapped(value, leaf)


def compared(old: Properties, new: Properties) -> Diff:
    """The properties of the inputs that differ, all to be changed in place."""
    differing = changes(revealed(dict(old)), revealed(dict(new)))
    return Diff(updates=tuple(sorted({_top(change.path) for change in differing})))


def difference(answer: Any, old: Properties, new: Properties) -> Diff:
    """What a plugin says of a difference, by the properties of the resource (`diffResource` in Pulumi)."""
    if answer.changes == provider_pb2.DiffResponse.DIFF_NONE:
        return Diff()
    of_inputs = compared(old, new).updates
    if answer.changes == provider_pb2.DiffResponse.DIFF_UNKNOWN and not of_inputs:
        return Diff()
    detailed = {_top(path): kind.kind in _REPLACING for path, kind in sorted(answer.detailedDiff.items())}
    replaces = {
        *map(_top, answer.replaces),
        *(_top(p) for p, d in answer.detailedDiff.items() if d.kind in _REPLACING),
    }
    updates = {*map(_top, answer.diffs), *detailed} or {*of_inputs} or {UNSPECIFIED}
    return Diff(tuple(sorted(replaces)), tuple(sorted(updates - replaces)), answer.deleteBeforeReplace)


def refuse_arguments(failures: Sequence[Any]) -> None:
    """Raises `Refused` if there is something wrong with the arguments of a function."""
    if failures:
        wrong = (f"`{each.property}`: {each.reason}" if each.property else each.reason for each in failures)
        raise Refused("\n".join(wrong), code="InvalidArguments")


def configuration(name: str, inputs: Properties) -> dict[str, str]:
    """The provider's inputs as texts under their old names, for plugins that read them there."""
    return {
        f"{name}:config:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in cast("dict[str, Any]", revealed(dict(inputs))).items()
        if key != "version"
    }


@contextmanager
def _partly(inputs: Properties, known_id: str) -> Generator[None]:
    """Around one call. Raises `Refused` with the object, if the plugin tells of one that exists."""
    try:
        yield
    except grpc.RpcError as error:
        if not is_unimplemented(error) and (refused := partial(error, inputs, known_id)) is not None:
            raise refused from error
        raise


def _top(path: str) -> str:
    """The property that a path such as `tags.owner`, `ports[0]` or `["a.b"].c` begins with."""
    found = re.match(r'\["((?:[^"\\]|\\.)*)"\]|([^.\[]+)', path)
    return (found[1] or found[2]) if found else path
