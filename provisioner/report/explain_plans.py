"""The sentences about saved plans, about plans of a part of an environment, and about what is lost."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Final

from provisioner.engine.failures import LossNotApproved
from provisioner.engine.plan_failures import (
    NeedsPlan,
    NothingMatches,
    OutputOutsideScope,
    OutsideScope,
    PlanFileDamaged,
    PlanFileNewer,
    PlanMoved,
    ReplacedOutside,
    SeveralMatch,
)
from provisioner.plan.moves import Move, Moved
from provisioner.report.message import Message, Trouble, retyped
from provisioner.report.naming import labelled

Planned = (
    PlanMoved
    | NeedsPlan
    | PlanFileDamaged
    | PlanFileNewer
    | OutsideScope
    | OutputOutsideScope
    | ReplacedOutside
    | NothingMatches
    | SeveralMatch
    | LossNotApproved
)

MOST: Final = 8
"""Rows of a list that are shown; the rest is counted."""


def explain_plan(failure: Planned, environment: str, again: str = "") -> Message:
    """The message for a failure; `environment` and `again` as in `explain`."""
    match failure:
        case PlanMoved():
            return _moved(failure)
        case NeedsPlan(op, urn):
            return Message(
                Trouble.NEEDS_PLAN,
                f"{labelled(urn)}: the next step is to {op} it, and nobody has seen that.\n"
                "That step was not done, and nothing after it.",
                "look at the plan; without `--skip-preview` it is shown first, and then all of it is done.",
                (f"provisioner plan {environment}",),
            )
        case PlanFileDamaged() | PlanFileNewer():
            return _unusable(failure, environment)
        case OutsideScope() | OutputOutsideScope() | ReplacedOutside():
            return _outside(failure, environment)
        case NothingMatches() | SeveralMatch():
            return _unmatched(failure, environment, again)
        case LossNotApproved():
            return _loss(failure, environment)


def _unmatched(failure: NothingMatches | SeveralMatch, environment: str, again: str) -> Message:
    """With the command to copy, if it is known what was meant."""
    if isinstance(failure, SeveralMatch):
        names = "` or `".join(failure.names)
        rows = _rows([urn for urns in failure.names.values() for urn in urns])
        return Message(
            Trouble.SEVERAL_MATCH,
            f"Nothing was changed. More than one resource is called `{names}`:\n{rows}",
            "write the URN of the one that is meant, or a pattern that names all of them.",
        )
    meant = dict(zip(failure.patterns, failure.nearest, strict=False))
    is_known = bool(again) and all(meant.get(each) for each in failure.patterns)
    return Message(
        Trouble.NO_MATCH,
        f"No resource of the environment has such a name, or a URN that matches:\n{_rows(failure.patterns)}\n"
        "Nothing was changed.",
        "write a name, the whole URN, or `*` around a part of it. The nearest:"
        if is_known
        else "copy a name or a URN from the list, or put `*` around a part of it.",
        (retyped(again, meant) if is_known else f"provisioner state list {environment} --json",),
    )


def _outside(failure: OutsideScope | OutputOutsideScope | ReplacedOutside, environment: str) -> Message:
    match failure:
        case OutsideScope(urn, other, reason):
            return Message(
                Trouble.SCOPE,
                f"{labelled(urn)} {reason} {labelled(other)}, which is left out. Nothing was changed.\n"
                f"  {urn}\n  {other}",
                "name that one, too, or let everything that depends on a target be one.",
                (
                    f"provisioner plan {environment} --target {_quoted(urn)} --target {_quoted(other)}",
                    f"provisioner plan {environment} --target {_quoted(urn)} --target-dependents",
                ),
            )
        case OutputOutsideScope(stack, output, urn):
            return Message(
                Trouble.OUTPUT_SCOPE,
                f"{stack} needs `{output}`, which comes from {labelled(urn)}. That does not exist yet, and it"
                f" is left out. Nothing was changed.\n  {urn}",
                "name that one, too, or take it out of what is excluded.",
                (f"provisioner plan {environment} --target {_quoted(urn)}",),
            )
        case ReplacedOutside(urns):
            return Message(
                Trouble.REPLACED_OUTSIDE,
                f"`--replace` names what the plan leaves out:\n{_rows(_few(urns))}\nNothing was changed.",
                "name it with `--target`, too, or take it out of what is excluded.",
                (f"provisioner plan {environment} --target {_quoted(urns[0])} --replace {_quoted(urns[0])}",),
            )


def _loss(failure: LossNotApproved, environment: str) -> Message:
    rows = [f"{op} {labelled(urn)}: {what}\n      {urn}" for op, urn, what in failure.losses]
    agreed = (failure.digest,) if failure.digest else tuple(urn for _, urn, _ in failure.losses[:MOST])
    options = " ".join(f"--approve-loss {_quoted(each)}" for each in agreed)
    command = failure.command or f"provisioner apply {environment}"
    what = (
        "agree to all of it with the digest of this plan, or to some of it with URNs:"
        if failure.digest
        else "if this may go, agree to each by its URN, or to several with a pattern:"
    )
    if failure.renames:
        what = f"if it only has another name now, give it that name in the state, too, and it stays; {what}"
    return Message(
        Trouble.LOSS,
        f"Nothing was changed. The plan would lose for good:\n{_rows(rows)}\n"
        "`--yes` agrees to changes, never to the loss of data.",
        what,
        (*failure.renames, f"{command} {options}"),
    )


def _unusable(failure: PlanFileDamaged | PlanFileNewer, environment: str) -> Message:
    match failure:
        case PlanFileDamaged(file, reason):
            return Message(
                Trouble.NOT_A_PLAN,
                f"`{file or environment}`: {reason}. Nothing of it was done.",
                "get the file again from where it was made, or plan again.",
                ("provisioner plan ENV --out FILE",),
            )
        case PlanFileNewer(file, schema):
            return Message(
                Trouble.NEWER_PLAN,
                f"`{file}` is of the form {schema}, which this version of provisioner does not know.",
                "use the version that wrote it, or a newer one.",
                ("provisioner --version",),
            )


def _moved(failure: PlanMoved) -> Message:
    asked, moves = failure.environment, failure.moves
    shown = [_SENTENCES[move.what](move) for move in moves[:MOST]]
    if len(moves) > MOST:
        shown.append(f"And {len(moves) - MOST} more.")
    kinds = {move.what for move in moves}
    typed = [_TYPED[kind] for kind in _TYPED if kind in kinds]
    commands = dict.fromkeys(command.format(environment=asked) for _, command in typed)
    again = failure.again or f"provisioner plan {asked} --out FILE"
    return Message(
        Trouble.MOVED,
        f"Nothing was changed. Since the plan was made:\n{_rows(shown)}",
        "; ".join((*dict.fromkeys(fix for fix, _ in typed), "or plan again, and look at what comes out."))
        if typed
        else "plan again, and look at what comes out.",
        (*commands, again),
    )


def _environment(move: Move) -> str:
    if not move.name:
        return f"The file is for environment `{move.now}`, and was for `{move.planned}`."
    if not move.now:
        return f"The environment no longer extends `{move.name}`."
    if not move.planned:
        return f"The environment now extends `{move.name}`."
    return f"The environment file `{move.name}` was changed."


def _version(what: str) -> Callable[[Move], str]:
    return lambda move: (
        f"{what} `{move.name}` is {move.now or 'not there'}; planned was with {move.planned or 'none'}."
    )


_SENTENCES: Final[Mapping[Moved, Callable[[Move], str]]] = {
    Moved.EXPIRED: lambda move: f"It expired at {move.planned}.",
    Moved.ABSENT: lambda move: f"Its environment file `{move.name}` is not in this folder.",
    Moved.ENVIRONMENT: _environment,
    Moved.PROGRAM: lambda _: "The program was changed: sources in stacks/, components/ or environments/.",
    Moved.PACKAGE: _version("Package"),
    Moved.PROVIDER: _version("Provider"),
    Moved.CLOUD: lambda move: f"It was planned for `cloud: {move.planned}`, and this is `cloud: {move.now}`.",
    Moved.ACCOUNT: lambda move: (
        f"It was planned for account {move.planned}, and your credentials belong to {move.now}."
    ),
    Moved.LINEAGE: lambda move: (
        f"Stack {move.name} has another state, which does not continue the planned one."
    ),
    Moved.STATE: lambda move: (
        f"The state of stack {move.name} was changed: it was {move.planned}, and it is {move.now} now."
    ),
    Moved.STACKS: lambda move: (
        f"Stack {move.name} is gone." if move.planned else f"Stack {move.name} was not there."
    ),
    Moved.DRIFT: lambda move: f"{labelled(move.name)}: it was changed outside, or no longer is.",
    Moved.STEP: lambda move: (
        f"{labelled(move.name)}: planned was {move.planned}, and it would be {move.now} now."
    ),
}

_INSTALL: Final = (
    "install what requirements.lock of that commit names",
    "python -m pip install --requirement requirements.lock",
)
_TYPED: Final[Mapping[Moved, tuple[str, str]]] = {
    Moved.ABSENT: ("type it in the project's folder, the one that has `environments/`", "cd FOLDER"),
    Moved.ACCOUNT: (
        "use credentials of the planned account, for example a profile",
        "AWS_PROFILE=NAME provisioner apply FILE",
    ),
    Moved.PROGRAM: ("check out the commit that it was planned with", "git checkout COMMIT"),
    Moved.PACKAGE: _INSTALL,
    Moved.PROVIDER: _INSTALL,
    Moved.ENVIRONMENT: ("look at what was changed in the file", "git log -p -- environments"),
    Moved.STATE: ("look at who applied meanwhile", "provisioner state history {environment}"),
    Moved.LINEAGE: ("look at where `state.backend` points", "provisioner show {environment} --origin"),
    Moved.CLOUD: ("look at where `cloud` is set", "provisioner show {environment} --origin"),
}
"""What can be done about it, and what is typed for it; after everything else planning again is enough."""


def _few(urns: tuple[str, ...]) -> tuple[str, ...]:
    return urns if len(urns) <= MOST else (*urns[:MOST], f"and {len(urns) - MOST} more")


def _rows(rows: tuple[str, ...] | list[str]) -> str:
    return "\n".join(f"  - {row}" for row in rows)


def _quoted(text: str) -> str:
    """As a shell takes it: URNs have `$` and `*` in them."""
    return shlex.quote(text)
