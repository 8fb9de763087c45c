"""Plan files on the command line: written by `plan`, read by `apply` and `show`."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal, cast

import click

from provisioner.asked import Asked
from provisioner.binding import bound
from provisioner.cli.writing import OWNER_ONLY, write_over
from provisioner.engine.plan_failures import PlanFileDamaged, PlanFileNewer, PlanMoved
from provisioner.plan import moves
from provisioner.plan.saved import NewerPlan, NotAPlan, SavedPlan, SavedStack, is_plan_file, read, written
from provisioner.wiring import Workspace, loaded

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_HEAD_BYTES: Final = 64
_LONGEST: Final = timedelta(days=366)


class Lifetime(click.ParamType[timedelta]):
    """How long a plan holds: `30m`, `24h`, `7d`."""

    name = "TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The time; fails with what would be right."""
        if isinstance(value, timedelta):
            return value
        match = re.fullmatch(r"([1-9]\d{0,4})([mhd])", str(value))
        length = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None
        if length is None or length > _LONGEST:
            self.fail(f"{value!r} is no time: write `30m`, `24h` or `7d`, a year at most.", param, ctx)
        return length


def plan_in(name: str) -> SavedPlan | None:
    """The plan in the file of this name; None if it is no plan file. Raises what reading one raises."""
    file = Path(name)
    try:
        with file.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
            if not is_plan_file(head):
                return None
            data = head + stream.read()
    except OSError:
        return None  # then it is the name of an environment, and that says what is wrong with it
    try:
        return read(data)
    except NotAPlan as wrong:
        raise PlanFileDamaged(name, str(wrong)) from wrong
    except NewerPlan as newer:
        raise PlanFileNewer(name, str(newer)) from newer


def write_plan(
    file: Path, asked: Asked, workspace: Workspace, stacks: tuple[SavedStack, ...], life: timedelta
) -> SavedPlan:
    """Write the plan; what was written. An older plan in its place is overwritten.

    Raises `FileExists` if there is another file, and `FileNotWritten`.
    """
    assert workspace.files is not None, "a plan is made of a file"
    now = datetime.now(UTC).replace(microsecond=0)
    saved = SavedPlan(
        asked=_portable(asked.name),
        cloud=asked.cloud or "",
        bound=bound(workspace.files, workspace.providers),
        made=now,
        expires=now + life,
        stacks=stacks,
        notices=workspace.notices,
    )
    write_over(file, written(saved), is_plan_file, OWNER_ONLY)
    return saved


def asked_in(saved: SavedPlan) -> Asked:
    """The environment that a plan is of, wherever its file lies on this machine."""
    cloud = cast("Literal['local'] | None", saved.cloud or None)
    path = Path(saved.asked)
    is_lost = path.name != saved.asked and not path.is_file()
    return Asked(saved.bound.environment if is_lost else saved.asked, cloud)


def must_still_hold(saved: SavedPlan) -> None:
    """Raises `PlanMoved` with everything that has moved, as far as it shows without state and cloud."""
    now = bound(loaded(asked_in(saved)), saved.bound.providers)
    if found := moves.since(saved, now, datetime.now(UTC)):
        raise PlanMoved(saved.asked, found)


def must_have_providers(saved: SavedPlan, workspace: Workspace) -> None:
    """Raises `PlanMoved` if others than the planned versions would act."""
    if workspace.files is not None:
        now = bound(workspace.files, workspace.providers)
        if found := moves.since(saved, now, saved.made):
            raise PlanMoved(saved.asked, found)


def _portable(name: str) -> str:
    """A path from the working folder, if the file is below it: another clone has it at the same place."""
    if not Path(name).is_absolute():
        return name
    relative = os.path.relpath(name)
    return name if relative.startswith("..") else relative
