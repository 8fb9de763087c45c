"""Finds what a plan deletes under one name and creates under another.  Pure.

What is found is a guess. It is offered only if a plan on the renamed records (`confirmed`) leaves objects
alone that would have gone.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from provisioner.plan.diff import MISSING, changes
from provisioner.plan.model import Mode, Op, Renamed, StackPlan, Step
from provisioner.plan.values import has_unknown, mapped, revealed

_AUTONAMED: Final = re.compile(r"-[0-9a-f]{7}(?![0-9A-Za-z])")
"""What Pulumi appends to a logical name to make a physical one."""

_MOST: Final = 20
"""Of a type below one parent: where more come and go, it is another program, and each pair takes its time."""

_BETWEEN_WORDS: Final = re.compile(r"([^0-9A-Za-z]+)")


def followed(name: str, old: str, new: str) -> str:
    """The name of a child whose parent is called `new` and no longer `old`; the same if it does not follow.

    A name that begins with the parent's follows, as it does with aliases (Pulumi's SDK, in
    `inherited_child_alias`), where a word ends there: `pool-nodes` follows `pool`, and `pools` does not.
    """
    rest = name.removeprefix(old)
    return new + rest if name.startswith(old) and not rest[:1].isalnum() else name


def candidates(plan: StackPlan) -> tuple[Renamed, ...]:
    """What may only have got another name, or another parent: each pair of the same type.

    Below the same parent, a resource must have the same inputs but for what follows from its name; of a
    component all that is below it must have its counterpart. What could be one of several that differ equally
    little is not guessed.
    """
    if plan.mode is not Mode.UPDATE:
        return ()
    gone, made = _Side(plan.steps, Op.DELETE), _Side(plan.steps, Op.CREATE)
    in_place = [
        pairing
        for kind, olds in gone.tops.items()
        for pairing in _nearest(olds, made.tops.get(kind, ()), gone, made)
    ]
    known = {step.urn for pairing in in_place for pair in pairing.pairs for step in pair}
    return tuple(_renamed(each, gone) for each in (*in_place, *_elsewhere(gone, made, known)))


def as_names(found: Iterable[Renamed]) -> Mapping[str, str]:
    """The new URN of each resource, by the one it is recorded under."""
    return {old: new for each in found for old, new in each.pairs}


def confirmed(found: Iterable[Renamed], plan: StackPlan, trial: StackPlan) -> tuple[Renamed, ...]:
    """Those that save an object. `trial` is the plan that would come out if they had their new names."""
    if _removals(trial) >= _removals(plan):
        return ()
    ops = {step.urn: step.op for step in trial.steps}
    custom = {step.urn for step in plan.steps if step.custom}
    judged: list[Renamed] = []
    for each in found:
        objects = [(old, ops.get(new, Op.CREATE)) for old, new in each.pairs if old in custom]
        kept = tuple(old for old, op in objects if op in (Op.SAME, Op.UPDATE))
        removed = tuple(old for old, op in objects if op not in (Op.SAME, Op.UPDATE))
        updates = sum(op is Op.UPDATE for _, op in objects)
        judged.append(replace(each, kept=kept, removed=removed, updates=updates))
    return tuple(each for each in judged if each.kept)


class _Side:
    """The steps of one kind, and what is below each."""

    def __init__(self, steps: Sequence[Step], op: Op) -> None:
        self.steps = {step.urn: step for step in steps if step.op is op}
        self.tops: dict[tuple[str, str], list[Step]] = {}
        """What is below nothing of the same kind, by parent and type."""

        self._below: dict[str, list[Step]] = {}
        for step in self.steps.values():
            self._below.setdefault(step.parent, []).append(step)
            if step.parent not in self.steps:
                self.tops.setdefault((step.parent, step.type), []).append(step)

    def below(self, step: Step) -> Sequence[Step]:
        return self._below.get(step.urn, ())


@dataclass(frozen=True, slots=True)
class _Pairing:
    """Two resources with all that is below them, the outermost first."""

    pairs: tuple[tuple[Step, Step], ...]
    distance: int
    """How many leaves of the inputs differ in more than the names."""


def _elsewhere(gone: _Side, made: _Side, known: Container[str]) -> Iterator[_Pairing]:
    """Resources that keep their name, and are below another parent that is there already."""
    there = {
        (step.type, step.name): step
        for step in made.steps.values()
        if step.custom and step.urn not in known and step.parent not in made.steps
    }
    for old in gone.steps.values():
        new = there.get((old.type, old.name))
        if old.custom and old.urn not in known and new is not None:
            yield from _nearest([old], [new], gone, made)


def _nearest(olds: Sequence[Step], news: Sequence[Step], gone: _Side, made: _Side) -> Iterator[_Pairing]:
    """The pairs of which each one is nearer to the other than to any other."""
    if max(len(olds), len(news)) > _MOST:
        return
    found = {
        (old.urn, new.urn): pairing
        for old in olds
        for new in news
        if (pairing := _pairing(old, new, gone, made)) is not None
    }
    for (old, new), pairing in found.items():
        rivals = (each for key, each in found.items() if key != (old, new) and {*key} & {old, new})
        if all(pairing.distance < each.distance for each in rivals):
            yield pairing


def _pairing(old: Step, new: Step, gone: _Side, made: _Side) -> _Pairing | None:
    pairs = _matched(old, new, gone, made)
    if pairs is None:
        return None
    words = _Words(old.name, new.name)
    distance = sum(_distance(before, after, words) for before, after in pairs)
    return None if old.custom and distance else _Pairing(pairs, distance)


def _matched(old: Step, new: Step, gone: _Side, made: _Side) -> tuple[tuple[Step, Step], ...] | None:
    """Each step below with its counterpart, one to one; None if one has none."""
    below = _counterparts(gone.below(old), made.below(new), old.name, new.name)
    if below is None:
        return None
    pairs = [(old, new)]
    for before, after in below:
        deeper = _matched(before, after, gone, made)
        if deeper is None:
            return None
        pairs += deeper
    return tuple(pairs)


def _counterparts(
    olds: Sequence[Step], news: Sequence[Step], old: str, new: str
) -> Sequence[tuple[Step, Step]] | None:
    """By the names that follow, and else if there is only one of a type left."""
    left = {(step.type, step.name): step for step in news}
    pairs: list[tuple[Step, Step]] = []
    alone: list[Step] = []
    for step in olds:
        found = left.pop((step.type, followed(step.name, old, new)), None)
        if found is None:
            alone.append(step)
        else:
            pairs.append((step, found))
    rest = {step.type: step for step in left.values()}
    if sorted(rest) != sorted(step.type for step in alone) or len(rest) < len(left):
        return None
    return [*pairs, *((step, rest[step.type]) for step in alone)]


class _Words:
    """What stands for the name in texts: the name itself, and the words of it that differ."""

    def __init__(self, old: str, new: str) -> None:
        olds, news = _BETWEEN_WORDS.split(old), _BETWEEN_WORDS.split(new)
        while olds and news and olds[0] == news[0]:
            del olds[0], news[0]
        while olds and news and olds[-1] == news[-1]:
            del olds[-1], news[-1]
        self._old = [word for word in (old, "".join(olds)) if word]
        self._new = [word for word in (new, "".join(news)) if word]

    def of_old(self, value: Any) -> Any:
        return _without(value, self._old)

    def of_new(self, value: Any) -> Any:
        return _without(value, self._new)


def _without(value: Any, words: Sequence[str]) -> Any:
    """The value with a mark in the place of each of the words, and of what Pulumi appends to names."""

    def leaf(item: Any) -> Any:
        if not isinstance(item, str):
            return item
        text = _AUTONAMED.sub("", item)
        for number, word in enumerate(words):
            text = re.sub(rf"(?<![0-9A-Za-z]){re.escape(word)}(?![0-9A-Za-z])", f"\0{number}", text)
        return text

    return mapped(value, leaf)


def _distance(old: Step, new: Step, words: _Words) -> int:
    if not old.custom:
        return 0  # its inputs only say where in the file it comes from
    before, after = words.of_old(revealed(dict(old.old))), words.of_new(revealed(dict(new.new)))
    return sum(not _may_be(change.new) for change in changes(before, after))


def _may_be(value: Any) -> bool:
    """Whether a value of the future may still turn out to be the old one."""
    return value is not MISSING and has_unknown(value)


def _renamed(pairing: _Pairing, gone: _Side) -> Renamed:
    old, new = pairing.pairs[0]
    return Renamed(
        old=old.urn,
        new=new.urn,
        pairs=tuple((before.urn, after.urn) for before, after in pairing.pairs),
        names=tuple(_typed(pairing, gone)),
        parent=new.parent if new.parent != old.parent else "",
    )


def _typed(pairing: _Pairing, gone: _Side) -> Iterator[tuple[str, str]]:
    """(URN, new name) of the resource itself, and of what is below it and does not follow by its name."""
    known: dict[str, str] = {}

    def follow(step: Step, name: str) -> None:
        known[step.urn] = name
        for child in gone.below(step):
            follows = followed(child.name, step.name, name)
            if follows != child.name:
                follow(child, follows)

    for before, after in pairing.pairs:
        if known.get(before.urn, before.name) != after.name:
            yield before.urn, after.name
            follow(before, after.name)


def _removals(plan: StackPlan) -> int:
    return sum(step.custom and step.op.removes_something for step in plan.steps)
