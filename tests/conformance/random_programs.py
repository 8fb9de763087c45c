"""Programs that nobody thought of: a few resources that change at random from phase to phase.

A name `random_<number>` stands for one of them, the same each time. Nothing is refused in them: how far an
engine gets then is chance.
"""

import random
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pulumi

from tests.conformance.lab import Box, Group
from tests.conformance.phases import Phase, destroy, preview, refresh, up

NAMES = "abcdef"
INSIDE = "be"
"""Those in the component."""

LENGTH = 5
"""Phases of a program."""


@dataclass(frozen=True)
class Wish:
    """What a program asks for under one name."""

    value: int = 0
    zone: str = "1"
    rack: str = "1"
    needs: str = ""
    """The earlier one whose arn it takes as an input."""

    needs_to_be: bool = False
    """Whether that input is one that needs another object."""

    after: str = ""
    """The earlier one it depends on by option alone."""

    protect: bool = False
    delete_first: bool = False
    replaced_by_value: bool = False
    ignores_value: bool = False


def module(name: str):
    """The program, with what a module of `programs/` has."""
    chance = random.Random(name)
    wishes = {each: _changed(chance, Wish(), each, NAMES) for each in NAMES if chance.random() < 0.7}
    phases = [up(_program(wishes))]
    for _ in range(LENGTH - 1):
        wishes = _next(chance, wishes)
        phases.append(_phase(chance, wishes))
    return SimpleNamespace(__doc__="At random.", PHASES=phases)


def _phase(chance, wishes) -> Phase:
    """What is done next."""
    program = _program(wishes)
    choices = [
        (10, lambda: up(program)),
        (2, lambda: preview(program)),
        (2, lambda: up(program, refresh=True, outside=_somebody_deletes(chance.choice(NAMES)))),
        (1, lambda: refresh(outside=_somebody_changes(chance.choice(NAMES)))),
        (1, lambda: destroy()),
    ]
    return chance.choices([make for _, make in choices], [weight for weight, _ in choices])[0]()


def _next(chance, wishes):
    """The wishes of the next program: some gone, some new, some otherwise."""
    kept = {name: wish for name, wish in wishes.items() if chance.random() < 0.85}
    fresh = {name: Wish() for name in NAMES if name not in wishes and chance.random() < 0.3}
    mixed = {**kept, **fresh}
    return {name: _changed(chance, mixed[name], name, mixed) for name in sorted(mixed)}


def _changed(chance, wish, name, names):
    """A wish with some of it otherwise; it refers only to what is declared before it and still there."""
    before = [each for each in names if each < name]
    other = chance.choice([*before, ""])
    changes = {
        "value": chance.randrange(3),
        "zone": chance.choice("12"),
        "rack": chance.choice("12"),
        "needs": other,
        "needs_to_be": chance.random() < 0.3,
        "after": chance.choice([*before, ""]),
        "protect": chance.random() < 0.1,
        "delete_first": chance.random() < 0.3,
        "replaced_by_value": chance.random() < 0.2,
        "ignores_value": chance.random() < 0.2,
    }
    picked = {key: value for key, value in changes.items() if chance.random() < 0.3}
    changed = replace(wish, **picked)
    there = {key: "" for key in ("needs", "after") if getattr(changed, key) not in before}
    return replace(changed, **there)


def _program(wishes):
    def made():
        boxes = {}
        group = Group("group")
        for name, wish in sorted(wishes.items()):
            boxes[name] = Box(
                name, opts=_options(wish, boxes, group if name in INSIDE else None), **_inputs(wish, boxes)
            )
        pulumi.export("arns", [box.arn for box in boxes.values()])

    return made


def _inputs(wish, boxes):
    inputs = {"value": wish.value, "zone": wish.zone, "rack": wish.rack}
    if wish.needs:
        arn = boxes[wish.needs].arn
        return inputs | ({"zone": arn} if wish.needs_to_be else {"note": arn})
    return inputs


def _options(wish, boxes, group):
    return pulumi.ResourceOptions(
        parent=group,
        depends_on=[boxes[wish.after]] if wish.after else None,
        protect=wish.protect or None,
        delete_before_replace=wish.delete_first or None,
        replace_on_changes=["value"] if wish.replaced_by_value else None,
        ignore_changes=["value"] if wish.ignores_value else None,
    )


def _somebody_deletes(name):
    def somebody_deletes(cloud):
        for id in cloud.names():
            if id.startswith(f"{name}-"):
                cloud.remove(id)

    return somebody_deletes


def _somebody_changes(name):
    def somebody_changes(cloud):
        for id in cloud.names():
            if id.startswith(f"{name}-"):
                cloud.change(id, {**cloud.find(id)["inputs"], "value": 9})

    return somebody_changes
