"""Dynamic resources: their provider is a Python object of the program, which comes along as a pickle.

What has to be done is that of the SDK's own plugin (`pulumi/dynamic/__main__.py`), without its process.

Loading a pickle runs code. It is done with what the running program has just written, and with what the
state of the same stack says, which only runs of its program have written; a state of somebody else's is to be
trusted no less than a program of theirs. No other input is ever loaded.
"""

from __future__ import annotations

import contextvars
import threading
import traceback
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, TypeVar

from provisioner.plan.diff import Diff, changes
from provisioner.plan.values import UNKNOWN, Properties, mapped
from provisioner.providers.interface import CANNOT_FIND, Checked, Identity, Object, Problem, Refused

PICKLE: Final = "__provider"
"""The input that holds the provider."""

UNNAMED: Final = "its provider says so"
"""The reason of a difference that a provider sees where the inputs are the same."""

T = TypeVar("T")


class DynamicPackage:
    """The package of all dynamic resources of one project."""

    version = ""

    def __init__(self, project: str) -> None:
        self._project = project

    def types(self) -> frozenset[str]:
        """None by name: each class of a program is a type of its own."""
        return frozenset()

    def configure(self, inputs: Properties) -> DynamicProvider:
        """A provider that hands this configuration, by full key, to each object it loads."""
        return DynamicProvider(self._project, inputs)


class DynamicProvider:
    """Acts on dynamic resources by the provider that each of them brings along."""

    def __init__(self, project: str, config: Properties) -> None:
        self._project = project
        self._config = dict(config)
        self._loaded: dict[str, Any] = {}
        self._lock = threading.Lock()

    def check(self, type: str, name: str, old: Properties | None, new: Properties, seed: bytes) -> Checked:  # noqa: ARG002 - as engines call it
        """What the provider's `check` makes of the inputs."""
        before = _with_markers(old or {})
        after = _with_markers(new)
        result = self._asked(_pickle(new, old or {}), lambda own: own.check(before, dict(after)))
        inputs = {**_with_unknowns(result.inputs or {}), PICKLE: new.get(PICKLE)}
        problems = tuple(Problem(each.property, each.reason) for each in result.failures or ())
        return Checked(inputs, problems)

    def diff(self, type: str, old: Object, new: Properties) -> Diff:  # noqa: ARG002
        """What the provider's `diff` says; if it leaves it open, whether the inputs differ."""
        before, after = _with_markers(old.outputs), _with_markers(new)
        said = self._asked(_pickle(new, old.outputs), lambda own: own.diff(old.id, before, after))
        differing = _tops(old.inputs, new)
        if not (differing if said.changes is None else said.changes):
            return Diff()
        replaces = tuple(said.replaces or ())
        updates = sorted(set(differing or [UNNAMED]) - set(replaces))
        return Diff(replaces, tuple(updates), delete_before_replace=bool(said.delete_before_replace))

    def planned(self, type: str, old: Object | None, new: Properties) -> Properties:  # noqa: ARG002
        """The inputs: what else the provider's `create` or `update` will tell is not known."""
        return dict(new)

    def create(self, type: str, new: Properties) -> Object:  # noqa: ARG002
        """Make the object. Raises `Refused`."""
        result = self._asked(new[PICKLE], lambda own: own.create(dict(new)))
        if not result.id:
            raise Refused("the provider's `create` gave no id, and without one nothing can be recorded")
        return _object(str(result.id), new, result.outs)

    def find(self, type: str, new: Properties, known: Sequence[str]) -> Sequence[str]:  # noqa: ARG002
        """Raises `Refused`: a dynamic provider can only read what it has an id of."""
        raise Refused(f"a dynamic provider cannot look for {type} by what it was made of", code=CANNOT_FIND)

    def read(self, type: str, identity: Identity) -> Object | None:  # noqa: ARG002
        """The object as it is now, or None if it is gone. Raises `Refused`."""
        recorded = dict(identity.outputs or identity.inputs)
        result = self._asked(_pickle(recorded, identity.inputs), lambda own: own.read(identity.id, recorded))
        if not result.id:
            return None
        inputs = identity.inputs if result.inputs is None else result.inputs
        pickle = {PICKLE: recorded.get(PICKLE)}
        return Object(str(result.id), {**inputs, **pickle}, {**(result.outs or {}), **pickle})

    def read_all(self, type: str, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The same for many, by id, one by one. Raises `Refused`."""
        return {identity.id: self.read(type, identity) for identity in identities}

    def update(self, type: str, old: Object, new: Properties) -> Object:  # noqa: ARG002
        """Change the object in place. Raises `Refused`."""
        result = self._asked(new[PICKLE], lambda own: own.update(old.id, dict(old.outputs), dict(new)))
        return _object(old.id, new, result.outs)

    def delete(self, type: str, old: Object) -> None:  # noqa: ARG002
        """Remove the object. Raises `Refused`."""
        recorded = dict(old.outputs or old.inputs)
        self._asked(_pickle(recorded, old.inputs), lambda own: own.delete(old.id, recorded))

    def invoke(self, token: str, arguments: Properties) -> Properties:  # noqa: ARG002
        """There are no functions of dynamic providers."""
        raise Refused(f"unknown function {token}")

    def _asked(self, pickle: str, ask: Callable[[Any], T]) -> T:
        """What the object in the pickle answers. Raises `Refused` with its traceback."""

        def asked() -> T:
            self._settle()
            return ask(self._own(pickle))

        try:
            # The SDK keeps its settings in context variables, and threads of a pool begin without any.
            return contextvars.Context().run(asked)
        except Exception as error:
            raise Refused(_told(error)) from error

    def _settle(self) -> None:
        from pulumi.runtime.settings import Settings, configure  # noqa: PLC0415

        configure(Settings(project=self._project, stack="stack", organization="organization"))

    def _own(self, pickle: str) -> Any:
        """The object in a pickle, loaded and configured once."""
        with self._lock:
            if pickle not in self._loaded:
                self._loaded[pickle] = _loaded(pickle, self._config, self._project)
            return self._loaded[pickle]


def _loaded(pickle: str, config: Mapping[str, Any], project: str) -> Any:
    from pulumi.dynamic.config import Config  # noqa: PLC0415
    from pulumi.dynamic.dynamic import ConfigureRequest  # noqa: PLC0415

    # Only programs with dynamic resources need dill. Captured secrets are opened as the SDK's plugin does it.
    dill: Any = import_module("dill")
    serialization: Any = import_module("pulumi.runtime._serialization")
    own: Any = serialization._deserialize(lambda: dill.loads(b64decode(pickle)))  # noqa: SLF001
    own.configure(ConfigureRequest(config=Config(raw_config=dict(config), project_name=project)))
    return own


def _pickle(*properties: Properties) -> str:
    """The first that is known: in a plan the program's own may depend on what is not."""
    return next(str(each[PICKLE]) for each in properties if isinstance(each.get(PICKLE), str))


def _object(id: str, new: Properties, outputs: Mapping[str, Any] | None) -> Object:
    return Object(id, new, {**(outputs or {}), PICKLE: new[PICKLE]})


def _tops(old: Properties, new: Properties) -> list[str]:
    """The top-level inputs that differ."""
    names = old.keys() | new.keys()
    return sorted(name for name in names if any(changes(old.get(name), new.get(name))))


def _with_markers(properties: Properties) -> dict[str, Any]:
    """With the SDK's word for what is not known: that is how dynamic providers see it."""
    from pulumi.runtime.rpc import UNKNOWN as MARKER  # noqa: PLC0415

    return mapped(dict(properties), lambda leaf: MARKER if leaf is UNKNOWN else leaf)


def _with_unknowns(properties: Properties) -> dict[str, Any]:
    from pulumi.runtime.rpc import UNKNOWN as MARKER  # noqa: PLC0415

    return mapped(dict(properties), lambda leaf: UNKNOWN if leaf == MARKER else leaf)


def _told(error: Exception) -> str:
    """The error, and where in the provider it was raised."""
    return "".join(traceback.format_exception(error)).rstrip()
