"""What is said after an apply or a destroy: what exists now, what does not, and what to type next."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from provisioner.engine.interface import Applied, Failed, Recorded, Result
from provisioner.plan.model import Mode, Op
from provisioner.plan.values import Properties
from provisioner.report.message import PROGRAM
from provisioner.report.naming import counted, labelled
from provisioner.report.progress import seconds_text
from provisioner.report.state_text import output_lines
from provisioner.report.style import Colour, Style

_PAST: Final[Mapping[str, str]] = {
    Op.CREATE.value: "created",
    Op.UPDATE.value: "updated",
    Op.REPLACE.value: "replaced",
    Op.DELETE.value: "deleted",
    Op.IMPORT.value: "imported",
}
_RECORDED: Final = "Whatever was made is recorded."
LONGEST: Final = 20
"""Rows of a list that are shown; the rest is counted."""


Commands = Sequence[tuple[str, str]]
"""Lines to type, each with what it is for."""


def nobody_took(_code: str, _error: str) -> bool:
    """No refusal means that the object is there already."""
    return False


@dataclass(frozen=True, slots=True)
class Where:
    """Where the objects are, beside a cloud that needs no word."""

    endpoint: str | None = None
    """Of the local cloud."""

    folder: str | None = None
    """Those for clusters are files in it."""


NOWHERE_ELSE: Final = Where()


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command that changes things ended, over all its stacks."""

    environment: str
    """As the person called it on the command line."""

    mode: Mode
    applied: Sequence[Applied]
    resources: Sequence[Recorded] | None
    """What the state holds afterwards; None: it could not be read."""

    outputs: Mapping[str, Properties]
    """By region."""

    where: Where = NOWHERE_ELSE
    program: str = PROGRAM
    """What people type for it."""

    command: str = ""
    """The command line as it was typed, every option kept; empty where it cannot be typed again."""

    is_taken: Callable[[str, str], bool] = nobody_took
    """Whether a creation was refused, with this code and in these words, because such an object is there."""

    following: Commands | None = None
    """What can be typed next; None: what is usual for an environment."""

    @property
    def result(self) -> Result:
        """The worst of the stacks' results."""
        return result_of(self.applied)


def result_of(applied: Sequence[Applied]) -> Result:
    """The worst of the stacks' results."""
    results = {each.result for each in applied}
    return next((one for one in (Result.INTERRUPTED, Result.FAILED) if one in results), Result.DONE)


def ending_text(ending: Ending, style: Style) -> str:
    """The whole text; ends with a line break."""
    match ending.result:
        case Result.DONE:
            lines = _done(ending, style)
        case Result.FAILED:
            lines = _cut_short(ending, style.paint(Colour.BAD, f"Failed after {_took(ending)}."))
        case Result.INTERRUPTED:
            lines = _cut_short(ending, style.paint(Colour.CHANGED, f"Interrupted after {_took(ending)}."))
    return "\n".join(lines) + "\n"


def stopped_text(resources: Sequence[Recorded], where: Where) -> str:
    """What is said where an apply stopped for a reason that is told elsewhere."""
    return f"Stopped. {_existing(resources, where)} {_RECORDED}"


def unchanged_text(
    name: str,
    resources: Sequence[Recorded],
    where: Where,
    program: str = PROGRAM,
    following: Commands | None = None,
) -> str:
    """What is said where an apply had nothing to do; `program` is what people type for it."""
    return "\n".join((_existing(resources, where, following), *_try_next(name, program, following))) + "\n"


def _done(ending: Ending, style: Style) -> Iterator[str]:
    verb = "Destroyed" if ending.mode is Mode.DESTROY else "Applied"
    yield style.paint(Colour.GOOD, f"{verb} in {_took(ending)}: {_counts(ending)}.")
    if ending.mode is Mode.DESTROY:
        yield _existing(ending.resources, ending.where, ending.following)
        return
    if outputs := [f"  {line}" for line in output_lines(ending.outputs)]:
        yield from ("", "Outputs:", "", *outputs)
    yield ""
    yield _existing(ending.resources, ending.where, ending.following)
    yield from _try_next(ending.environment, ending.program, ending.following)


def _cut_short(ending: Ending, head: str) -> Iterator[str]:
    yield f"{head} {_counts(ending).capitalize()}."
    failures = [failed for applied in ending.applied for failed in applied.failures]
    if failures:
        yield from ("", "Refused:", "")
        yield from (f"  ✗ {labelled(failed.urn)}: {_below(failed.error)}" for failed in failures)
    yield from _taking_over(ending, failures)
    undone = [urn for applied in ending.applied for urn in applied.not_done]
    refused = {failed.urn for failed in failures}
    waiting = [urn for urn in undone if urn not in refused]
    if waiting:
        yield from ("", f"Not done ({len(waiting)}):", "")
        yield from (f"  {labelled(urn)}" for urn in waiting[:LONGEST])
        if len(waiting) > LONGEST:
            yield f"  … and {len(waiting) - LONGEST} more"
    verb = "destroy" if ending.mode is Mode.DESTROY else "apply"
    yield from ("", f"{_existing(ending.resources, ending.where, ending.following)} {_RECORDED}")
    again = ending.command or f"{ending.program} {verb} {ending.environment}"
    yield from ("", "To go on:", "", f"  {again}")


def _taking_over(ending: Ending, failures: Sequence[Failed]) -> Iterator[str]:
    """What stands in the way may be what an earlier run made, and no state knows: after a rollback, say."""
    there = [
        failed.urn
        for failed in failures
        if failed.op is Op.CREATE and ending.is_taken(failed.code, failed.error)
    ]
    if there:
        said = "What is in the way exists already. If the environment is to have it, take it over by its id:"
        yield from ("", said, "")
    again = f"{ending.program} import {ending.environment}"
    yield from (f"  {again} {shlex.quote(urn)} ID" for urn in there[:LONGEST])


def _existing(resources: Sequence[Recorded] | None, where: Where, following: Commands | None = None) -> str:
    """How many objects there are in the cloud and in a folder: components and providers are none."""
    if resources is None:
        return "What exists now is not known: the state could not be read."
    objects = [one for one in resources if one.custom and not one.type.startswith("pulumi:")]
    files = [one for one in objects if where.folder and one.type.startswith("kubernetes:")]
    made = [one for one in objects if one not in files]
    cloud = f" in the local cloud at {where.endpoint}" if where.endpoint else ""
    if not objects:
        whole = "environment" if following is None else "stack"
        return f"Nothing of the {whole} exists{cloud}."
    said = [f"{_objects(made)} {_verb(made)}{cloud}."] if made else []
    return " ".join([*said, *([f"{_objects(files)} {_is(files)} in {where.folder}/."] if files else [])])


def _objects(some: Sequence[Recorded]) -> str:
    return f"{counted(len(some), 'object')} of {counted(len({one.type for one in some}), 'type')}"


def _verb(some: Sequence[Recorded]) -> str:
    return "exists" if len(some) == 1 else "exist"


def _is(some: Sequence[Recorded]) -> str:
    return "is" if len(some) == 1 else "are"


def _try_next(name: str, program: str, following: Commands | None) -> Iterator[str]:
    yield from ("", "Try next:", "")
    yield from commands_text(following or _usual(name, program))


def _usual(name: str, program: str) -> Commands:
    return (
        (f"{program} state list {name}", "what exists, by its names"),
        (f"{program} output {name}", "the values that other tools need"),
        (f"{program} plan {name} --refresh", "what somebody else has changed since"),
        (f"{program} destroy {name}", "remove all of it"),
    )


def commands_text(commands: Sequence[tuple[str, str]]) -> Iterator[str]:
    """A line for each command, which can be copied whole, with what it is for."""
    width = max(len(command) for command, _ in commands)
    for command, what in commands:
        yield f"  {command:{width}}   # {what}"


def _counts(ending: Ending) -> str:
    counts: Counter[str] = Counter()
    for applied in ending.applied:
        counts.update(applied.counts)
    found = [f"{counts[op]} {word}" for op, word in _PAST.items() if counts[op]]
    return ", ".join(found) or "nothing changed"


def _took(ending: Ending) -> str:
    return seconds_text(sum(applied.seconds for applied in ending.applied))


def _below(text: str) -> str:
    """The text with its further lines under the first."""
    return text.replace("\n", "\n      ")
