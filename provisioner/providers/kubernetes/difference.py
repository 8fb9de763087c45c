"""What a change of inputs means, and what is known of an object before the step that changes it. Pure."""

from __future__ import annotations

from typing import Any, Final, cast

from provisioner.plan.diff import MISSING, Change, Diff, changes
from provisioner.plan.values import UNKNOWN, Properties, has_unknown
from provisioner.providers.interface import Object
from provisioner.providers.kubernetes.immutable import immutable_properties, says_sealed
from provisioner.providers.kubernetes.objects import (
    CRD,
    DEFAULT_NAMESPACE,
    KEPT_BESIDE,
    SERVER_METADATA,
    SERVICE,
    Kind,
    annotation,
    in_words_of_program,
    metadata_of,
    named,
)

AUTONAMED: Final = "pulumi.com/autonamed"
"""The annotation by which pulumi-kubernetes marks a name that it has made."""

_IDENTITY: Final = ("metadata.name", "metadata.namespace")
_MADE_BY_SERVER: Final = ("uid", "creationTimestamp", "generation")

_MADE_UP: Final = frozenset({("", "Pod"), ("batch", "Job")})
"""Kinds into which the server writes what it makes up, such as labels with the object's own uid."""

_ALLOCATED: Final[tuple[str, ...]] = ("clusterIP", "clusterIPs", "healthCheckNodePort")
"""Of a Service's `spec`: a dry run answers what is then given to another."""


def normal(kind: Kind, inputs: Properties) -> dict[str, Any]:
    """Inputs as they are compared: without what means nothing."""
    found = {name: value for name, value in inputs.items() if name not in KEPT_BESIDE and name != "status"}
    if kind == CRD:
        found = in_words_of_program(kind, found, {})
    found = cast("dict[str, Any]", _without_nulls(found))
    metadata = {name: value for name, value in metadata_of(found).items() if name not in SERVER_METADATA}
    if metadata.get("namespace") == DEFAULT_NAMESPACE:
        del metadata["namespace"]
    for name in ("annotations", "labels"):
        if not metadata.get(name, True):
            del metadata[name]
    return {**found, "metadata": metadata}


def differing(kind: Kind, old: Properties, new: Properties) -> tuple[Change, ...]:
    """Every leaf that differs."""
    return tuple(changes(normal(kind, old), normal(kind, new)))


def compared(kind: Kind, old: Object, new: Properties, refused: tuple[str, ...] = ()) -> Diff:
    """What the inputs `new` mean for `old`; `refused` are the properties a cluster says it cannot change."""
    found = differing(kind, old.inputs, new)
    sealed = says_sealed(old.inputs)
    fixed = (*_IDENTITY, *immutable_properties(kind, is_sealed=sealed), *refused)
    replaces = {_top(change.path) for change in found if _is_one_of(change, fixed)}
    tops = {_top(change.path) for change in found}
    if refused and tops and not replaces:
        replaces = tops & {_top(path) for path in refused} or tops
    return Diff(
        tuple(sorted(replaces)), tuple(sorted(tops - replaces)), delete_before_replace=_in_the_way(old, new)
    )


def _is_one_of(change: Change, fixed: tuple[str, ...]) -> bool:
    # What is left out now was perhaps filled in by the server; it only matters with a name.
    if change.new is MISSING and change.path not in _IDENTITY:
        return any(change.path.startswith((f"{path}.", f"{path}[")) for path in fixed)
    return any(change.path == path or change.path.startswith((f"{path}.", f"{path}[")) for path in fixed)


def _in_the_way(old: Object, new: Properties) -> bool:
    """Whether a new object would have the name that the old one has.

    Said of every difference, and of none: the engine may have reasons of its own to replace an object.
    """
    if annotation(new, AUTONAMED):
        return False
    before, after = named(old.inputs), named(new)
    return before.name == after.name and (before.namespace or DEFAULT_NAMESPACE) == (
        after.namespace or DEFAULT_NAMESPACE
    )


def planned(kind: Kind, old: Object | None, new: Properties, foreseen: Properties | None) -> Properties:
    """The outputs that are known before the step; `foreseen` is what the cluster said of a rehearsal."""
    wanted = {name: value for name, value in new.items() if name not in KEPT_BESIDE}
    known = {
        **wanted,
        **_trusted(kind, foreseen or {}),
        **{n: v for n, v in wanted.items() if has_unknown(v)},
    }
    if old is None:
        known["metadata"] = {**dict.fromkeys(_MADE_BY_SERVER, UNKNOWN), **_known_metadata(known)}
        known["status"] = UNKNOWN
        before: Properties = {}
    else:
        before = old.outputs
        touched = {_top(change.path) for change in differing(kind, old.inputs, new)}
        touched |= {"data"} if "stringData" in touched else set()
        known |= {name: before[name] for name in before.keys() - touched - KEPT_BESIDE}
        known["metadata"] = {**_made_before(before), **_known_metadata(known), "generation": UNKNOWN}
        if touched - {"metadata"} and "status" in before:
            known["status"] = UNKNOWN
    return _with_addresses(known, before) if kind == SERVICE else known


def _with_addresses(known: dict[str, Any], before: Properties) -> dict[str, Any]:
    """A Service with the addresses it has, or will be given."""
    spec, had = known.get("spec"), before.get("spec")
    if not isinstance(spec, dict):
        return known
    kept: Properties = dict.fromkeys(_ALLOCATED[:2], UNKNOWN)
    if isinstance(had, dict):
        kept = cast("Properties", had)
    addresses = {name: kept[name] for name in _ALLOCATED if name in kept}
    return {**known, "spec": {**addresses, **cast("Properties", spec)}}


def _known_metadata(known: Properties) -> dict[str, Any]:
    return {name: value for name, value in metadata_of(known).items() if name not in SERVER_METADATA}


def _made_before(outputs: Properties) -> dict[str, Any]:
    metadata = metadata_of(outputs)
    return {name: metadata[name] for name in _MADE_BY_SERVER if name in metadata}


def _trusted(kind: Kind, foreseen: Properties) -> dict[str, Any]:
    """A rehearsed object without what is decided only when it is made."""
    if (kind.group, kind.name) in _MADE_UP:
        return {}
    found = in_words_of_program(kind, {n: value for n, value in foreseen.items() if n != "status"}, {})
    if kind == SERVICE and isinstance(found.get("spec"), dict):
        spec = cast("dict[str, Any]", found["spec"])
        ports = [
            {name: value for name, value in port.items() if name != "nodePort"}
            for port in spec.get("ports", ())
        ]
        kept = {name: value for name, value in spec.items() if name not in _ALLOCATED}
        found["spec"] = {**kept, "ports": ports} if ports else kept
    return found


def _without_nulls(value: Any) -> Any:
    match value:
        case dict():
            members = cast("dict[str, Any]", value).items()
            return {name: _without_nulls(item) for name, item in members if item is not None}
        case list():
            return [_without_nulls(item) for item in cast("list[Any]", value)]
        case _:
            return value


def _top(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]
