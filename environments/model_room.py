"""Whether models have room on the GPUs of their pools: memory, number, and what their teams may take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic_core import PydanticCustomError

from environments.diagnostics import Problem
from environments.gpu_catalogue import PROFILES, Vendor
from environments.gpu_pools import GpuPool
from environments.gpu_shares import counted, most_of, shares_of
from environments.models import Model
from environments.section import refused
from environments.sharing import Mig, NoSharing
from environments.teams import Team

_MIB: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A model on its pool, and where both are written."""

    number: int
    model: Model
    position: int
    pool: GpuPool

    @property
    def because(self) -> tuple[str, ...]:
        """The settings of the pool."""
        return (f"gpu_pools.{self.position}",)

    def refused(self, detail: str, fix: str, *at: str) -> PydanticCustomError:
        """The model has no room, and which of its settings asks for too much."""
        return refused(Problem.NO_ROOM, detail, fix, at=(self.number, *at), because=self.because)


def memory_of_share(pool: GpuPool) -> int:
    """MiB of GPU memory behind what one pod asks for; of time slices its part, which nothing holds it to.

    A slice has what its name says; NVIDIA's MIG guide has a few percent less.
    """
    if isinstance(pool.sharing, Mig):
        return int(pool.sharing.profile.partition(".")[2].removesuffix("gb")) * _MIB
    return pool.hardware.accelerator_memory_mib // shares_of(pool)


def rooms(
    models: Sequence[Model], teams: Sequence[Team], pools: Sequence[GpuPool]
) -> Iterator[PydanticCustomError]:
    """Every reason why a model has no room."""
    places = [
        _Place(number=number, model=model, position=position, pool=pool)
        for number, model in enumerate(models)
        for position, pool in enumerate(pools)
        if model.pool == pool.name
    ]
    for place in places:
        yield from filter(None, (rule(place) for rule in _RULES))
        yield from _too_much_memory(place, pools)
    yield from _in_no_queue(places, teams)
    yield from _all_together(places, teams)


def _several_shares(place: _Place) -> PydanticCustomError | None:
    model, pool = place.model, place.pool
    if model.asks_for == 1 or isinstance(pool.sharing, NoSharing):
        return None
    reason = (
        "slices of GPUs cannot reach each other"
        if isinstance(pool.sharing, Mig)
        else "two turns may be on the same GPU, and are then no faster than one"
    )
    detail = (
        f"A server of `{model.name}` would ask for {model.asks_for} shares of `{pool.name}`; but {reason}."
    )
    return place.refused(detail, "write `gpus: 1`, or choose a pool that is not shared.", "gpus")


def _more_than_a_node_has(place: _Place) -> PydanticCustomError | None:
    model, pool = place.model, place.pool
    if model.asks_for <= pool.hardware.accelerators or not isinstance(pool.sharing, NoSharing):
        return None
    detail = f"A server of `{model.name}` asks for {model.asks_for} GPUs, and a node of `{pool.name}` has "
    detail += f"{pool.hardware.accelerators}."
    fix = f"write `gpus: {pool.hardware.accelerators}`, or choose a pool with larger machines."
    return place.refused(detail, fix, "gpus")


def _some_of_a_machines_chips(place: _Place) -> PydanticCustomError | None:
    model, machine = place.model, place.pool.hardware
    if machine.vendor == "nvidia" or not 1 < model.asks_for < machine.accelerators:
        return None
    detail = (
        f"A server of `{model.name}` asks for {model.asks_for} of the {machine.accelerators} chips of a node "
        f"of `{place.pool.name}`. Chips that work together have to be neighbours, and Kubernetes' scheduler "
        "does not know which are: a server gets one, or all of a node."
    )
    return place.refused(detail, f"write `gpus: 1` or `gpus: {machine.accelerators}`.", "gpus")


def _more_memory_than_the_machine(place: _Place) -> PydanticCustomError | None:
    model, machine = place.model, place.pool.hardware
    if model.server.memory.gib < machine.memory_gib or machine.memory_gib == 0:
        return None
    detail = (
        f"A server of `{model.name}` takes {model.server.memory} of its machine, and one of "
        f"`{place.pool.name}` has {machine.memory_gib}Gi, part of which is the system's."
    )
    fix = f"write less than `memory: {machine.memory_gib}Gi`, or choose a pool with larger machines."
    return place.refused(detail, fix, "server", "memory")


def _more_than_there_are(place: _Place) -> PydanticCustomError | None:
    model, pool = place.model, place.pool
    servers = model.scale.replicas.max + model.candidates
    if servers * model.asks_for <= most_of(pool):
        return None
    tried = f" and {model.candidates} of the candidate" if model.candidates else ""
    detail = (
        f"{model.scale.replicas.max} servers of `{model.name}`{tried} ask for {servers * model.asks_for}, "
        f"and `{pool.name}` never has more than {counted(pool)}."
    )
    fix = "write fewer `replicas`, or raise `nodes` of the pool."
    return place.refused(detail, fix, "scale", "replicas")


_RULES: Final[tuple[Callable[[_Place], PydanticCustomError | None], ...]] = (
    _several_shares,
    _more_than_a_node_has,
    _some_of_a_machines_chips,
    _more_memory_than_the_machine,
    _more_than_there_are,
)


def _too_much_memory(place: _Place, pools: Sequence[GpuPool]) -> Iterator[PydanticCustomError]:
    model, pool = place.model, place.pool
    share = memory_of_share(pool)
    if not share or model.memory is None or _holds(pool, model, model.asks_for):
        return
    gpus = "a GPU" if model.asks_for == 1 else f"{model.asks_for} GPUs"
    detail = (
        f"`{model.name}` needs {model.memory} of GPU memory. Each of its servers gets {gpus} of "
        f"`{pool.name}`, {pool.hardware.accelerator}{_shared(pool)}: {_gib(model.asks_for * share)}."
    )
    yield place.refused(detail, f"{_room_elsewhere(model, pool, pools)}.", "memory")


def _shared(pool: GpuPool) -> str:
    match pool.sharing:
        case Mig(profile=profile):
            return f" cut into `{profile}`"
        case NoSharing():
            return ""
        case turns:
            return f" shared by {turns.replicas} in turn"


def _gib(mib: int) -> str:
    return f"{mib / _MIB:.1f}".removesuffix(".0") + "Gi"


def _holds(pool: GpuPool, model: Model, gpus: int) -> bool:
    return model.memory is not None and model.memory.gib * _MIB <= gpus * memory_of_share(pool)


def _room_elsewhere(model: Model, pool: GpuPool, pools: Sequence[GpuPool]) -> str:
    """More GPUs of the machine, another pool, or the smallest GPU of the catalogue that has the memory."""
    assert model.memory, "a model on GPUs says how much memory it needs"
    enough = next((count for count in _counts(pool) if _holds(pool, model, count)), None)
    if enough:
        return f"write `gpus: {enough}`"
    vendor = pool.hardware.vendor
    alike = (each for each in pools if each.hardware.vendor == vendor)
    other = next((each for each in alike if _holds(each, model, model.asks_for)), None)
    if other:
        return f"write `pool: {other.name}`, whose share of a GPU has {_gib(memory_of_share(other))}"
    return _machine_with_room(model, vendor) if pool.profile else "no pool has the room: it takes larger GPUs"


def _counts(pool: GpuPool) -> Sequence[int]:
    """How many GPUs a server may ask for.

    What is wired in rings and meshes goes to pods one by one, or as a whole: more takes AWS's own scheduler
    (AWS Neuron documentation, "Neuron scheduler extension"), which EKS does not have.
    """
    if not isinstance(pool.sharing, NoSharing):
        return (1,)
    most = pool.hardware.accelerators
    return range(1, most + 1) if pool.hardware.vendor == "nvidia" else (1, most)


def _machine_with_room(model: Model, vendor: Vendor) -> str:
    assert model.memory, "a model on GPUs says how much memory it needs"
    with_room = (
        each
        for each in PROFILES.values()
        if each.vendor == vendor
        and each.ami
        and each.accelerators >= model.asks_for
        and model.asks_for * each.accelerator_memory_mib >= model.memory.gib * _MIB
    )
    machine = min(with_room, key=lambda each: each.accelerator_memory_mib, default=None)
    if machine is None:
        gpus = f"{model.asks_for} of its GPUs"
        return f"no machine has that much on {gpus}: raise `gpus`, or serve a smaller model"
    size = _gib(machine.accelerator_memory_mib)
    return f"no pool has the room: a GPU of `profile: {machine.name}`, not shared, has {size}"


def _in_no_queue(places: Sequence[_Place], teams: Sequence[Team]) -> Iterator[PydanticCustomError]:
    shares = {team.name: team.gpus for team in teams}
    for place in places:
        model, pool = place.model, place.pool
        if model.team in shares and pool.name not in shares[model.team]:
            detail = (
                f"`{model.team}` has no share of `{pool.name}`, so its queue never lets a server of "
                f"`{model.name}` in."
            )
            share = f"gpus: {{{pool.name}: {{guaranteed: {model.asks_for}}}}}"
            fix = f"give the team one, `{share}`, or choose another pool."
            at = (place.number, "pool")
            yield refused(Problem.NO_QUEUE, detail, fix, at=at, because=("teams", *place.because))


def _all_together(places: Sequence[_Place], teams: Sequence[Team]) -> Iterator[PydanticCustomError]:
    """The fewest servers of all models of a team, beside what the team may have."""
    asked: dict[tuple[str, str], int] = defaultdict(int)
    for place in places:
        model, pool = place.model, place.pool
        servers = model.scale.replicas.min + model.candidates
        asked[model.team, pool.name] += servers * model.asks_for
        most = _may_have(model.team, pool, teams)
        if most is not None and (total := asked[model.team, pool.name]) > most:
            detail = (
                f"With `{model.name}` the models of `{model.team}` ask for {total} of `{pool.name}` at the "
                f"least, and the team never has more than {most} of it."
            )
            fix = "write fewer `replicas`, or raise what the team is guaranteed or may borrow."
            others = [f"{each.number}.scale" for each in places]
            because = ("teams", *place.because, *others)
            at = (place.number, "scale")
            yield refused(Problem.NO_ROOM, detail, fix, at=at, because=because)


def _may_have(name: str, pool: GpuPool, teams: Sequence[Team]) -> int | None:
    share = next((team.gpus.get(pool.name) for team in teams if team.name == name), None)
    if share is None:
        return None
    most = most_of(pool)
    return most if share.borrow is None else min(most, share.guaranteed + share.borrow)
