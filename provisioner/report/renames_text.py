"""What a plan deletes and makes again for a new name alone, and what to type so that it stays."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from provisioner.plan.model import Renamed, StackPlan
from provisioner.report.message import PROGRAM
from provisioner.report.naming import labelled, name_of


def rename_command(asked: str, renamed: Renamed) -> str:
    """What to type; `asked` is the environment as it is typed."""
    if renamed.parent:
        return (
            f"{PROGRAM} state mv {asked} {shlex.join((renamed.old, renamed.new, '--parent', renamed.parent))}"
        )
    words = (word for pair in renamed.names for word in pair)
    return f"{PROGRAM} state rename {asked} {shlex.join(words)}"


def rename_lines(plans: Sequence[StackPlan], asked: str) -> Iterator[str]:
    """The pairs, what would come of a renaming, and the commands, each alone on a line."""
    yield from ("", "Only a new name? What has one in the state, too, can stay:")
    for told, command in rename_rows(plans, asked):
        yield from ("", f"  {told}", f"      {command}")


def rename_rows(plans: Sequence[StackPlan], asked: str) -> list[tuple[str, str]]:
    """(the pair and what would come of a renaming, the command) for each."""
    found = (each for plan in plans for each in plan.renames)
    return [(f"{_pair(each)}: {_outcome(each)}", rename_command(asked, each)) for each in found]


def renames_json(plans: Sequence[StackPlan], asked: str) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "layer": plan.layer,
            "region": plan.region,
            "old": each.old,
            "new": each.new,
            "kept": list(each.kept),
            "removed": list(each.removed),
            "updates": each.updates,
            "command": rename_command(asked, each),
        }
        for plan in plans
        for each in plan.renames
    ]


def commands_by_urn(plans: Sequence[StackPlan], asked: str) -> Mapping[str, str]:
    """What to type so that an object stays, by the URN under which the plan would delete it."""
    return {urn: rename_command(asked, each) for plan in plans for each in plan.renames for urn in each.kept}


def _pair(renamed: Renamed) -> str:
    new = f"below {labelled(renamed.parent)}" if renamed.parent else name_of(renamed.new)
    return f"{labelled(renamed.old)} → {new}"


def _outcome(renamed: Renamed) -> str:
    objects = "1 object stays" if len(renamed.kept) == 1 else f"{len(renamed.kept)} objects stay"
    told = f"{objects}, {f'{renamed.updates} updated in place' if renamed.updates else 'as it is'}"
    if renamed.removed:
        names = ", ".join(map(labelled, renamed.removed))
        told += f"; made anew all the same: {names}"
    return f"{told}."
