"""What the SDK sends, as values: protobuf in, questions out."""

from __future__ import annotations

import re
from typing import Any

import grpc

from provisioner.engine.embedded.wanted import AliasSpec, Lookup, Wanted
from provisioner.plan.values import UNKNOWN
from provisioner.providers.protocol import wire


class Declined(grpc.RpcError):
    """The engine cannot do what the program asks; the SDK raises `Exception(details)` in the program."""

    def __init__(self, status: grpc.StatusCode, text: str) -> None:
        super().__init__(text)
        self._status = status
        self._text = text

    def code(self) -> grpc.StatusCode:
        """The gRPC status, as the SDK asks for it."""
        return self._status

    def details(self) -> str:
        """The text, as the SDK asks for it."""
        return self._text


def wanted(request: Any) -> Wanted:
    """A registration."""
    return Wanted(
        type=request.type,
        name=request.name,
        custom=request.custom,
        parent=request.parent,
        inputs=wire.decode(request.object),
        dependencies=tuple(sorted(request.dependencies)),
        property_dependencies=_property_dependencies(request),
        provider=request.provider,
        protect=_optional(request, "protect"),
        retain_on_delete=_optional(request, "retainOnDelete"),
        delete_before_replace=request.deleteBeforeReplace if _order_is_set(request) else None,
        ignore_changes=tuple(sorted(request.ignoreChanges)),
        replace_on_changes=tuple(sorted(request.replaceOnChanges)),
        alias_urns=(*request.aliasURNs, *(alias.urn for alias in request.aliases if alias.urn)),
        aliases=tuple(_alias(alias.spec) for alias in request.aliases if alias.WhichOneof("alias") == "spec"),
        additional_secret_outputs=tuple(sorted(request.additionalSecretOutputs)),
        custom_timeouts=_timeouts(request.customTimeouts),
        deleted_with=request.deletedWith,
        replace_with=tuple(sorted(request.replace_with)),
        replacement_trigger=_trigger(request),
        hide_diffs=tuple(request.hideDiffs),
        import_id=request.importId,
        version=request.version,
    )


def _property_dependencies(request: Any) -> dict[str, tuple[str, ...]]:
    return {key: tuple(sorted(value.urns)) for key, value in sorted(request.propertyDependencies.items())}


def _trigger(request: Any) -> Any:
    return wire.decoded(request.replacement_trigger) if request.HasField("replacement_trigger") else None


def _optional(request: Any, name: str) -> bool | None:
    return getattr(request, name) if request.HasField(name) else None


def _order_is_set(request: Any) -> bool:
    return request.deleteBeforeReplaceDefined or request.deleteBeforeReplace


def _alias(spec: Any) -> AliasSpec:
    parent = "" if spec.noParent else spec.parentUrn or None  # the SDK sends an empty URN for "the same"
    return AliasSpec(spec.name or None, spec.type or None, spec.stack or None, spec.project or None, parent)


def lookup(request: Any) -> Lookup:
    """A look at an existing object."""
    inputs = wire.decode(request.properties)
    return Lookup(
        type=request.type,
        name=request.name,
        id=_id(request.id),
        parent=request.parent,
        inputs=inputs,
        dependencies=tuple(sorted(request.dependencies)),
        provider=request.provider,
        additional_secret_outputs=tuple(sorted(request.additionalSecretOutputs)),
        version=request.version,
    )


def existence(request: Any) -> Lookup:
    """A question for an object that is not looked at any further, and has no name."""
    return Lookup(
        type=request.type,
        name="",
        id=_id(request.id),
        parent=request.parent,
        inputs=wire.decode(request.properties),
        provider=request.provider,
        version=request.version,
    )


def _id(text: str) -> Any:
    return UNKNOWN if text in wire.UNKNOWNS or not text else text


_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def _timeouts(timeouts: Any) -> dict[str, float]:
    texts = {name: getattr(timeouts, name) for name in ("create", "update", "delete", "read")}
    return {name: _seconds(text) for name, text in texts.items() if text}


def _seconds(text: str) -> float:
    """Go's duration text, such as `1h30m`, in seconds."""
    return sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"([\d.]+)(ms|h|m|s)", text))
