"""What a resource was answered, made into the values of its outputs when somebody looks at one.

The SDK makes objects of all that an engine answers, typed and nested, for each resource; most of it nobody
ever asks for. Here only an output that is asked for is made, and by the SDK's own functions.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple, Protocol, cast

import pulumi._types as sdk_types
from pulumi.runtime import rpc, settings

_sdk: Any = rpc
_types: Any = sdk_types
_resolve_at_once: Final[Any] = _sdk.resolve_outputs


class _Told(NamedTuple):
    """A value, and what is known about it."""

    value: Any
    is_known: bool
    is_secret: bool


class LateData:
    """In place of the SDK's `_OutputData`: the same four things, made when one of them is read."""

    __slots__ = ("_made", "_make", "resources")

    def __init__(self, resources: set[Any], make: Callable[[], _Told]) -> None:
        self.resources = resources
        self._make: Callable[[], _Told] | None = make
        self._made: _Told | None = None

    def _told(self) -> _Told:
        if self._made is None:
            assert self._make, "it is kept until it has answered"
            value, is_known, is_secret = self._make()
            self._made = _Told(value, is_known and not _sdk.contains_unknowns(value), is_secret)
            self._make = None
        return self._made

    @property
    def value(self) -> Any:
        """What the output holds."""
        return self._told().value

    @property
    def is_known(self) -> bool:
        """Whether that is what it will be."""
        return self._told().is_known

    @property
    def is_secret(self) -> bool:
        """Whether it is to be kept from sight."""
        return self._told().is_secret


class Resolver(Protocol):
    """Gives an output its data."""

    def late(self, deps: Collection[Any] | None, make: Callable[[], _Told], /) -> None:
        """It is made of what the engine answered, when somebody looks; `deps` are what it comes from."""
        ...


class _Answer(NamedTuple):
    """What the engine said of one resource, and how it is read."""

    resource: Any
    outputs: Any
    inputs: Any
    """None where they say nothing of the outputs: in a preview."""

    keeps_unknowns: bool
    is_missing_known: bool
    """Whether it is known that what was not answered is nothing."""

    is_preview: bool

    def told(self, name: str, key: str) -> _Told:
        """The output called `name` by the program and `key` by the engine."""
        found = self._found(name, key)
        if found is None:
            return _Told(None, self.is_missing_known, is_secret=False)
        value = _sdk.unwrap_rpc_secret(found)
        return _Told(value, value is not None or not self.is_preview, _sdk.is_rpc_secret(found))

    def _found(self, name: str, key: str) -> Any:
        if key in self.outputs:
            value = _sdk.deserialize_property(self.outputs[key], self.keeps_unknowns)
            if value is not None:
                return self._translated(name, key, value)
        if self.inputs is None or key not in self.inputs:
            return None
        # An input that the engine said nothing of has the value that it was given.
        return self._translated(
            name, key, _sdk.deserialize_property(self.inputs[key]), return_none_on_dict_type_mismatch=True
        )

    def _translated(self, name: str, key: str, value: Any, **how: bool) -> Any:
        path = _sdk._Path(name, resource=f"{self.resource._name}")  # noqa: SLF001 - as the SDK itself does
        cls = _class(self.resource)
        typ = _types.resource_types(cls).get(key)
        return _sdk.translate_output_properties(value, _as_it_is, typ, True, path=path, **how)  # noqa: FBT003


def resolve_outputs(  # noqa: PLR0913, PLR0917 - as the SDK calls it
    res: Any,
    serialized_props: Any,
    outputs: Any,
    deps: Mapping[str, set[Any]],
    resolvers: Mapping[str, Resolver],
    custom: bool,  # noqa: FBT001
    transform_using_type_metadata: bool = False,  # noqa: FBT001, FBT002
    keep_unknowns: bool = False,  # noqa: FBT001, FBT002
    resolve_missing_as_unknown: bool = False,  # noqa: FBT001, FBT002
) -> None:
    """`rpc.resolve_outputs`: each output has its data, of which nothing is made yet."""
    is_preview = settings.is_dry_run()
    at_once = not transform_using_type_metadata or _sdk._special_sig_key in outputs  # noqa: SLF001
    if at_once or settings.is_legacy_apply_enabled():
        _resolve_at_once(
            res,
            serialized_props,
            outputs,
            deps,
            resolvers,
            custom,
            transform_using_type_metadata,
            keep_unknowns,
            resolve_missing_as_unknown,
        )
        return
    inputs = None if is_preview else serialized_props
    is_missing_known = not is_preview and not resolve_missing_as_unknown
    answer = _Answer(res, outputs, inputs, keep_unknowns, is_missing_known, is_preview)
    keys = _keys(_class(res))
    for name, resolve in resolvers.items():
        key = keys.get(name, name)
        resolve.late(deps.get(key), functools.partial(answer.told, name, key))


def _class(resource: Any) -> type[Any]:
    return cast("type[Any]", resource.__class__)


@functools.cache
def _keys(resource: type) -> Mapping[str, str]:
    """What the engine calls the outputs that the program calls by these names."""
    return _types.resource_py_to_pulumi_names(resource)


def _as_it_is(name: str) -> str:
    return name
