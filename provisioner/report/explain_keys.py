"""The sentences about the keys of an environment."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

from provisioner.engine.key_failures import KeyIsNeeded, Losing, NoSuchKey
from provisioner.report.message import Message, Trouble
from provisioner.report.naming import labelled, type_of

OfKeys = KeyIsNeeded | NoSuchKey

_ENGINE: Final = "vault:index/mount:Mount"
_MOST: Final = 20
"""Rows of one list; the rest is counted."""


def explain_key(failure: OfKeys, environment: str) -> Message:
    """The message for a failure; `environment` as in `explain`."""
    match failure:
        case NoSuchKey(key, count, near):
            what = f"{count} keys are called `{key}`" if count else f"No key is called `{key}`"
            names = "".join(f"\n  - {each}" for each in near[:_MOST])
            rest = f"\nThere are:{names}" if near else "\nNone is recorded."
            return Message(
                Trouble.NO_SUCH_KEY,
                f"{what}.{rest}",
                "write one of the names that `keys list` has, or a URN.",
                (f"provisioner keys list {environment}",),
            )
        case KeyIsNeeded():
            return _needed(failure)


def _needed(failure: KeyIsNeeded) -> Message:
    rows = "".join(f"\n{row}" for losing in failure.keys for row in _losing(losing))
    notes = "".join(f"\nNote: {note}" for note in failure.notes)
    told = f"Nothing was changed. Without these keys, what needs them could never be read again:{rows}{notes}"
    if any(losing.op == "move" for losing in failure.keys):
        told += "\nA state looks for its key at the path that it names, and nowhere else."
    move = "let the same plan remove what needs them, or move that to another key first; or keep the keys."
    seal = "seal the secrets in the state with another key first, then do this again; or keep the key:"
    is_living = any(losing.living for losing in failure.keys)
    if any(losing.sealed for losing in failure.keys):
        fix = f"{move} And {seal}" if is_living else seal
        return Message(Trouble.KEY_NEEDED, told, fix, (failure.migration,))
    if is_living:
        return Message(Trouble.KEY_NEEDED, told, move)
    agreed = " ".join(f"--approve-loss {shlex.quote(losing.key)}" for losing in failure.keys)
    return Message(
        Trouble.KEY_NEEDED,
        told,
        "copy what is to last under another key first. If all of it may go for good, name each key by its"
        " whole URN; neither a pattern nor a digest is enough:",
        (f"{failure.command} {agreed}",),
    )


def _losing(losing: Losing) -> Iterator[str]:
    which = "whose keys are" if type_of(losing.key) == _ENGINE else "which is"
    yield f"  - {losing.op} {labelled(losing.key)}, {which} needed by:"
    rows = [f"the secrets in the state of {each}" for each in losing.sealed]
    rows += [labelled(each) for each in losing.living]
    rows += [f"{each}, which stays" for each in losing.retained]
    yield from (f"      {each}" for each in rows[:_MOST])
    if len(rows) > _MOST:
        yield f"      and {len(rows) - _MOST} more"
