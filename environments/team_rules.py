"""What teams cannot share, and why: rules that cross teams, GPU pools and how things are delivered."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from pydantic_core import PydanticCustomError

from environments.delivery import Delivery
from environments.diagnostics import Problem
from environments.gpu_pools import GpuPool
from environments.gpu_shares import counted, most_of
from environments.section import named_twice, refused
from environments.teams import Team, shares


def teams_of(
    teams: Sequence[Team], pools: Sequence[GpuPool], delivery: Delivery | None
) -> PydanticCustomError | None:
    """Why the teams cannot share the pools, or None."""
    return next(_refusals(teams, pools, delivery), None)


def _refusals(
    teams: Sequence[Team], pools: Sequence[GpuPool], delivery: Delivery | None
) -> Iterator[PydanticCustomError]:
    if delivery is None:
        detail = "Queues and namespaces of teams are objects in clusters, and nothing is delivered into them."
        fix = "write `delivery: direct` or `delivery: gitops`, or remove `teams`."
        yield refused(Problem.CONTRADICTION, detail, fix, because=("delivery",), blame="whole")
    detail = "{} is the name of another team already; its namespace is named after it."
    yield from named_twice([team.name for team in teams], detail)
    yield from _of_no_pool(teams, pools)
    yield from _more_than_there_are(teams, pools)
    yield from _of_nobody(teams, pools)


def _of_no_pool(teams: Sequence[Team], pools: Sequence[GpuPool]) -> Iterator[PydanticCustomError]:
    names = [pool.name for pool in pools]
    for number, team in enumerate(teams):
        for name in team.gpus:
            if name not in names:
                detail, fix = no_such_pool(name, names)
                at = (number, "gpus", name)
                yield refused(Problem.UNKNOWN_NAME, detail, fix, at=at, because=("gpu_pools",), blame="name")


def no_such_pool(name: str, names: Sequence[str]) -> tuple[str, str]:
    """That no pool has this name, and which was probably meant."""
    detail = f"There is no GPU pool `{name}` in `gpu_pools`"
    if not names:
        return f"{detail}, which is empty.", "add the pool to `gpu_pools`, or remove its name here."
    near = difflib.get_close_matches(name, names, n=1)
    return f"{detail}.", f"write `{near[0]}`." if near else f"write one of {', '.join(names)}."


def _more_than_there_are(teams: Sequence[Team], pools: Sequence[GpuPool]) -> Iterator[PydanticCustomError]:
    for number, pool in enumerate(pools):
        of_pool = shares(teams, pool.name)
        sure = sum(share.guaranteed for share in of_pool.values())
        if sure > most_of(pool):
            names = " and ".join(f"`{name}`" for name in of_pool)
            verb = "is" if len(of_pool) == 1 else "are"
            detail = (
                f"{names} {verb} guaranteed more of `{pool.name}` than there ever is: {sure} of "
                f"{counted(pool)}. A guarantee that cannot be kept is none."
            )
            fix = "guarantee less, with `borrow` for what is idle, or raise `nodes` of the pool."
            positions = [index for index, team in enumerate(teams) if pool.name in team.gpus]
            because = (f"gpu_pools.{number}", *(f"{index}.gpus.{pool.name}" for index in positions))
            at = (positions[-1], "gpus", pool.name, "guaranteed")
            yield refused(Problem.LIMITS, detail, fix, at=at, because=because)


def _of_nobody(teams: Sequence[Team], pools: Sequence[GpuPool]) -> Iterator[PydanticCustomError]:
    for number, pool in enumerate(pools):
        if not shares(teams, pool.name):
            detail = (
                f"No team has a share of `{pool.name}`: with teams, pods with GPUs wait in the queue of "
                "their team, and no queue has this pool."
            )
            fix = f"give a team a share, `gpus: {{{pool.name}: {{guaranteed: 0}}}}`, or remove the pool."
            because = (f"gpu_pools.{number}", *(f"{index}.gpus" for index in range(len(teams))))
            yield refused(Problem.NO_QUEUE, detail, fix, because=because, blame="whole")
