"""An object that exists, side by side with what a program wants of it. Reads, and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.executor import finished
from provisioner.engine.embedded.goals import Goal
from provisioner.engine.embedded.planner import Decision, decide, replaced_by_option, with_ignored
from provisioner.engine.embedded.state import ResourceState
from provisioner.plan.concealment import remarked
from provisioner.plan.diff import Diff
from provisioner.plan.values import Properties, has_unknown, revealed
from provisioner.providers.interface import Checked, Identity, Object, Provider

DEFAULTS = "__defaults"
"""The input in which Pulumi's state lists what was filled in for the program."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An object, and what the program wants of it."""

    object: Object
    """Its inputs are as they are, in the program's spelling; what the cloud does not tell is as wanted."""

    wanted: Properties
    """The program's inputs, secrets marked, with what it leaves to others (`ignoreChanges`) as it is."""

    checked: Checked
    diff: Diff
    assumed: tuple[str, ...] = ()
    """The properties that the program wants and the cloud does not tell: recorded as they are wanted."""


def look(provider: Provider, goal: Goal, id: str, seed: bytes) -> Seen | None:
    """The object with this id, or None if there is none. Raises `Refused`.

    A name that the program leaves open is the one that the object has. It is read twice: what it takes to say
    which properties are the same in another spelling, and which are not told, is known after the first time.
    """
    token = goal.state.type
    first = provider.read(token, Identity(id))
    if first is None:
        return None
    wanted = with_ignored(goal.state.inputs, first.inputs, goal.wanted.ignore_changes)
    plain = revealed(wanted)
    open_ones = sorted(first.inputs.keys() - plain.keys())
    before = {**plain, **first.inputs, DEFAULTS: open_ones}
    checked = provider.check(token, urns.name_of(goal.state.urn), before, plain, seed)
    found = provider.read(token, Identity(first.id, _known(provider, token, first, checked.inputs)))
    if found is None:
        return None
    everything = {**first.inputs, **found.inputs}
    diff = provider.diff(token, replace(found, inputs=everything), checked.inputs)
    names = {*diff.replaces, *diff.updates, *checked.inputs}
    inputs = {name: value for name, value in everything.items() if name in names}
    return Seen(replace(found, inputs=inputs), wanted, checked, diff, tuple(_assumed(first, inputs)))


def _known(provider: Provider, token: str, first: Object, wanted: Properties) -> dict[str, Any]:
    """What is wanted of the object, but for what is known to differ: by that it is found again."""
    diff = provider.diff(token, first, wanted)
    known = {name: value for name, value in wanted.items() if not has_unknown(value)}
    for name in {*diff.replaces, *diff.updates} & first.inputs.keys():
        known[name] = _over(known.get(name), first.inputs[name])
    return known


def _over(wanted: Any, told: Any) -> Any:
    """What was told; of a structure, with the members that were not."""
    if not isinstance(wanted, dict) or not isinstance(told, dict):
        return told
    return {**cast("Properties", wanted), **cast("Properties", told)}


def _assumed(told: Object, inputs: Properties) -> list[str]:
    """What was recorded and not told, but for what is nothing, or was filled in for the program."""
    filled = {DEFAULTS, *inputs.get(DEFAULTS, ())}
    return sorted(
        name for name, value in inputs.items() if name not in filled and name not in told.inputs and value
    )


def recorded(goal: Goal, seen: Seen, now: str) -> ResourceState:
    """The record of the object as it is."""
    state = replace(goal.state, inputs=remarked(seen.object.inputs, seen.wanted))
    return finished(state, seen.object, created=now, modified=now)


def decision(goal: Goal, record: ResourceState, seen: Seen) -> Decision:
    """What the next plan does with the object."""
    options = goal.wanted.replace_on_changes
    forced = replaced_by_option(record.inputs, seen.checked.inputs, seen.diff, options) if options else ()
    return decide(record, seen.diff, goal.wanted, forced)
