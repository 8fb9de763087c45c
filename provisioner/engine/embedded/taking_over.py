"""What each registration of a program comes to while objects are imported. Nothing is made, nothing changed.

What is asked for is read and recorded as it is; what is recorded stays; of everything else the program is
told that it is not there, and goes on. Values of imported objects are known to what depends on them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from provisioner.engine.embedded import adoption
from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.adoption import Seen
from provisioner.engine.embedded.deletion import references, without
from provisioner.engine.embedded.goals import Goal
from provisioner.engine.embedded.progress import Progress
from provisioner.engine.embedded.rehearsal import Rehearsal
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.state import Edit, Put, Rename, ResourceState
from provisioner.engine.embedded.steps import step_of
from provisioner.engine.embedded.wanted import Answer, Lookup, Reply, Reported, Wanted
from provisioner.engine.embedded.work import Call, Outcome, Part, Work, put
from provisioner.engine.failures import CloudNotRead
from provisioner.plan.concealment import masked, remarked
from provisioner.plan.importing import Hindrance, Import, Obstacle, Unmade
from provisioner.plan.model import Op
from provisioner.plan.values import Properties, has_unknown
from provisioner.providers.interface import NO_CREDENTIALS, Provider, Refused

InBackground = Callable[[Callable[[], Seen | None], Callable[[Seen | Refused | None], None]], None]
"""Does the first on another thread, and gives its result to the second on the one that decides."""


@dataclass
class Findings:
    """What was found out so far; only the deciding thread touches it."""

    obstacles: list[Obstacle] = field(default_factory=list[Obstacle])
    wishes: dict[str, Import] = field(default_factory=dict[str, Import])
    recorded: list[str] = field(default_factory=list[str])
    unmade: list[Unmade] = field(default_factory=list[Unmade])
    resources: list[str] = field(default_factory=list[str])
    meant: dict[Import, tuple[str, ...]] = field(default_factory=dict[Import, tuple[str, ...]])
    assumed: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


class TakingOver:
    """Answers registrations; has the edits in the end."""

    def __init__(
        self,
        scene: Scene,
        imports: Sequence[Import],
        progress: Progress,
        in_background: InBackground,
        now: Callable[[], str],
    ) -> None:
        self._scene = scene
        self._by_resource: dict[str, list[Import]] = {}
        for wish in imports:
            self._by_resource.setdefault(wish.resource, []).append(wish)
        self._progress = progress
        self._in_background = in_background
        self._now = now
        self._census = scene.census
        self._lookups = Rehearsal()
        self._renames: list[Edit] = []
        self._new: dict[str, ResourceState] = {}
        """Records that the state lacks, dependencies first; not all of them are needed."""

        self._held = {
            (state.type, state.id, state.provider): state.urn
            for state in scene.base.records()
            if state.custom and not state.external
        }
        self.findings = Findings(meant=dict.fromkeys(imports, ()))

    def register(self, wanted: Wanted, reply: Reply) -> None:
        """A resource. Raises a `Failure`."""
        goal = self._renamed(self._census.goal(wanted))
        self._census.registered[goal.state.urn] = goal.state
        self._note_origin(goal.state)
        if urns.is_provider(goal.state.type):
            self._provider(goal, reply)
        elif goal.state.custom:
            self._resource(goal, reply)
        else:
            self._offer(goal.state, goal.old)
            reply(Answer(goal.state.urn))

    def look_up(self, lookup: Lookup, reply: Reply) -> None:
        """An object that is read and not managed. Raises a `Failure`."""
        goal = self._census.goal(lookup.as_wanted())
        state = replace(goal.state, external=True, id=lookup.id if isinstance(lookup.id, str) else "")
        self._census.registered[state.urn] = state

        def done(outcome: Outcome) -> None:
            assert outcome.state is not None, "a lookup answers, or raises"
            if outcome.state.id:
                self._offer(outcome.state, goal.old)
            reply(Answer(state.urn, outcome.state.id, outcome.state.outputs))

        provider = self._provider_of(state)
        self._lookups.carry(Work(Op.READ, state.urn, (Part(Call.READ, provider, state, None, put),)), done)

    def report(self, reported: Reported) -> None:
        """The outputs of a component; the stack's own are recorded as far as they are known."""
        if self._census.registered[reported.urn].type == urns.STACK_TYPE:
            self._progress.outputs = reported.outputs
        if (state := self._new.get(reported.urn)) is not None:
            self._new[reported.urn] = replace(state, outputs=_known(reported.outputs))

    def edits(self) -> tuple[Edit, ...]:
        """What to record: the imported objects, all that they stand on, and what is known of the outputs.

        If nothing else is left to make, components without an object are recorded, too, so that the next plan
        is empty. Nothing is, if nothing is imported.
        """
        if not self.findings.wishes:
            return ()
        needed = self._standing_on(self.findings.wishes if self.findings.unmade else self._new)
        records = [state for urn, state in self._new.items() if urn in needed]
        return (*self._renames, *map(Put, records), *self._outputs_of_the_stack())

    @property
    def notes(self) -> list[str]:
        """What lookups could not be made."""
        return self._lookups.notes

    def _renamed(self, goal: Goal) -> Goal:
        former = goal.renamed_from
        if former is None:
            return goal
        rename = Rename(former, goal.state.urn)
        self._scene.base.apply(rename)
        self._renames.append(rename)
        return replace(goal, old=self._scene.base.live(goal.state.urn))

    def _note_origin(self, state: ResourceState) -> None:
        own = state.inputs.get("origin") if not state.custom else None
        self._scene.origins[state.urn] = own or self._scene.origins.get(state.parent, "")

    def _provider(self, goal: Goal, reply: Reply) -> None:
        version = {"version": goal.wanted.version} if goal.wanted.version else {}
        inputs = {**goal.state.inputs, **version}
        own = goal.old.id if goal.old else str(uuid.uuid4())
        state = replace(goal.state, inputs=inputs, outputs=inputs, id=own)
        self._scene.providers.register(urns.reference(state.urn, own), inputs)
        self._offer(state, goal.old)
        reply(Answer(state.urn, own, inputs))

    def _resource(self, goal: Goal, reply: Reply) -> None:
        state, old = goal.state, goal.old
        self.findings.resources.append(state.urn)
        meant = self._wishes_for(state)
        if old is not None and not (old.external or old.pending_replacement):
            self._recorded_already(old, meant)
            self._census.registered[state.urn] = old
            reply(Answer(state.urn, old.id, old.outputs))
        elif meant:
            self._import(goal, meant[0], reply)
        else:
            self.findings.unmade.append(Unmade(state.urn, state.type, self._scene.origins[state.urn]))
            reply(Answer(state.urn, is_missing=True))

    def _wishes_for(self, state: ResourceState) -> list[Import]:
        called = {state.urn, urns.name_of(state.urn)}
        wishes = [wish for name in called for wish in self._by_resource.get(name, ())]
        meant = [wish for wish in wishes if wish.means(state.urn, state.parent)]
        for wish in meant:
            self.findings.meant[wish] += (state.urn,)
        return meant

    def _recorded_already(self, old: ResourceState, meant: Iterable[Import]) -> None:
        for wish in meant:
            if wish.id == old.id:
                self.findings.recorded.append(old.urn)
            else:
                self._stopped(Hindrance.RECORDED, wish, old, old.id)

    def _import(self, goal: Goal, wish: Import, reply: Reply) -> None:
        if self._is_held(goal.state, wish.id, wish):
            reply(Answer(goal.state.urn, is_missing=True))
            return
        provider = self._provider_of(goal.state)

        def seen(found: Seen | Refused | None) -> None:
            reply(self._seen(goal, wish, found))

        self._in_background(lambda: adoption.look(provider, goal, wish.id, self._scene.seed), seen)

    def _seen(self, goal: Goal, wish: Import, found: Seen | Refused | None) -> Answer:
        state = goal.state
        match found:
            case None:
                self._stopped(Hindrance.GONE, wish, state)
            case Refused(code=code, reason=reason) if code == NO_CREDENTIALS:
                raise CloudNotRead(state.type, reason, code) from found
            case Refused(reason=reason):
                self._stopped(Hindrance.NOT_READ, wish, state, masked(reason, state.inputs))
            case Seen(checked=checked) if checked.problems:
                self._progress.refuse(
                    (state.urn, wrong.property, masked(wrong.reason, state.inputs))
                    for wrong in checked.problems
                )
            case Seen():
                return self._taken(goal, wish, found)
        return Answer(state.urn, is_missing=True)

    def _taken(self, goal: Goal, wish: Import, found: Seen) -> Answer:
        """Record an object that was found; its id may be spelt otherwise than it was asked for."""
        state = adoption.recorded(goal, found, self._now())
        if self._is_held(state, state.id, wish):
            return Answer(state.urn, is_missing=True)
        wanted = replace(state, inputs=remarked(found.checked.inputs, found.wanted))
        origin = self._scene.origins[state.urn]
        self._progress.decided(step_of(adoption.decision(goal, state, found), wanted, state, origin))
        self._new[state.urn] = self._census.registered[state.urn] = state
        self.findings.wishes[state.urn] = wish
        self.findings.assumed[state.urn] = found.assumed
        return Answer(state.urn, state.id, state.outputs)

    def _is_held(self, state: ResourceState, id: str, wish: Import) -> bool:
        """Whether the object with this id is another resource; if not, it is this one's from now on."""
        holder = self._held.setdefault((state.type, id, state.provider), state.urn)
        if holder != state.urn:
            self._stopped(Hindrance.HELD, wish, state, holder)
        return holder != state.urn

    def _offer(self, state: ResourceState, old: ResourceState | None) -> None:
        """What others may stand on, if it is not recorded yet; what is not known of it is left out."""
        if old is None:
            known = replace(state, inputs=_known(state.inputs), outputs=_known(state.outputs))
            self._new[state.urn] = known
        else:
            self._census.registered[state.urn] = old

    def _provider_of(self, state: ResourceState) -> Provider:
        return self._scene.providers.for_resource(state.urn, state.type, state.provider)

    def _stopped(self, kind: Hindrance, wish: Import, state: ResourceState, *about: str) -> None:
        self.findings.obstacles.append(
            Obstacle(kind=kind, wish=wish, urn=state.urn, type=state.type, about=about)
        )

    def _standing_on(self, imported: Iterable[str]) -> set[str]:
        """The imported resources and what they need, as far as it is not recorded yet.

        What they need and what will not be recorded is struck from their records.
        """
        needed: set[str] = set()
        coming = [*imported]
        while coming:
            urn = coming.pop()
            if urn in needed or (state := self._new.get(urn)) is None:
                continue
            needed.add(urn)
            for each in references(state):
                if each not in self._new and not self._scene.base.holds(each):
                    self._new[urn] = state = without(state, each)
            coming += references(state)
            coming += [urns.provider_urn(state.provider)] if state.provider else []
        return needed

    def _outputs_of_the_stack(self) -> Iterable[Edit]:
        reported = self._progress.outputs or {}
        for state in self._scene.base.records():
            if state.type == urns.STACK_TYPE:
                before = {name: value for name, value in state.outputs.items() if name in reported}
                yield Put(replace(state, outputs={**before, **_known(reported)}))


def _known(properties: Properties) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if not has_unknown(value)}
