"""What a program says outright is made ready without waiting: a quarter of the SDK's work.

For each text in the inputs of a resource the SDK makes a coroutine, and asks a dozen times what it is; for
each name that a resource may have had before it makes four outputs. Here that is done at once where all there
is are plain values, and the SDK's own functions do the rest.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final, cast, get_args, get_origin
from typing import Mapping as TypingMapping  # noqa: UP035 - what a program's type hints may be made of

import pulumi._types as sdk_types
import pulumi.resource as sdk_of_resources
import pulumi.runtime.resource as sdk_resource
from pulumi import Alias, Output
from pulumi.runtime import rpc, settings

from provisioner.plan.values import PLAIN

_sdk: Any = rpc
_types: Any = sdk_types
_resources: Any = sdk_resource
_serialized: Final[Any] = rpc.serialize_property
_urn_of: Final[Any] = sdk_resource.create_urn
_collapsed: Final[Any] = sdk_resource.collapse_alias_to_urn

_MAPPINGS: Final = (dict, Mapping, TypingMapping)

_Translate = Callable[[str], str] | None


class _WaitsError(Exception):
    """There is something in a value that only the SDK can make ready."""


def shorten() -> None:
    """From now on, until the process ends."""
    setattr(rpc, "serialize_property", _serialize_property)  # noqa: B010
    setattr(sdk_resource, "create_urn", _create_urn)  # noqa: B010
    setattr(sdk_resource, "collapse_alias_to_urn", _collapse_alias_to_urn)  # noqa: B010
    setattr(sdk_of_resources, "collapse_alias_to_urn", _collapse_alias_to_urn)  # noqa: B010


async def _serialize_property(  # noqa: PLR0913, PLR0917 - as the SDK calls it
    value: Any,
    deps: Any,
    property_key: Any,
    resource_obj: Any = None,
    input_transformer: _Translate = None,
    typ: Any = None,
    keep_output_values: bool = False,  # noqa: FBT001, FBT002
    exclude_resource_refs_from_deps: bool = False,  # noqa: FBT001, FBT002
    return_protobuf_value: bool = False,  # noqa: FBT001, FBT002
) -> Any:
    """`rpc.serialize_property`."""
    if not return_protobuf_value:
        try:
            return plain(value, input_transformer, typ)
        except _WaitsError:
            pass
    return await _serialized(
        value,
        deps,
        property_key,
        resource_obj,
        input_transformer,
        typ,
        keep_output_values,
        exclude_resource_refs_from_deps,
        return_protobuf_value,
    )


def plain(value: Any, translate: _Translate, typ: Any) -> Any:
    """A value of simple values as the engine is told it. Raises `_WaitsError` if anything else is in it."""
    kind = cast("type[Any]", type(value))
    if kind in PLAIN:
        return value
    if kind is dict:
        return _members(value, translate, _wanted(typ))
    if kind is list:
        item = _sdk._get_list_element_type(_wanted(typ))  # noqa: SLF001 - as the SDK itself does
        return [plain(each, translate, item) for each in value]
    raise _WaitsError


def _members(value: dict[Any, Any], translate: _Translate, typ: Any) -> dict[Any, Any]:
    if typ is None:
        names, types, item = translate, None, None
    else:
        chosen = _types.reduce_discriminated_union(typ, value, _types._py_name_for)  # noqa: SLF001
        names, types, item = _reading(typ if chosen is None else chosen, translate)
    found: dict[Any, Any] = {}
    for key, each in value.items():
        name = key if names is None else names(key)
        found[name] = plain(each, translate, item if types is None else types.get(name))
    return found


def _reading(typ: Any, translate: _Translate) -> tuple[_Translate, Mapping[str, Any] | None, Any]:
    """How keys are translated, and the types of members: each its own, or all of them one."""
    if _types.is_input_type(typ):
        return (*_of_input_type(typ), None)
    if typ is not dict and get_origin(typ) not in _MAPPINGS:
        return None, None, None
    match get_args(typ):
        case (key, item) if key is str:
            return None, None, item
        case _:
            return translate, None, None


@functools.cache
def _of_input_type(typ: Any) -> tuple[Callable[[str], str], Mapping[str, Any]]:
    names: Mapping[str, str] = _types.input_type_py_to_pulumi_names(typ)
    return lambda key: names.get(key) or key, _types.input_type_types(typ)


def _wanted(typ: Any) -> Any:
    """The type that a value is meant to be of, without what may stand around it; None: any."""
    typ = _types.unwrap_type(typ) if typ else typ
    return None if typ is Any else typ


def _create_urn(
    name: Any, type_: Any, parent: Any = None, project: str | None = None, stack: str | None = None
) -> Any:
    """`create_urn`."""
    if type(name) is not str or type(type_) is not str or type(parent) not in (str, type(None)):
        return _urn_of(name, type_, parent, project, stack)
    if parent is None:
        stack = settings.get_stack() if stack is None else stack
        project = settings.get_project() if project is None else project
        above = f"urn:pulumi:{stack}::{project}::"
    else:
        above = f"{parent[0 : parent.rfind('::')]}$"
    return Output.from_input(f"{above}{type_}::{name}")


def _collapse_alias_to_urn(alias: Any, defaultName: str, defaultType: str, defaultParent: Any) -> Any:  # noqa: N803
    """`collapse_alias_to_urn`."""
    if type(alias) is str:
        return Output.from_input(alias)
    if type(alias) is Alias and _said(alias.parent, defaultParent) is None:
        name, type_ = _said(alias.name, defaultName), _said(alias.type_, defaultType)
        project = _said(alias.project, None) or settings.get_project()
        stack = _said(alias.stack, None) or settings.get_stack()
        if all(type(each) is str for each in (name, type_, project, stack)):
            return _create_urn(name, type_, None, project, stack)
    return _collapsed(alias, defaultName, defaultType, defaultParent)


def _said(value: Any, otherwise: Any) -> Any:
    return otherwise if value is ... else value
