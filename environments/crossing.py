"""Rules that cross sections: what one setting of an environment makes impossible in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network
from typing import Any, Final

from pydantic_core import PydanticCustomError

from environments.cluster import Cluster, EksCluster, ExistingCluster, PublicEndpoint
from environments.connectivity import AirGap, Connectivity
from environments.data_services import DataService
from environments.delivery import Delivery, Direct
from environments.diagnostics import Problem
from environments.gpu_claims import cannot_be_claimed
from environments.gpu_pools import GpuPool
from environments.kubernetes_calendar import DEFAULT_VERSION, VERSIONS
from environments.network import REGION_PREFIX, ExistingNetwork, Network, OwnNetwork
from environments.regions import too_many_zones, zone_count
from environments.registry import Registry
from environments.replicas import Replica
from environments.section import named_twice, refused

EKS_FIX: Final = f'write `cluster: {{kind: eks, version: "{DEFAULT_VERSION}"}}`'


def network_of(network: Network, region: str | None, connectivity: Connectivity | None) -> Network:
    """The network as it will be in that region; without a way out where there is an air gap."""
    if not isinstance(network, OwnNetwork):
        return network
    if region and network.zones > zone_count(region):
        raise too_many_zones(region, network.zones)
    if isinstance(connectivity, AirGap):
        return _closed(network)
    if connectivity and network.nat == "none":
        detail = "A connected network reaches the internet through NAT, and there would be none."
        fix = "remove `nat`, or write `connectivity: {kind: airgap, mirror: …}`."
        raise refused(Problem.CONTRADICTION, detail, fix, at=("nat",), because=("connectivity.kind",))
    return network


def _closed(network: OwnNetwork) -> OwnNetwork:
    if "nat" in network.model_fields_set and network.nat != "none":
        detail = f"`nat: {network.nat}` is a way to the internet; an air gap has none, and no public subnets."
        raise refused(Problem.AIR_GAP, detail, "remove `nat`.", at=("nat",), because=("connectivity.kind",))
    return network.model_copy(update={"nat": "none"})


def replicas_of(
    replicas: Sequence[Replica], region: str | None, network: Network | None
) -> PydanticCustomError | None:
    """Why the replicas cannot stand beside the primary region, or None."""
    if region is None:
        return None
    if no := _listed_twice(replicas, region):
        return no
    return _without_a_network(replicas, region, network) if network else None


def _listed_twice(replicas: Sequence[Replica], primary: str) -> PydanticCustomError | None:
    seen = {primary: "region"}
    for number, replica in enumerate(replicas):
        if first := seen.get(replica.region):
            what = "the primary region" if first == "region" else "listed"
            detail = f"`{replica.region}` is {what} already; every region is there once."
            fix = "remove it, or write another region."
            return refused(Problem.LISTED_TWICE, detail, fix, at=(number, "region"), because=(first,))
        seen[replica.region] = f"replicas.{number}"
    return None


def _without_a_network(
    replicas: Sequence[Replica], primary: str, network: Network
) -> PydanticCustomError | None:
    if isinstance(network, ExistingNetwork):
        detail = f"The existing VPC is in `{primary}` alone, and every region needs a network."
        fix = "write `network: {cidr: …}` instead of `vpc`, or remove `replicas`."
        return refused(Problem.CONTRADICTION, detail, fix) if replicas else None
    return _too_few_zones(replicas, network) or _without_addresses(replicas, primary, network)


def _too_few_zones(replicas: Sequence[Replica], network: OwnNetwork) -> PydanticCustomError | None:
    for number, replica in enumerate(replicas):
        if network.zones > (most := zone_count(replica.region)):
            detail = (
                f"`{replica.region}` has {most} zones; `network.zones` is {network.zones} in every region."
            )
            fix = f"write `network: {{zones: {most}}}`, or choose a region with more."
            because = ("network.zones",)
            return refused(Problem.ZONES, detail, fix, at=(number, "region"), because=because)
    return None


def _without_addresses(
    replicas: Sequence[Replica], primary: str, network: OwnNetwork
) -> PydanticCustomError | None:
    taken = [(primary, "region", network.region_block(0))]
    for number, replica in enumerate(replicas):
        block = replica.cidr or _by_position(network, number + 1)
        if block is None:
            return _no_room(network, number, replica)
        for other, setting, others in taken:
            if others.overlaps(block):
                return _overlap(number, replica, block, (other, setting))
        taken.append((replica.region, f"replicas.{number}", block))
    return None


def _by_position(network: OwnNetwork, position: int) -> IPv4Network | None:
    try:
        return network.region_block(position)
    except IndexError:
        return None


def _no_room(network: OwnNetwork, number: int, replica: Replica) -> PydanticCustomError:
    detail = (
        f"`network.cidr` is `{network.cidr}`: each region takes a /{REGION_PREFIX} of it by position, and "
        f"for `{replica.region}` there is none left."
    )
    fix = f"give it its own block: `{{region: {replica.region}, cidr: {_free(network.cidr)}}}`"
    # Only a block with the same beginning leaves the primary's addresses where they are.
    wider = network.cidr.supernet(new_prefix=network.cidr.prefixlen - 1)
    if wider.network_address == network.cidr.network_address:
        fix += f", or write `network: {{cidr: {wider}}}`"
    because = ("network.cidr", f"replicas.{number}.cidr")
    return refused(Problem.ADDRESSES, detail, f"{fix}.", at=(number, "region"), because=because)


def _overlap(
    number: int, replica: Replica, block: IPv4Network, other: tuple[str, str]
) -> PydanticCustomError:
    region, setting = other
    detail = (
        f"`{replica.region}` would have `{block}`, and so has `{region}`: networks that share addresses "
        "cannot be joined."
    )
    fix = f"give it a block of its own, for example `cidr: {_free(block)}`."
    at = (number, "cidr") if replica.cidr else (number, "region")
    because = ("network.cidr", setting, f"replicas.{number}.cidr")
    return refused(Problem.OVERLAP, detail, fix, at=at, because=because)


def _free(block: IPv4Network) -> IPv4Network:
    """A block some way off, in the same private range."""
    second = (int(block.network_address) >> (32 - REGION_PREFIX) & 0xFF) ^ 0x80
    return IPv4Network((10 << 24 | second << 16, REGION_PREFIX))


def registry_of(registry: Registry, connectivity: Connectivity | None) -> PydanticCustomError | None:
    """Why the registry cannot be in such a network, or None."""
    if not isinstance(connectivity, AirGap) or not registry.pull_through:
        return None
    detail = "A pull-through cache fetches from the internet, which an air gap does not reach."
    fix = f"remove `pull_through`: images come from `{connectivity.mirror}`."
    return refused(Problem.AIR_GAP, detail, fix, at=("pull_through",), because=("connectivity.kind",))


def cluster_of(
    cluster: Cluster, connectivity: Connectivity | None, replicas: Sequence[Replica]
) -> PydanticCustomError | None:
    """Why the cluster cannot be in such a network and such regions, or None."""
    if not isinstance(cluster, EksCluster):
        if not replicas:
            return None
        detail = "An existing cluster is one, and every region has a cluster of its own."
        fix = "write `kind: eks`, or remove `replicas`."
        return refused(Problem.CONTRADICTION, detail, fix, at=("kind",))
    if isinstance(connectivity, AirGap) and isinstance(cluster.endpoint, PublicEndpoint):
        detail = "A public endpoint is reached from the internet; nothing in an air gap is."
        fix = "write `endpoint: private`."
        return refused(Problem.AIR_GAP, detail, fix, at=("endpoint",), because=("connectivity.kind",))
    return None


def delivery_of(delivery: Delivery, cluster: Cluster | None, cloud: str | None) -> PydanticCustomError | None:
    """Why nothing can be delivered to the cluster in this way, or None."""
    if cluster is None:
        detail = "There is no `cluster`, and objects are delivered into one."
        fix = f"{EKS_FIX}, or remove `delivery`."
        return refused(Problem.NO_CLUSTER, detail, fix, because=("cluster",))
    if isinstance(cluster, ExistingCluster) and isinstance(delivery, Direct) and cloud != "local":
        return _any_context(cluster)
    return None


def _any_context(cluster: ExistingCluster) -> PydanticCustomError | None:
    if cluster.context:
        return None
    detail = (
        f"Which cluster is meant is up to the current context of `{cluster.kubeconfig}`; whoever changes "
        "that would have everything delivered to another cluster."
    )
    fix = "name the context: `cluster: {kind: existing, kubeconfig: …, context: …}`."
    return refused(Problem.MISSING, detail, fix, because=("cluster", "cluster.context"))


def no_cluster(cluster: Cluster | None, what: str) -> PydanticCustomError | None:
    """Why `what` has nothing to be in, or None."""
    if isinstance(cluster, EksCluster):
        return None
    detail = f"There is no `cluster`, and {what} belong to one."
    if cluster:
        detail = f"`cluster` is an existing one; {what} are made for a cluster on EKS."
    return refused(Problem.NO_CLUSTER, detail, f"{EKS_FIX}, or remove them.", because=("cluster.kind",))


def pools_of(
    pools: Sequence[GpuPool], cluster: Cluster | None, network: Network | None
) -> PydanticCustomError | None:
    """Why the pools cannot be in the cluster and its network, or None."""
    if cluster is None:
        return no_cluster(cluster, "GPU pools")
    if no := _named_twice(pools) or _of_other_machines(pools, cluster):
        return no
    if isinstance(cluster, ExistingCluster):
        return None
    return _in_other_zones(pools, network) or _too_new(pools, cluster) or cannot_be_claimed(pools, cluster)


def _of_other_machines(pools: Sequence[GpuPool], cluster: Cluster) -> PydanticCustomError | None:
    """EKS makes its machines, and an existing cluster has them."""
    for number, pool in enumerate(pools):
        if isinstance(cluster, ExistingCluster) and not pool.machine:
            detail = "`cluster` is an existing one: its machines are there already, and are not bought here."
            fix = f"write `machine: {{gpu: …, gpus: …, selector: …}}` in place of `profile`, or {EKS_FIX}."
            because = ("cluster.kind",)
            return refused(Problem.CONTRADICTION, detail, fix, at=(number, "profile"), because=because)
        if isinstance(cluster, EksCluster) and pool.machine:
            detail = "A cluster on EKS has machines of EC2; machines of your own are in an existing cluster."
            fix = "write `profile: …` in place of `machine`, or `cluster: {kind: existing, …}`."
            because = ("cluster.kind",)
            return refused(
                Problem.CONTRADICTION, detail, fix, at=(number, "machine"), because=because, blame="name"
            )
    return None


def regions_of(pools: Sequence[GpuPool], regions: Sequence[str]) -> PydanticCustomError | None:
    """Why the pools cannot be in the environment's regions, or None."""
    for number, pool in enumerate(pools):
        for index, region in enumerate(pool.regions or ()):
            if region not in regions:
                detail = f"The environment is not in `{region}`, only in {', '.join(regions)}."
                fix = f"write one of {', '.join(regions)}, or append `{region}` to `replicas`."
                at = (number, "regions", index)
                return refused(Problem.REGION, detail, fix, at=at, because=("region", "replicas"))
        if pool.is_bought_ahead and len(pool.regions or regions) > 1:
            detail = (
                "What is reserved or bought ahead is in one region; the pool would be made in "
                f"{', '.join(pool.regions or regions)}."
            )
            fix = f"name the region, for example `regions: [{regions[0]}]`."
            at = (number, "regions" if pool.regions else "capacity")
            because = ("region", "replicas", f"gpu_pools.{number}.regions")
            return refused(Problem.CONTRADICTION, detail, fix, at=at, because=because)
    return None


def models_of(
    models: Sequence[Any], rest: Mapping[str, Any], regions: Sequence[str]
) -> PydanticCustomError | None:
    """Why the models cannot be in an environment with the rest of these settings, or None."""
    from environments import model_rules  # noqa: PLC0415 - only who serves models pays for it

    if not {"delivery", "cluster", "gpu_pools", "teams"} <= rest.keys():
        return None  # one of them is wrong itself
    around = model_rules.Around(
        delivery=rest["delivery"],
        cluster=rest["cluster"],
        connectivity=rest.get("connectivity"),
        teams=rest["teams"],
        pools=rest["gpu_pools"],
        regions=regions,
        store=rest.get("model_store"),
        encryption=rest.get("encryption"),
    )
    return model_rules.models_of(models, around)


def gateway_to_nothing() -> PydanticCustomError:
    """That there is no model behind the gateway."""
    detail = "There are no `models`, and the gateway leads to models only."
    return refused(Problem.CONTRADICTION, detail, "add `models`, or remove `gateway`.", because=("models",))


def services_of(services: Sequence[DataService]) -> PydanticCustomError | None:
    """Why the data services cannot stand beside each other, or None."""
    return _named_twice(services)


def _named_twice(entries: Sequence[GpuPool] | Sequence[DataService]) -> PydanticCustomError | None:
    detail = "{} is the name of another one already; objects are named after it."
    return next(named_twice([entry.name for entry in entries], detail), None)


def _in_other_zones(pools: Sequence[GpuPool], network: Network | None) -> PydanticCustomError | None:
    if network is None:
        return None
    count = network.zones if isinstance(network, OwnNetwork) else len(network.private_subnets)
    for number, pool in enumerate(pools):
        for index, zone in enumerate(pool.zones or ()):
            if zone >= count:
                detail = f"Zones are named by their position; the network has {count}: 0 to {count - 1}."
                fix = f"write a position from 0 to {count - 1}."
                at = (number, "zones", index)
                return refused(Problem.ZONE, detail, fix, at=at, because=("network.zones",))
    return None


def _too_new(pools: Sequence[GpuPool], cluster: EksCluster) -> PydanticCustomError | None:
    """Versions are compared by their order in the calendar."""
    order = list(VERSIONS)
    for number, pool in enumerate(pools):
        least = pool.instance.min_kubernetes
        if least and order.index(cluster.version) < order.index(least):
            detail = (
                f"EKS runs `{pool.profile}` from Kubernetes {least}; `cluster.version` is "
                f"`{cluster.version}`."
            )
            fix = f'write `version: "{least}"` or newer.'
            because = ("cluster.version",)
            return refused(Problem.MACHINE_CANNOT, detail, fix, at=(number, "profile"), because=because)
    return None
