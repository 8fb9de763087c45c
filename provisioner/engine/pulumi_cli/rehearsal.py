"""Plans by Pulumi's engine: made on a copy of the state, in a folder of this run.

So a plan takes no lock and leaves nothing behind, and the stacks that a program refers to can say in the copy
what they *will* say: the engine reads a value that is not known yet from a state as from anywhere else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pulumi import automation
from pulumi.automation import CommandError

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.checkpoint import deployment_json
from provisioner.engine.embedded.secrets import Sealer
from provisioner.engine.embedded.stack_references import TYPE as REFERENCE
from provisioner.engine.embedded.stack_references import OutputsOf, outputs_in
from provisioner.engine.embedded.state import ResourceState
from provisioner.engine.embedded.store import StackStore, Stored
from provisioner.engine.engine_failures import EngineFailed
from provisioner.engine.interface import Stack, Upstream
from provisioner.engine.outside import Looked, Outside
from provisioner.engine.pulumi_cli.attach import attached
from provisioner.engine.pulumi_cli.command import SessionCommand
from provisioner.engine.pulumi_cli.complaints import failure
from provisioner.engine.pulumi_cli.hearing import Hearing
from provisioner.engine.pulumi_cli.part import NO_OPTIONS, Options, part_of
from provisioner.engine.pulumi_cli.translate import Facts, outputs_of, refreshed_in, steps_of
from provisioner.engine.pulumi_cli.workspace import Bench, Home, stack_on, write_state
from provisioner.plan.model import Mode, Source, StackPlan, Unfinished
from provisioner.plan.scope import WHOLE, Scope
from provisioner.plan.values import UNKNOWN, Secret, mapped
from provisioner.providers.interface import Package
from provisioner.providers.protocol.wire import UNKNOWN_STRING

_NO_COLOUR: Final = "never"
_CUT_OFF: Final = "its events broke off before the plan was complete; run the command again"
Sealing = Callable[[Mapping[str, Any] | None], Sealer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What either kind of operation is done with."""

    stack: Stack
    store: Callable[[], StackStore]
    sealing: Sealing
    """A sealer for a state with these `secrets_providers`."""

    command: Callable[[], SessionCommand]
    home: Home
    outputs_of: OutputsOf
    """What is recorded of other stacks."""

    packages: Mapping[str, Package]
    """Those that are attached; of the others there are plugins."""

    folder: Path
    """Of this run alone; gone with it."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A plan, and what goes with it."""

    plan: StackPlan
    own_plan: Mapping[str, Any] | None
    """The one that the engine has saved for itself; None for a destroy, of which it saves none."""

    secrets: Mapping[str, Any] | None
    """How the secrets in it are sealed."""

    upstream: Upstream
    """What the stacks before were supposed to say."""

    options: Options = field(default_factory=Options)
    """What of the environment it is about, as the engine is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be planned."""

    mode: Mode
    source: Source
    scope: Scope
    seed: bytes
    """What names are made from."""

    secrets: Mapping[str, Any] | None
    """How an earlier plan was sealed of a stack that has no state yet."""


@dataclass(frozen=True, slots=True)
class _Copy:
    """The state as it was copied."""

    stored: Stored
    sealer: Sealer
    root: Path


def no_program() -> None:
    """For an operation that runs none."""


class Rehearsing:
    """Plans one stack, as often as it is asked."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._count = 0

    def attaches(self, type: str) -> bool:
        """Whether a driver of ours acts on resources of this type."""
        return urns.package_of(type) in self._tools.packages

    def plan(self, wish: Wish, upstream: Upstream) -> Rehearsed:
        """What would be done."""
        if wish.scope.is_empty:
            return self._rehearsed(wish, upstream)
        # The engine wants every URN by its name, and there are names only in a plan.
        whole = self._rehearsed(replace(wish, scope=WHOLE), upstream)
        part = part_of(wish.scope, whole.plan.steps)
        found = self._rehearsed(wish, upstream, part.options)
        plan = replace(found.plan, scope=wish.scope, left_out=part.left_out)
        return replace(found, plan=plan, options=part.options)

    def _rehearsed(self, wish: Wish, upstream: Upstream, options: Options = NO_OPTIONS) -> Rehearsed:
        copy = self._copied(wish.secrets, upstream)
        hearing, file = Hearing(), copy.root / "plan.json"
        destroys = wish.mode is Mode.DESTROY
        if not (destroys and not copy.stored.snapshot.records()):
            with attached(self._tools.packages, wish.seed) as ports:
                program = no_program if destroys else self._tools.stack.program
                stack = stack_on(self._bench(copy, ports), self._tools.stack, program)
                self._preview(stack, wish, hearing, file, options)
        own: Mapping[str, Any] | None = json.loads(file.read_text()) if file.exists() else None
        facts = Facts(copy.stored.snapshot.records(), own["resourcePlans"] if own else {}, copy.sealer)
        return Rehearsed(self._plan(wish, hearing, copy, facts), own, copy.sealer.state(), dict(upstream))

    def look(self, *, seed: bytes) -> Looked:
        """How the cloud differs from what is recorded."""
        copy = self._copied(None, {})
        here, records = self._tools.stack, copy.stored.snapshot.records()
        hearing = Hearing()
        if records:
            with attached(self._tools.packages, seed) as ports:
                stack = stack_on(self._bench(copy, ports), here, no_program)
                try:
                    stack.preview_refresh(on_event=hearing.hear, color=_NO_COLOUR)
                except CommandError as error:
                    raise failure(here, error, hearing.errors) from error
        found = refreshed_in(hearing.events, Facts(records, {}, copy.sealer))
        return Looked(
            layer=here.project,
            region=here.region,
            stack=here.name,
            outside=tuple(Outside(drift, *_component(drift.urn, records)) for drift in found.drift),
            newer=found.newer,
            unfinished=_unfinished(copy.stored),
            is_empty=not records,
        )

    def _preview(
        self, stack: automation.Stack, wish: Wish, hearing: Hearing, file: Path, options: Options
    ) -> None:
        refresh, hear, targets = wish.source is Source.CLOUD or None, hearing.hear, options.get("target")
        try:
            if wish.mode is Mode.DESTROY:
                stack.preview_destroy(on_event=hear, color=_NO_COLOUR, refresh=refresh, target=targets)
            else:
                stack.preview(on_event=hear, color=_NO_COLOUR, refresh=refresh, plan=str(file), **options)
        except CommandError as error:
            raise failure(self._tools.stack, error, hearing.errors) from error
        if not hearing.is_whole:
            here = self._tools.stack
            raise EngineFailed(f"{here.project}/{here.name}", _CUT_OFF)

    def _plan(self, wish: Wish, hearing: Hearing, copy: _Copy, facts: Facts) -> StackPlan:
        here = self._tools.stack
        return StackPlan(
            stack=here.name,
            layer=here.project,
            region=here.region,
            mode=wish.mode,
            source=wish.source,
            steps=steps_of(hearing.events, facts),
            drift=refreshed_in(hearing.events, facts).drift,
            unfinished=_unfinished(copy.stored),
            outputs=outputs_of(here.name, here.project, facts),
            old_outputs=outputs_in(copy.stored.snapshot, here.project, here.name),
        )

    def _bench(self, copy: _Copy, ports: str) -> Bench:
        tools = self._tools
        return Bench(
            folder=copy.root / "project",
            home=replace(tools.home, url=f"file://{copy.root}"),
            command=tools.command(),
            secrets=copy.sealer.state(),
            attached=ports,
        )

    def _copied(self, secrets: Mapping[str, Any] | None, upstream: Upstream) -> _Copy:
        """The state as it is now, and beside it the stacks that it builds on as they will be."""
        self._count += 1
        root, store = self._tools.folder / f"rehearsal-{self._count}", self._tools.store()
        sealer = self._tools.sealing(store.secrets() or secrets)
        stored = store.load(sealer)
        if sealer.state() is None:
            sealer.seal("")  # brings about the key: the engine wants one even for a state without secrets
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        root.mkdir(parents=True)
        if stored.snapshot.records():
            records = stored.snapshot.records()
            deployment = deployment_json(records, stored.pending, sealer, now)
            for operation in deployment.get("pending_operations", ()):
                del operation["operation"]
            write_state(root, self._tools.stack.full_name, deployment)
        for full_name, outputs in self._others(stored, upstream).items():
            foreseen = _root_of(full_name, outputs)
            write_state(root, full_name, deployment_json([foreseen], (), sealer, now))
        return _Copy(stored, sealer, root)

    def _others(self, stored: Stored, upstream: Upstream) -> Mapping[str, Any]:
        """The stacks that this one may ask for: as they will be, and those it knows already as recorded."""
        asked = {each.id for each in stored.snapshot.records() if each.type == REFERENCE} - upstream.keys()
        recorded = {name: self._tools.outputs_of(name) for name in sorted(asked)}
        return {**{name: outputs for name, outputs in recorded.items() if outputs is not None}, **upstream}


def _root_of(full_name: str, outputs: Mapping[str, Any]) -> ResourceState:
    """The stack itself, with these outputs."""
    _, project, name = full_name.split("/")
    return ResourceState(
        urn=urns.make(name, project, "", urns.STACK_TYPE, f"{project}-{name}"),
        type=urns.STACK_TYPE,
        custom=False,
        outputs=mapped(dict(outputs), _foreseen),
    )


def _foreseen(leaf: Any) -> Any:
    if isinstance(leaf, Secret):
        return Secret(mapped(leaf.value, _foreseen))
    return UNKNOWN_STRING if leaf is UNKNOWN else leaf


def _unfinished(stored: Stored) -> tuple[Unfinished, ...]:
    return tuple(
        Unfinished(began.kind, began.goal.urn, began.goal.type, "the engine has not looked yet")
        for began in stored.pending
    )


def _component(urn: str, records: tuple[ResourceState, ...]) -> tuple[str, str]:
    """The nearest component that an object is in, and the setting that this one was made from."""
    live = {record.urn: record for record in records if not record.delete}
    at = live.get(urn)
    while at is not None and at.parent:
        at = live.get(at.parent)
        if at is not None and not at.custom and at.type != urns.STACK_TYPE:
            return at.urn, str(at.inputs.get("origin") or "")
    return "", ""
