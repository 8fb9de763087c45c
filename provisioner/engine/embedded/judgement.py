"""What a registration of a resource comes to, given its record and what its provider says."""

from __future__ import annotations

from provisioner.engine.embedded import configuring
from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.clearing import Clearance
from provisioner.engine.embedded.goals import Goal
from provisioner.engine.embedded.planner import Decision, decide, is_triggered, replaced_by_option
from provisioner.engine.embedded.rehearsal import as_object
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.state import ResourceState
from provisioner.plan.model import BY_NAME, Op
from provisioner.plan.values import Properties
from provisioner.providers.interface import Checked, Provider, given


class Judge:
    """Asks the provider, and decides."""

    def __init__(self, scene: Scene, clearance: Clearance) -> None:
        self._scene = scene
        self._clearance = clearance

    def check(
        self, provider: Provider, state: ResourceState, old: ResourceState | None, wanted: Properties
    ) -> Checked:
        """What the provider makes of the inputs; `old` is None for a new object."""
        before = given(provider, old.inputs) if old else None
        name = urns.name_of(state.urn)
        return provider.check(state.type, name, before, given(provider, wanted), self._scene.seed)

    def decision(
        self, provider: Provider, goal: Goal, old: ResourceState | None, checked: Checked
    ) -> Decision:
        """What turns the record into what is wanted."""
        if old is None or old.pending_replacement:
            return Decision(Op.CREATE)
        diff = provider.diff(goal.state.type, as_object(old, provider), checked.inputs)
        if self._clearance.doomed(goal.former):
            return Decision(Op.REPLACE, diff.replaces or ("dependency",), delete_first=True)
        options = goal.wanted.replace_on_changes
        forced = replaced_by_option(old.inputs, checked.inputs, diff, options) if options else ()
        asked = (BY_NAME,) if self._scene.reach.scope.replaces_by_name(goal.state.urn) else ()
        own = (*asked, *self._following(goal), *self._moved(old, goal.state), *forced)
        return decide(old, diff, goal.wanted, own)

    def _following(self, goal: Goal) -> tuple[str, ...]:
        """Reasons to replace that lie in what the program says the object goes with."""
        state, old, replacing = goal.state, goal.old, self._scene.census.replacing
        found: list[str] = []
        if not replacing.isdisjoint(state.replace_with):
            found.append("replaceWith")
        if state.deleted_with and state.deleted_with in replacing:
            found.append("deletedWith")
        if (
            state.replacement_trigger is not None
            and old
            and is_triggered(old.replacement_trigger, state.replacement_trigger)
        ):
            found.append("replacementTrigger")
        return tuple(found)

    def _moved(self, old: ResourceState, new: ResourceState) -> tuple[str, ...]:
        """A reason to replace, if the resource's provider is in another place than it was."""
        if old.provider == new.provider or not (old.provider and new.provider):
            return ()
        providers = self._scene.providers
        urn, inputs = urns.provider_urn(new.provider), providers.inputs(new.provider)
        diff = configuring.compared(
            providers.package(urn, inputs), urn, providers.inputs(old.provider), inputs
        )
        return ("provider",) if diff.replaces else ()
