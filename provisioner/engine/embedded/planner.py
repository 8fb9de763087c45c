"""Decides what happens to each resource. Pure: no clock, no network, no files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from provisioner.engine.embedded import paths
from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.state import ResourceState
from provisioner.engine.embedded.wanted import AliasSpec, Wanted
from provisioner.plan.diff import Diff, changes
from provisioner.plan.model import Op
from provisioner.plan.values import Properties, has_unknown, revealed

HIDDEN_INPUTS = frozenset({"__defaults", "__internal"})
"""Bookkeeping of providers inside inputs: never shown, never a reason."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a registration comes to, and why."""

    op: Op
    reasons: tuple[str, ...] = ()
    delete_first: bool = False


def decide(old: ResourceState | None, diff: Diff, wanted: Wanted, forced: Iterable[str] = ()) -> Decision:
    """The step that turns `old` into what is wanted, given what the provider says of the difference.

    `forced` are reasons for a replacement that the provider knows nothing of.
    """
    if old is None or old.pending_replacement:
        return Decision(Op.CREATE)
    replaces = (*forced, *diff.replaces)
    if replaces:
        first = (
            diff.delete_before_replace
            if wanted.delete_before_replace is None
            else wanted.delete_before_replace
        )
        return Decision(Op.REPLACE, tuple(dict.fromkeys(replaces)), first)
    if diff.updates:
        return Decision(Op.UPDATE, diff.updates)
    if old.init_errors:
        return Decision(Op.UPDATE, ("unfinished",))
    return Decision(Op.SAME)


def replaced_by_option(
    old: Properties, new: Properties, diff: Diff, options: Iterable[str]
) -> tuple[str, ...]:
    """The updates that the program wants to be replacements (`replaceOnChanges`)."""
    wanted = [paths.parsed(option) for option in options]
    if (paths.EVERY,) in wanted:
        return diff.updates
    differing = (paths.parsed(change.path) for change in changes(revealed(old), revealed(new)))
    tops = {path[0] for path in differing if any(paths.overlap(path, each) for each in wanted)}
    return tuple(name for name in diff.updates if name in tops)


def is_triggered(old: Any, new: Any) -> bool:
    """Whether a replacement trigger says that the object is to be made anew; None: there is no trigger."""
    if has_unknown(new):
        return True
    return old is not None and new is not None and revealed(old) != revealed(new)


def component_diff(old: Properties, new: Properties) -> Diff:
    """The difference between two inputs of a component or a provider: it never replaces anything."""
    differing = {
        re.split(r"[.\[]", change.path, maxsplit=1)[0] for change in changes(revealed(old), revealed(new))
    }
    return Diff(updates=tuple(sorted(differing - HIDDEN_INPUTS)))


def former_urns(wanted: Wanted, stack: str, project: str) -> tuple[str, ...]:
    """The URNs a resource went by before, as its aliases say, in their order."""
    return (*wanted.alias_urns, *(_resolved(spec, wanted, stack, project) for spec in wanted.aliases))


def _resolved(spec: AliasSpec, wanted: Wanted, stack: str, project: str) -> str:
    parent = wanted.parent if spec.parent is None else spec.parent
    return urns.make(
        spec.stack or stack,
        spec.project or project,
        parent,
        spec.type or wanted.type,
        spec.name or wanted.name,
    )


def with_ignored(new: Properties, old: Properties, ignored: Iterable[str]) -> dict[str, Any]:
    """The new inputs, with what the program leaves to others (`ignoreChanges`) reset to the old value."""
    result = dict(new)
    for path in ignored:
        result = paths.with_old(result, dict(old), paths.parsed(path))
    return result


def shown(inputs: Properties) -> dict[str, Any]:
    """Inputs without the providers' bookkeeping."""
    return {key: value for key, value in inputs.items() if key not in HIDDEN_INPUTS}
