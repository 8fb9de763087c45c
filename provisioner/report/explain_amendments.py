"""The sentences about changes of the records by hand."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Final, assert_never, cast

from provisioner.engine.amending import Misfit
from provisioner.engine.amendment_failures import (
    CannotBeMended,
    DoesNotFit,
    ImportBreaksRules,
    ImportUnreadable,
    NameTaken,
    NoPlaceFor,
    NotAName,
    NotByHand,
    OperationOpen,
    RecordsProtected,
    RepairFirst,
    SeveralRecords,
    StillNeeded,
)
from provisioner.engine.failures import RecordsNotChanged
from provisioner.report.message import Message, Trouble, retyped
from provisioner.report.naming import labelled

ByHand = (
    NameTaken
    | NotAName
    | NotByHand
    | SeveralRecords
    | StillNeeded
    | RecordsProtected
    | OperationOpen
    | NoPlaceFor
    | CannotBeMended
    | DoesNotFit
    | ImportUnreadable
    | ImportBreaksRules
    | RepairFirst
)

MOST: Final = 8
"""Rows of a list that are shown; the rest is counted."""


def explain_amendment(failed: RecordsNotChanged, environment: str, again: str = "") -> Message:
    """The message for a failure; `environment` and `again` as in `explain`."""
    failure = cast("ByHand", failed)
    match failure:
        case DoesNotFit() | ImportUnreadable():
            return _file(failure, environment)
        case CannotBeMended() | RepairFirst() | ImportBreaksRules():
            return _broken(failure, environment)
        case NameTaken() | NotAName() | NotByHand() | NoPlaceFor():
            return _new_name(failure, environment)
        case SeveralRecords(wanted, urns):
            return _several(wanted, urns, "" if wanted == environment else again)
        case StillNeeded() | RecordsProtected() | OperationOpen():
            return _in_the_way(failure, environment)
        case _:
            assert_never(failure)


def _several(wanted: str, found: Sequence[tuple[str, str]], again: str) -> Message:
    """With the commands to copy, if `again` is given: it has each word once."""
    shown = _rows(f"{urn}{f'  ({one})' if one else ''}" for urn, one in found)
    urns = [urn for urn, _ in found]
    exact = [one if urns.count(urn) > 1 and one else urn for urn, one in found]
    return Message(
        Trouble.SEVERAL_RECORDS,
        f"`{wanted}` is what several records are called. Nothing was changed:\n{shown}",
        "name the one that is meant by its URN; of two with one URN, by its id."
        + (" One of these:" if again else ""),
        tuple(retyped(again, {wanted: each}) for each in exact[:MOST] if again),
    )


def _in_the_way(failure: StillNeeded | RecordsProtected | OperationOpen, environment: str) -> Message:
    match failure:
        case StillNeeded(needed, asked):
            rows = (f"{labelled(urn)} {does} {labelled(what)}" for urn, does, what in needed)
            return Message(
                Trouble.STILL_NEEDED,
                f"Nothing was changed. What stays needs what is to go:\n{_rows(rows)}",
                "name those, too, or let everything that needs it go with it.",
                (f"provisioner state rm {environment} {shlex.join(asked)} --target-dependents",),
            )
        case RecordsProtected(urns):
            return Message(
                Trouble.RECORD_PROTECTED,
                f"Nothing was changed. These are protected:\n{_rows(urns)}",
                "take the protection off first, if they may go.",
                tuple(f"provisioner state unprotect {environment} {_quoted(urn)}" for urn in urns[:1]),
            )
        case OperationOpen(urn, kind):
            return Message(
                Trouble.OPERATION_OPEN,
                f"{labelled(urn)}: an operation ({kind}) began and never ended, so nobody knows yet whether"
                " there is an object. Nothing was changed.",
                "let an apply find out; or, if you know better, let the operation be forgotten.",
                (
                    f"provisioner apply {environment}",
                    f"provisioner state repair {environment} --forget-pending",
                ),
            )


def _new_name(failure: NameTaken | NotAName | NotByHand | NoPlaceFor, environment: str) -> Message:
    match failure:
        case NameTaken(urn, taken):
            return Message(
                Trouble.NAME_TAKEN,
                f"{labelled(urn)} cannot be called `{taken}`: another resource is. Nothing was changed.",
                "choose another name, or rename that one in the same command.",
                (f"provisioner state show {environment} {_quoted(taken)}",),
            )
        case NotAName(urn, wanted, reason, meant):
            return Message(
                Trouble.NOT_A_NAME,
                f"{labelled(urn)} cannot be called `{wanted}`: {reason}. Nothing was changed.",
                "write a name without signs of a URN in it; or with `state mv` a whole URN, as this one:",
                (f"provisioner state mv {environment} {_quoted(urn)} {_quoted(meant)}",),
            )
        case NotByHand(urn, reason):
            return Message(
                Trouble.NOT_BY_HAND,
                f"{labelled(urn)} {reason}. Nothing was changed.",
                "look at what is recorded.",
                (f"provisioner state list {environment}",),
            )
        case NoPlaceFor(new, reason, candidates):
            shown = f":\n{_rows(candidates)}" if candidates else "."
            return Message(
                Trouble.NO_PLACE,
                f"`{new}` {reason}{shown}\nNothing was changed.",
                "write a URN below something that is recorded; say with --parent URN which one it is.",
                (f"provisioner state list {environment} --json",),
            )


def _broken(failure: CannotBeMended | RepairFirst | ImportBreaksRules, environment: str) -> Message:
    rows = _rows(failure.breaches)
    match failure:
        case CannotBeMended(stack):
            return Message(
                Trouble.NOT_MENDED,
                f"Nothing was changed. In the state of {stack} this takes a person:\n{rows}",
                "go back to a version that was whole; or export the state, correct it, and import it.",
                (
                    f"provisioner state history {environment}",
                    f"provisioner state export {environment} > FILE",
                ),
            )
        case RepairFirst(stack):
            return Message(
                Trouble.REPAIR_FIRST,
                f"Nothing was changed. The state of {stack} is not well-formed as it is:\n{rows}",
                "let it be repaired first.",
                (f"provisioner state repair {environment} --dry-run",),
            )
        case ImportBreaksRules(file):
            return Message(
                Trouble.BREAKS_RULES,
                f"Nothing was changed. The state in `{file}` is not well-formed:\n{rows}",
                "correct it there; or export again.",
                (f"provisioner state export {environment} > FILE",),
            )
        case _:
            assert_never(failure)


def _file(failure: DoesNotFit | ImportUnreadable, environment: str) -> Message:
    match failure:
        case DoesNotFit(stack, file, misfits):
            rows = (_MISFITS[why](theirs, ours) for why, theirs, ours in misfits)
            fix, commands = _fitting(misfits, file, environment)
            return Message(
                Trouble.DOES_NOT_FIT,
                f"`{file}` is not taken for the state of {stack}. Nothing was changed.\n{_rows(rows)}",
                fix,
                commands,
            )
        case ImportUnreadable(file, reason):
            return Message(
                Trouble.NO_STATE_IN_FILE,
                f"`{file}`: {reason}. Nothing was changed.",
                "give what an export has written, as it is.",
                (f"provisioner state export {environment} > FILE",),
            )


def _fitting(
    misfits: Sequence[tuple[Misfit, str, str]], file: str, environment: str
) -> tuple[str, tuple[str, ...]]:
    """What to do, and to type. The resources of another stack are never taken for those of this one."""
    command = f"provisioner state import {{}} --file {_quoted(file)}"
    foreign = next((theirs for why, theirs, _ in misfits if why is Misfit.STACK), "")
    if not foreign:
        forced = command.format(environment) + " --force --dry-run"
        return "look at what it would change; if it is the right one all the same, force it.", (forced,)
    theirs = foreign.partition("/")[2].partition(".")[0]
    is_other = theirs != PurePath(environment).stem
    return (
        "give it to the environment that it is of; a single resource goes from stack to stack by `state mv`.",
        (command.format(theirs),) if is_other else (),
    )


_MISFITS: Final[Mapping[Misfit, Callable[[str, str], str]]] = {
    Misfit.STACK: lambda theirs, ours: f"Its resources are those of {theirs}, and this is {ours}.",
    Misfit.LINEAGE: lambda theirs, ours: (
        f"It is of another lineage, {theirs}; the state here is of {ours or 'none that is known'}:"
        " neither continues the other."
    ),
    Misfit.NO_LINEAGE: lambda _, ours: (
        f"It does not say which state it continues (Pulumi drops that), and the one here has resources and"
        f" the lineage {ours}."
    ),
    Misfit.SERIAL: lambda theirs, ours: (
        f"It is an older one: it was written as number {theirs}, and the state here is number {ours}."
    ),
}


def _rows(rows: Iterable[str]) -> str:
    every = [f"  - {row}" for row in rows]
    more = [f"  - and {len(every) - MOST} more"] if len(every) > MOST else []
    return "\n".join((*every[:MOST], *more))


def _quoted(text: str) -> str:
    """As a shell takes it: URNs have `$` in them."""
    return shlex.quote(text)
