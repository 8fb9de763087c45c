"""What models cannot be, and why: rules that cross models, teams, GPU pools and the network."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from environments.cluster import Cluster, EksCluster
from environments.connectivity import AirGap, Connectivity
from environments.delivery import Delivery
from environments.diagnostics import Problem
from environments.encryption import Encryption
from environments.gpu_pools import GpuPool
from environments.model_room import rooms
from environments.model_seals import Version, versions_of
from environments.model_sources import Source
from environments.model_store import ModelStore
from environments.models import KnownRuntime, Model
from environments.section import named_twice, refused
from environments.team_rules import no_such_pool
from environments.teams import Team

if TYPE_CHECKING:  # few environments have a Vault
    from environments.vault_keys import TransitKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What models are in: the rest of the environment, as far as it is right."""

    delivery: Delivery | None
    cluster: Cluster | None
    connectivity: Connectivity | None
    teams: Sequence[Team]
    pools: Sequence[GpuPool]
    regions: Sequence[str]
    store: ModelStore | None
    encryption: Encryption | None

    @property
    def transit(self) -> Sequence[TransitKey]:
        """The keys that Vault has."""
        return self.encryption.vault.transit if self.encryption and self.encryption.vault else ()


def models_of(models: Sequence[Model], around: Around) -> PydanticCustomError | None:
    """Why the models cannot be in such an environment, or None."""
    return next(_refusals(models, around), None)


def _refusals(models: Sequence[Model], around: Around) -> Iterator[PydanticCustomError]:
    if around.delivery is None:
        detail = "Model servers are objects in clusters, and nothing is delivered into them."
        fix = "write `delivery: direct` or `delivery: gitops`, or remove `models`."
        yield refused(Problem.CONTRADICTION, detail, fix, because=("delivery",), blame="whole")
    detail = "{} is the name of another model already; its address is made of it."
    yield from named_twice([model.name for model in models], detail)
    yield from _of_no_team(models, around.teams)
    yield from _of_no_pool(models, around.pools)
    pools = {pool.name: (number, pool) for number, pool in enumerate(around.pools)}
    for number, model in enumerate(models):
        yield from _sources(number, model, around)
        if model.pool in pools:
            yield from _elsewhere(number, model, pools[model.pool], around.regions)
            yield from _of_another_vendor(number, model, pools[model.pool])
    yield from rooms(models, around.teams, around.pools)


def _of_no_team(models: Sequence[Model], teams: Sequence[Team]) -> Iterator[PydanticCustomError]:
    names = [team.name for team in teams]
    for number, model in enumerate(models):
        if model.team in names:
            continue
        near = difflib.get_close_matches(model.team, names, n=1)
        detail = f"There is no team `{model.team}` in `teams`" + ("." if names else ", which is empty.")
        fix = f"write one of {', '.join(names)}." if names else f"add `teams: [{{name: {model.team}}}]`."
        fix = f"write `{near[0]}`." if near else fix
        yield refused(Problem.UNKNOWN_NAME, detail, fix, at=(number, "team"), because=("teams",))


def _of_no_pool(models: Sequence[Model], pools: Sequence[GpuPool]) -> Iterator[PydanticCustomError]:
    names = [pool.name for pool in pools]
    for number, model in enumerate(models):
        if model.pool and model.pool not in names:
            detail, fix = no_such_pool(model.pool, names)
            yield refused(Problem.UNKNOWN_NAME, detail, fix, at=(number, "pool"), because=("gpu_pools",))


def _sources(number: int, model: Model, around: Around) -> Iterator[PydanticCustomError]:
    """What is wrong with where the artifacts lie, of the stable version and of the one that is tried."""
    for version in _versions(number, model):
        yield from _unreachable(version.source, version.at, around)
        if around.store:
            yield from versions_of(version, around.store, around.transit)


def _versions(number: int, model: Model) -> Iterator[Version]:
    tried = model.traffic.candidate
    yield Version(model=model.name, number=model.traffic.stable, source=model.source, at=(number, "source"))
    if tried:
        at = (number, "traffic", "candidate", "source")
        yield Version(model=model.name, number=tried.version, source=tried.source, at=at)


def _unreachable(source: Source, at: tuple[str | int, ...], around: Around) -> Iterator[PydanticCustomError]:
    if isinstance(around.connectivity, AirGap) and source.scheme == "hf":
        detail = "Hugging Face is on the internet, which an air gap does not reach."
        fix = f"bring the model into the mirror as an image: `oci://{around.connectivity.mirror}/…`."
        because = ("connectivity.kind",)
        yield refused(Problem.AIR_GAP, detail, fix, at=(*at, "uri"), because=because)
    elif isinstance(around.connectivity, AirGap) and source.scheme in ("store", "s3") and not source.endpoint:
        detail = (
            "S3 has public addresses, also where an endpoint leads to it: no network policy can let a server "
            "speak to it and to nothing outside."
        )
        image = f"oci://{around.connectivity.mirror}/…"
        fix = f"bring the model as an image, `{image}`, or name an `endpoint` inside."
        yield refused(Problem.AIR_GAP, detail, fix, at=(*at, "uri"), because=("connectivity.kind",))
    if source.scheme == "store" and not isinstance(around.cluster, EksCluster):
        detail = (
            "The environment's own store is a bucket on AWS, which only clusters on EKS have a way in to."
        )
        fix = "write `s3://…` with `endpoint` and `secret`, or `oci://…`."
        yield refused(Problem.CONTRADICTION, detail, fix, at=(*at, "uri"), because=("cluster",))
    if source.scheme == "s3" and not source.secret:
        detail = f"Servers have a role for the environment's own store, and none for `{source.uri}`."
        fix = "name the Secret with the access, `secret: …`, or copy the model and write `store://…`."
        because = (".".join(map(str, (*at, "uri"))),)
        yield refused(Problem.MISSING, detail, fix, at=at, because=because)


def _elsewhere(
    number: int, model: Model, where: tuple[int, GpuPool], regions: Sequence[str]
) -> Iterator[PydanticCustomError]:
    position, pool = where
    missing = [region for region in regions if region not in (pool.regions or regions)]
    if missing:
        detail = (
            f"Models are served in every region, and `{pool.name}` is not in {' and '.join(missing)}: there "
            f"`{model.name}` would wait for ever."
        )
        fix = "choose a pool that all regions have, or take `regions` from this one."
        because = ("replicas", f"gpu_pools.{position}.regions")
        yield refused(Problem.CONTRADICTION, detail, fix, at=(number, "pool"), because=because)


def _of_another_vendor(
    number: int, model: Model, where: tuple[int, GpuPool]
) -> Iterator[PydanticCustomError]:
    position, pool = where
    if pool.hardware.vendor != "nvidia" and isinstance(model.runtime, KnownRuntime):
        detail = (
            f"The image of `{model.runtime.kind}` is made for NVIDIA's GPUs, and `{pool.name}` has "
            f"{pool.hardware.accelerator}."
        )
        fix = "choose a pool of NVIDIA's GPUs, or write `runtime: {kind: custom, image: …}`."
        because = (f"gpu_pools.{position}", f"{number}.runtime")
        yield refused(Problem.MACHINE_CANNOT, detail, fix, at=(number, "pool"), because=because)
