"""The sentences about the keys of an environment."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

from provisioner.engine.key_failures import KeyIsNeeded, Losing, NoSuchKey
from provisioner.report.message import Message, Trouble
from provisioner.report.naming import labelled

OfKeys = KeyIsNeeded | NoSuchKey

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
    if any(losing.living for losing in failure.keys):
        return Message(
            Trouble.KEY_NEEDED,
            told,
            "let the same plan remove what needs them, or move that to another key first; or keep the keys.",
        )
    agreed = " ".join(f"--approve-loss {shlex.quote(losing.key)}" for losing in failure.keys)
    return Message(
        Trouble.KEY_NEEDED,
        told,
        "copy what is to last under another key first. If all of it may go for good, name each key by its"
        " whole URN; neither a pattern nor a digest is enough:",
        (f"{failure.command} {agreed}",),
    )


def _losing(losing: Losing) -> Iterator[str]:
    yield f"  - {losing.op} {labelled(losing.key)}, which is needed by:"
    rows = [labelled(each) if each.startswith("urn:") and " " not in each else each for each in losing.living]
    rows += [f"{each}, which stays" for each in losing.retained]
    yield from (f"      {each}" for each in rows[:_MOST])
    if len(rows) > _MOST:
        yield f"      and {len(rows) - _MOST} more"
