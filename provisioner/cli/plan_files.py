"""Plan files on the command line: written by `plan`, read by `apply` and `show`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, cast

import click
from click.core import ParameterSource

from environments.diagnostics import InvalidEnvironment
from environments.load import PACKAGED, find, load
from provisioner.asked import Asked
from provisioner.binding import bound
from provisioner.cli.explaining import typed_again
from provisioner.cli.writing import OWNER_ONLY, write_over
from provisioner.engine.failures import Failure, WrongAccount
from provisioner.engine.plan_failures import PlanFileDamaged, PlanFileNewer, PlanMoved
from provisioner.plan import moves
from provisioner.plan.moves import Move, Moved
from provisioner.plan.saved import NewerPlan, NotAPlan, SavedPlan, SavedStack, is_plan_file, read, written
from provisioner.wiring import Workspace, loaded, planning, recorded
from provisioner.workflow import moved_states

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


def expires_with_out(file: Path | None) -> None:
    """Refuses `--expires` for a plan that is not kept."""
    said = click.get_current_context().get_parameter_source("expires")
    if file is None and said is ParameterSource.COMMANDLINE:
        raise click.UsageError("--expires goes with --out: only a plan that is kept expires.")


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
    file: Path,
    asked: Asked,
    workspace: Workspace,
    stacks: tuple[SavedStack, ...],
    life: timedelta,
    policy: Mapping[str, Any] | None = None,
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
        command=typed_again(),
        policy=policy,
        puts_back=workspace.puts_back,
    )
    write_over(file, written(saved), is_plan_file, OWNER_ONLY)
    return saved


def asked_in(saved: SavedPlan) -> Asked:
    """The environment that a plan is of, wherever its file lies on this machine."""
    cloud = cast("Literal['local'] | None", saved.cloud or None)
    path = Path(saved.asked)
    is_lost = path.name != saved.asked and not path.is_file()
    engine = "pulumi" if saved.is_pulumis else None
    return Asked(saved.bound.environment if is_lost else saved.asked, cloud, engine)


def must_still_hold(saved: SavedPlan) -> None:
    """Raises `PlanMoved` with everything that has moved, if any of it shows without state and cloud."""
    now = datetime.now(UTC)
    if not _is_here(saved):
        absent = Move(Moved.ABSENT, next(iter(saved.bound.files)))
        raise PlanMoved(saved.called, (*moves.since(saved, saved.bound, now), absent), saved.command)
    if found := moves.since(saved, bound(loaded(asked_in(saved)), saved.bound.providers), now):
        raise moved(saved, found)


def must_have_providers(saved: SavedPlan, workspace: Workspace) -> None:
    """Raises `PlanMoved` if others than the planned versions would act."""
    if workspace.files is not None:
        now = bound(workspace.files, workspace.providers)
        if found := moves.since(saved, now, saved.made):
            raise moved(saved, found)


def moved(saved: SavedPlan, found: tuple[Move, ...]) -> PlanMoved:
    """The failure for what has moved, with what account and states have to say besides. Starts nothing."""
    kinds = {move.what for move in found}
    if Moved.CLOUD not in kinds and not any(
        move.what is Moved.ENVIRONMENT and not move.name for move in found
    ):  # else both are somebody else's
        if Moved.ACCOUNT not in kinds:
            found += _of_account(saved)
        with suppress(Failure):  # what cannot be read is told by the next plan
            workspace = recorded(asked_in(saved))
            found += moved_states(workspace.engine, workspace.schedule(saved.mode), saved)
    return PlanMoved(saved.called, found, saved.command)


def account_moved(saved: SavedPlan, wrong: WrongAccount) -> Move:
    """That the credentials are not of the account that it was planned for."""
    return Move(Moved.ACCOUNT, planned=saved.bound.account, now=wrong.actual)


def _of_account(saved: SavedPlan) -> tuple[Move, ...]:
    try:
        with planning(asked_in(saved)):
            return ()
    except WrongAccount as wrong:
        return (account_moved(saved, wrong),)
    except Failure:
        return ()  # whoever plans again is told


def _is_here(saved: SavedPlan) -> bool:
    """Whether its environment file is found, and not only one of the same name that comes with us."""
    try:
        file = find(asked_in(saved).name)
    except InvalidEnvironment:
        return False
    if file.parent != PACKAGED:
        return True
    digest = next(iter(saved.bound.files.values()))
    return digest in bound(load(file), {}).files.values()


def _portable(name: str) -> str:
    """A path from the working folder, if the file is below it: another clone has it at the same place."""
    if not Path(name).is_absolute():
        return name
    relative = os.path.relpath(name)
    return name if relative.startswith("..") else relative
