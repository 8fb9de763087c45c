"""What Pulumi's engine says while it plans, as the steps of a plan. Pure.

Source: pulumi/pulumi, `sdk/go/common/apitype/events.go`, `plan.go` and `pkg/resource/deploy/step.go`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from pulumi.automation.events import EngineEvent, StepEventMetadata

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.planned import in_order
from provisioner.engine.embedded.planner import shown
from provisioner.engine.embedded.property_json import read
from provisioner.engine.embedded.secrets import Sealer
from provisioner.engine.embedded.state import ResourceState
from provisioner.engine.embedded.steps import deletion_of
from provisioner.engine.engine_failures import NotWithThisEngine
from provisioner.engine.engines import PULUMI
from provisioner.plan.diff import Change, changes
from provisioner.plan.marks import SECRET, SIGNATURE
from provisioner.plan.model import BY_NAME, Drift, DriftKind, Op, Step
from provisioner.plan.values import UNKNOWN, Properties, Secret, mapped
from provisioner.providers.protocol.wire import UNKNOWN_STRING

_MADE: Final = "create-replacement"
_REMOVED: Final = "delete-replaced"
_REFRESH: Final = "refresh"
_OPS: Final[Mapping[str, Op]] = {
    "same": Op.SAME,
    "create": Op.CREATE,
    "update": Op.UPDATE,
    "replace": Op.REPLACE,
    _MADE: Op.REPLACE,
    "delete": Op.DELETE,
    _REMOVED: Op.DELETE,
    "read": Op.READ,
    "read-replacement": Op.READ,
    "import": Op.IMPORT,
}
BUILT_IN: Final = f"{urns.PROVIDER_PREFIX}pulumi"
"""The provider of stack references: the engine registers it for itself, and there is nothing behind it."""

_BESIDES: Final = frozenset(
    {_REFRESH, "remove-pending-replace", "discard", "discard-replaced", "read-discard", "import-replacement"}
)
"""What changes nothing of its own."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the events leave out, or blind."""

    records: Sequence[ResourceState]
    """As recorded, dependencies first, secrets opened."""

    goals: Mapping[str, Mapping[str, Any]]
    """`resourcePlans` of the plan that the engine has saved, by URN; empty for a destroy."""

    sealer: Sealer
    """Opens what is sealed in it."""

    def live(self) -> Mapping[str, ResourceState]:
        """The live record of each URN."""
        return {record.urn: record for record in self.records if not record.delete}


def value_of(raw: Any, sealer: Sealer) -> Any:
    """A property value as the engine writes it. Raises `Malformed` and what opening a secret raises."""
    return mapped(read(raw, sealer), _known)


def _known(leaf: Any) -> Any:
    if isinstance(leaf, Secret):
        inner = mapped(leaf.value, _known)
        return Secret(inner)
    return UNKNOWN if leaf == UNKNOWN_STRING else leaf


def steps_of(events: Iterable[EngineEvent], facts: Facts) -> tuple[Step, ...]:
    """The steps of a preview: by URN, deletions last, dependents first. Raises `NotWithThisEngine`."""
    by_urn: defaultdict[str, list[StepEventMetadata]] = defaultdict(list)
    for metadata in _decided(events):
        by_urn[metadata.urn].append(metadata)
    maker = _Steps(facts)
    steps = [step for urn, found in by_urn.items() for step in maker.steps(urn, found)]
    place = {(record.urn, record.id): n for n, record in enumerate(facts.records)}
    steps.sort(key=lambda step: -place.get((step.urn, step.id), 0))
    return in_order(steps)


def outputs_of(stack: str, project: str, facts: Facts) -> Properties:
    """The stack's outputs as they will be, secrets and all."""
    root = urns.make(stack, project, "", urns.STACK_TYPE, f"{project}-{stack}")
    planned = cast("Mapping[str, Any]", facts.goals.get(root, {}).get("state") or {})
    return cast("Properties", value_of(planned, facts.sealer))


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh has found to be otherwise than recorded, by URN."""

    drift: tuple[Drift, ...]
    """Objects that are gone, or of which what the program decides is otherwise."""

    newer: tuple[Drift, ...]
    """Objects of which only what the cloud decides is otherwise."""


def refreshed_in(events: Iterable[EngineEvent], facts: Facts) -> Refreshed:
    """What a refresh has found. In a plan of its own the engine says `same` where it has found nothing."""
    live, waiting = facts.live(), set[str]()
    found: dict[str, Drift] = {}
    newer: dict[str, Drift] = {}
    for event in events:
        if event.resource_pre_event and event.resource_pre_event.metadata.op == _REFRESH:
            waiting.add(event.resource_pre_event.metadata.urn)
        elif event.res_outputs_event and (it := event.res_outputs_event.metadata).urn in waiting:
            waiting.discard(it.urn)
            record = live.get(it.urn)
            if record is not None and not urns.is_provider(it.type):
                _compared(it, record, facts, found, newer)
    return Refreshed(*(tuple(each[urn] for urn in sorted(each)) for each in (found, newer)))


def _compared(
    it: StepEventMetadata,
    record: ResourceState,
    facts: Facts,
    found: dict[str, Drift],
    newer: dict[str, Drift],
) -> None:
    if it.new is None:
        found[it.urn] = Drift(DriftKind.GONE, it.urn, it.type)
        return
    if it.op == "same":
        return
    inputs = _filled(it.new.inputs, (record.inputs,), facts)
    outputs = _filled(it.new.outputs, (record.outputs,), facts)
    if differing := tuple(changes(shown(record.inputs), shown(inputs))):
        found[it.urn] = Drift(DriftKind.CHANGED, it.urn, it.type, differing)
    elif differing := tuple(changes(dict(record.outputs), outputs)):
        newer[it.urn] = Drift(DriftKind.CHANGED, it.urn, it.type, differing)


def _decided(events: Iterable[EngineEvent]) -> Iterator[StepEventMetadata]:
    for event in events:
        if event.resource_pre_event is None:
            continue
        metadata = event.resource_pre_event.metadata
        if metadata.op in _BESIDES or metadata.type == BUILT_IN:
            continue
        if metadata.op not in _OPS:
            raise NotWithThisEngine(f"the step `{metadata.op}` of {metadata.urn}", PULUMI)
        yield metadata


class _Steps:
    """Makes the steps of one plan."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._live = facts.live()
        self._condemned = {(each.urn, each.id): each for each in facts.records if each.delete}
        self._origins: dict[str, str] = {}
        self._parents = {urn: record.parent for urn, record in self._live.items()}

    def steps(self, urn: str, found: Sequence[StepEventMetadata]) -> Iterator[Step]:
        """What happens to one resource, and to what is left of former ones of its name."""
        kept = [each for each in found if each.op != _REMOVED]
        live = self._live.get(urn)
        for each in found:
            if each.op == _REMOVED and not (kept and live is not None and _id(each) == live.id):
                yield self._deletion(each)
        if kept:
            # A deletion beside anything else is of what an earlier run left behind.
            main = next((each for each in kept if each.op == "replace"), kept[-1])
            ops: list[str] = [each.op for each in found]
            first = _MADE in ops and _REMOVED in ops[: ops.index(_MADE)]
            yield self._deletion(main) if main.op == "delete" else self._step(main, delete_first=first)

    def _step(self, it: StepEventMetadata, *, delete_first: bool) -> Step:
        assert it.new is not None, "only a deletion leads to nothing"
        op = _OPS[it.op]
        record = None if op is Op.CREATE else self._live.get(it.urn)
        goal = cast("Mapping[str, Any]", self._facts.goals.get(it.urn, {}).get("goal") or {})
        before = shown(_filled(it.old.inputs, (record.inputs,), self._facts)) if record and it.old else {}
        wanted = cast("Mapping[str, Mapping[str, Any] | None]", goal.get("inputDiff") or {})
        sealed = {**(wanted.get("adds") or {}), **(wanted.get("updates") or {})}
        opened = cast("Properties", value_of(sealed, self._facts.sealer))
        after = shown(_filled(it.new.inputs, (opened, record.inputs if record else {}), self._facts))
        differing = tuple(changes(before, after)) if op in (Op.UPDATE, Op.REPLACE) else ()
        self._parents[it.urn] = it.new.parent
        self._origins[it.urn] = str(after.get("origin") or "") if not it.new.custom else ""
        return Step(
            op=op,
            urn=it.urn,
            type=it.type,
            name=urns.name_of(it.urn),
            parent=it.new.parent,
            custom=bool(it.new.custom),
            id=record.id if record else "",
            old=before,
            new=after,
            changes=differing,
            reasons=_reasons(it, differing) if op in (Op.UPDATE, Op.REPLACE) else (),
            delete_first=delete_first and op is Op.REPLACE,
            protect=bool(it.new.protect),
            dependencies=tuple(sorted(cast("list[str]", goal.get("dependencies") or []))),
            provider=urns.provider_urn(it.new.provider) if it.new.provider else "",
            property_dependencies=_by_property(goal),
            ignore_changes=tuple(cast("list[str]", goal.get("ignoreChanges") or [])),
            origin=self._origin(it.urn),
        )

    def _deletion(self, it: StepEventMetadata) -> Step:
        record = self._condemned.get((it.urn, _id(it))) or self._live[it.urn]
        step = deletion_of(record, self._origin(it.urn))
        return replace(step, dependencies=tuple(sorted(record.dependencies)))

    def _origin(self, urn: str) -> str:
        """The setting that the nearest component was made from."""
        while urn:
            record = self._live.get(urn)
            recorded = str(record.inputs.get("origin") or "") if record and not record.custom else ""
            if origin := self._origins.get(urn) or recorded:
                return origin
            urn = self._parents.get(urn, "")
        return ""


def _id(it: StepEventMetadata) -> str:
    return it.old.id if it.old else ""


def _by_property(goal: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    on = cast("Mapping[str, list[str]]", goal.get("propertyDependencies") or {})
    return {name: tuple(sorted(urns)) for name, urns in on.items() if urns}


def _reasons(it: StepEventMetadata, differing: Sequence[Change]) -> tuple[str, ...]:
    """The properties because of which.

    Of a replacement that was asked for by name the engine says `id`; of one that follows another's, nothing.
    """
    if it.op not in ("replace", _MADE):
        return tuple(sorted(set(it.diffs or ())))
    if set(it.keys or ()) == {"id"}:
        return (BY_NAME,)
    found = set(it.keys or ()) - {"id"} or {re.split(r"[.\[]", change.path)[0] for change in differing}
    return tuple(sorted(found))


def _filled(
    properties: Mapping[str, Any] | None, sources: Sequence[Properties], facts: Facts
) -> dict[str, Any]:
    """The properties in an event, with what is blinded there taken from the first source that has it."""
    return {
        name: next((source[name] for source in sources if name in source), Secret(UNKNOWN))
        if _is_blinded(value)
        else value_of(value, facts.sealer)
        for name, value in (properties or {}).items()
    }


def _is_blinded(value: Any) -> bool:
    match value:
        case dict():
            items = cast("dict[str, Any]", value)
            return items.get(SIGNATURE) == SECRET or any(map(_is_blinded, items.values()))
        case list():
            return any(map(_is_blinded, cast("list[Any]", value)))
        case _:
            return False
