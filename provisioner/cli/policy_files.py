"""What is wrong with the files that an environment names: rules of its own, waivers, a baseline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from environments.diagnostics import Diagnostic, Place, Problem
from environments.load import Loaded
from environments.source import Path as Setting
from policies.entries import Wrong
from policies.model import Rule
from policies.own import RulesNotLoaded, loaded
from policies.packs import applying
from provisioner.judging import facts
from provisioner.policing import Exceptions, today

_RULES: Final = ("policies", "rules")
_BASELINE: Final = ("policies", "baseline")
_WAIVERS: Final = ("governance", "waivers")


def problems(found: Loaded) -> list[Diagnostic]:
    """Everything that is wrong with them, by place. Rules are loaded, as for every plan; none judges."""
    own, broken = _own(found)
    return [*broken, *_not_exceptions(found, own)]


def _own(found: Loaded) -> tuple[Sequence[Rule] | None, Sequence[Diagnostic]]:
    """Each file or folder of rules by itself, so that none hides another; then what they are together."""
    paths = [_beside(found, each) for each in found.environment.policies.rules]
    broken: list[Diagnostic] = []
    for number, path in enumerate(paths):
        try:
            loaded([path])
        except RulesNotLoaded as failed:
            broken.append(_broken(found, failed, (*_RULES, number)))
    if broken:
        return None, broken
    try:
        return loaded(paths), ()
    except RulesNotLoaded as failed:
        return None, [_broken(found, failed, _RULES)]


def _broken(found: Loaded, broken: RulesNotLoaded, setting: Setting) -> Diagnostic:
    fix = "correct the file, or take it out of `policies.rules`."
    detail = f"`{broken.file}`: {broken.reason}."
    return Diagnostic(Problem.RULES, detail, fix, found.source.place(setting))


def _not_exceptions(found: Loaded, own: Sequence[Rule] | None) -> Iterator[Diagnostic]:
    """`own` are the rules that the environment brings; None: they cannot be loaded."""
    known = facts(found.environment, today())
    for wrong in Exceptions.of(found, (*applying(known), *(own or ())), known).problems:
        if own is not None or wrong.field != "rule":  # it may be one of those
            yield _not_one(found, wrong)


def _not_one(found: Loaded, wrong: Wrong) -> Diagnostic:
    place = _line(wrong.place)
    about = f"`{wrong.about}`: " if place is None or wrong.about not in wrong.place else ""
    place = place or found.source.place(_setting(found, wrong))
    return Diagnostic(Problem.EXCEPTIONS, f"{about}{wrong.message}", "mend it there, or take it out.", place)


def _setting(found: Loaded, wrong: Wrong) -> Setting:
    """Where a file is named that has no lines to point at."""
    named = found.environment.governance.waivers
    where = (number for number, each in enumerate(named) if str(_beside(found, each)) == wrong.place)
    number = next(where, None)
    return _BASELINE if number is None else (*_WAIVERS, number)


def _line(place: str) -> Place | None:
    """The line of a file, `file:line`."""
    file, _, number = place.rpartition(":")
    if not file or not number.isdecimal():
        return None
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    text = lines[int(number) - 1] if int(number) <= len(lines) else ""
    column = len(text) - len(text.lstrip()) + 1
    return Place(file, int(number), column, len(text.strip()) or 1, text)


def _beside(found: Loaded, named: str) -> Path:
    return found.files[0].parent / named
