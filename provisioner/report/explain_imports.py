"""The sentences about imports of existing objects."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Final

from provisioner.engine.import_failures import (
    ImportRefused,
    NoCloudToImportFrom,
    NotAnImportFile,
    NothingListed,
)
from provisioner.plan.importing import Hindrance, Obstacle
from provisioner.report.message import Message, Trouble
from provisioner.report.naming import labelled

Importing = ImportRefused | NotAnImportFile | NothingListed | NoCloudToImportFrom


def explain_import(failure: Importing, environment: str) -> Message:
    """The message for a failure; `environment` is what the person calls it on the command line."""
    match failure:
        case ImportRefused():
            return _refused(failure, environment)
        case NotAnImportFile(problems):
            return Message(
                Trouble.NOT_AN_IMPORT_FILE,
                f"Nothing was imported.\n{_rows([f'{place}: {what}' for place, what in problems])}",
                "write `URN: id` for each object, or take Pulumi's import file. One to fill in is written by",
                (f"provisioner import {environment} --write-template FILE",),
            )
        case NoCloudToImportFrom():
            return Message(
                Trouble.NO_LOCAL_CLOUD,
                "The environment is in the local cloud, which does not run: there is no object to import.",
                "start it, make the objects with the tool of your choice, and import them.",
                ("provisioner local start",),
            )
        case NothingListed(file):
            return Message(
                Trouble.NOTHING_LISTED,
                f"`{file}` gives no resource an id, so there is nothing to import.",
                "write the ids of the objects that exist behind the resources, and try again.",
            )


def _refused(refused: ImportRefused, environment: str) -> Message:
    kinds = {obstacle.kind for obstacle in refused.obstacles}
    rows = [_row(each, refused.forms) for each in refused.obstacles if each.kind is not Hindrance.DIFFERS]
    if changed := len(refused.obstacles) - len(rows):
        objects = "an object that is" if changed == 1 else f"{changed} objects that are"
        rows.append(f"The next apply would change {objects} shown above with `~`.")
    differing = kinds & {Hindrance.DIFFERS, Hindrance.REPLACED}
    if kinds - differing:
        fix = "correct what is named above, and import again."
        commands: tuple[str, ...] = ()
        if Hindrance.UNKNOWN in kinds:
            fix = "correct what is named above. What could be imported is listed by"
            commands = (f"provisioner import {environment} --write-template FILE",)
    else:
        fix = (
            "let the environment file ask for what is there, and import what it stands on, too; or agree to"
            " what the next apply does:"
        )
        commands = (f"{refused.command} {_agreeing(refused.obstacles)}",)
    return Message(Trouble.NOT_IMPORTED, f"Nothing was recorded.\n{_rows(rows)}", fix, commands)


def _agreeing(obstacles: tuple[Obstacle, ...]) -> str:
    changes = ["--accept-changes"] if any(each.kind is Hindrance.DIFFERS for each in obstacles) else []
    urns = [each.urn for each in obstacles if each.kind is Hindrance.REPLACED]
    return " ".join([*changes, *(f"--accept-replacement {shlex.quote(urn)}" for urn in urns)])


def _row(obstacle: Obstacle, forms: Mapping[str, str]) -> str:
    place = f"{obstacle.wish.place}: " if obstacle.wish.place else ""
    called = labelled(obstacle.urn) if obstacle.urn else f"`{obstacle.wish.resource}`"
    form = forms.get(obstacle.type, "")
    shaped = f"\n      An id of this type is written {form}" if form and obstacle.kind in _BY_ID else ""
    return f"{place}{called}, id {obstacle.wish.id}: {_SENTENCES[obstacle.kind](obstacle)}{shaped}"


def _nearest(obstacle: Obstacle) -> str:
    near = "".join(f"\n      {urn}" for urn in obstacle.about)
    return "the environment makes no such resource." + (f" The nearest are:{near}" if near else "")


def _given_twice(obstacle: Obstacle) -> str:
    other, place = obstacle.about
    return f"it is given to the object {other} as well{f', in {place}' if place else ''}."


def _owned(obstacle: Obstacle) -> str:
    stack, layer = obstacle.about
    return (
        f"the object carries the tag of {layer or 'another layer'} in stack {stack}, which would change"
        " or delete it. Remove it from that state, and its tag `provisioner:stack`, before it gets another"
        " owner."
    )


_SENTENCES: Final[Mapping[Hindrance, Callable[[Obstacle], str]]] = {
    Hindrance.UNKNOWN: _nearest,
    Hindrance.AMBIGUOUS: lambda each: (
        "several resources have that name; say which by its URN:"
        + "".join(f"\n      {urn}" for urn in each.about)
    ),
    Hindrance.TWICE: _given_twice,
    Hindrance.RECORDED: lambda each: f"it is recorded already, as the object {each.about[0]}.",
    Hindrance.HELD: lambda each: f"that object is {labelled(each.about[0])}.\n      {each.about[0]}",
    Hindrance.GONE: lambda _: "there is no such object.",
    Hindrance.NOT_READ: lambda each: each.about[0],
    Hindrance.OWNED: _owned,
    Hindrance.REPLACED: lambda each: (
        f"the next apply would make it anew, because of {' and '.join(each.about)}.\n      {each.urn}"
    ),
}

_BY_ID: Final = frozenset({Hindrance.GONE, Hindrance.NOT_READ})
"""What may be so because the id is not written as it should be."""


def _rows(rows: list[str]) -> str:
    return "\n".join(f"  - {row}" for row in rows)
