"""The root of an environment file, and what crosses its sections."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from environments import crossing
from environments.account import Account, State
from environments.bucket_address import BucketAddress
from environments.cluster import Cluster
from environments.connectivity import AirGap, Connected, Connectivity
from environments.data_services import DataService
from environments.diagnostics import Problem
from environments.dns import Dns
from environments.encryption import Encryption
from environments.governance import Governance
from environments.gpu_pools import GpuPool
from environments.key_address import BY_PHRASE
from environments.model_store import ModelStore
from environments.network import CIDR_EXAMPLE, Network, OwnNetwork
from environments.policies import Policies
from environments.regions import Region
from environments.registry import Registry
from environments.replicas import Replica, ReplicaRegion
from environments.section import Form, Section, refused

LOCAL_ACCOUNT: Final = "123456789012"
"""The account of the local cloud: moto's default."""


class Environment(Section):
    """One environment: the whole of one YAML file."""

    name: Annotated[
        str,
        Form("2 to 20 lower-case letters, digits and `-`, beginning with a letter and not ending with `-`"),
        Field(
            min_length=2,
            max_length=20,
            pattern=r"^[a-z][a-z0-9-]*[a-z0-9]$",
            description="Name of the environment: part of every physical name, so it never changes.",
            examples=["prod"],
        ),
    ]
    engine: Annotated[
        Literal["embedded", "pulumi"],
        Field(
            description="What plans and applies: `embedded`, in this process; or `pulumi`, Pulumi's own, "
            "which has to be installed. A stack stays with its engine until `state import` moves it."
        ),
    ] = "embedded"
    cloud: Annotated[
        Literal["local", "aws"],
        Field(description="`local`: the cloud on a desk, started by the tool; `aws`: the real one."),
    ]
    account: Annotated[
        Account | None,
        Field(
            validate_default=True,
            examples=[{"id": "123456789012"}],
            description="The AWS account; required for `cloud: aws`, absent for `local`.",
        ),
    ] = None
    state: Annotated[State, Field(description="Where the tool records what it has made.")] = State()
    owner: Annotated[
        str,
        Form("a mail address"),
        Field(
            # Beside the form of an address: only what AWS allows in the value of a tag.
            pattern=r"^[A-Za-z0-9._+=-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
            max_length=254,
            description="Mail address of the owning team; every resource is tagged with it.",
            examples=["ml-platform@example.com"],
        ),
    ]
    data_class: Annotated[
        Literal["public", "internal", "confidential", "restricted"],
        Field(description="Most sensitive data the environment may hold; every resource is tagged with it."),
    ] = "confidential"
    region: Annotated[
        Region,
        Form("a region of AWS"),
        Field(description="AWS region of the environment.", examples=["us-east-1"]),
    ]
    connectivity: Annotated[Connectivity, Field(description="What the network reaches outside itself.")] = (
        Connected(kind="connected")
    )
    network: Annotated[
        Network,
        Field(description="A network of its own, or an existing VPC.", examples=[{"cidr": CIDR_EXAMPLE}]),
    ]
    replicas: Annotated[
        tuple[ReplicaRegion, ...],
        Field(
            description="Further regions, each with a network, a cluster and copies; only ever append.",
            examples=[["eu-west-1"]],
        ),
    ] = ()
    encryption: Annotated[Encryption, Field(description="Encryption of data at rest.")] = Encryption()
    registry: Annotated[
        Registry,
        Field(description="Repositories for container images.", examples=[{"repositories": ["serving"]}]),
    ]
    model_store: Annotated[ModelStore, Field(description="Buckets for model artefacts.")] = ModelStore()
    cluster: Annotated[
        Cluster | None,
        Field(description="The Kubernetes cluster of each region; none: the environment has no clusters."),
    ] = None
    gpu_pools: Annotated[
        tuple[GpuPool, ...],
        Field(
            description="Pools of GPU machines, the same in each region.",
            examples=[[{"name": "online", "profile": "g6.xlarge", "nodes": "0..4"}]],
        ),
    ] = ()
    data_services: Annotated[
        tuple[DataService, ...],
        Field(
            description="Databases, file systems and buckets for the workloads.",
            examples=[[{"name": "features", "kind": "postgres"}]],
        ),
    ] = ()
    dns: Annotated[
        Dns | None,
        Field(
            description="Private names that fail over between regions; none: no zone is made.",
            examples=[{"zone": "ml.example.internal"}],
        ),
    ] = None

    security: Annotated[
        Literal["standard", "hardened"],
        Field(
            description="`hardened`: rules hold as in production, such as protection of what holds data; "
            "`standard`: as where everything may be made anew."
        ),
    ] = "standard"
    policies: Annotated[Policies, Field(description="Rules of your own, and parameters of rules.")] = (
        Policies()
    )
    governance: Annotated[Governance, Field(description="What keeps the environment from harm.")] = (
        Governance()
    )

    @property
    def account_id(self) -> str:
        """The account everything is made in: the named one, or the local cloud's."""
        return self.account.id if self.account else LOCAL_ACCOUNT

    @property
    def is_protected(self) -> bool:
        """Whether AWS itself is to refuse the deletion of what holds data."""
        return self.cloud == "aws" and self.governance.protect == "stateful"

    @property
    def regions(self) -> tuple[Region, ...]:
        """All regions by position, the primary first; regions are only ever appended."""
        return (self.region, *(replica.region for replica in self.replicas))

    @property
    def is_airgapped(self) -> bool:
        """Whether nothing in it reaches the internet."""
        return isinstance(self.connectivity, AirGap)

    def region_block(self, region: str) -> IPv4Network:
        """The /16 of one of its regions; an existing network has no such block, and is not asked for it."""
        assert isinstance(self.network, OwnNetwork), "an existing network was laid out by somebody else"
        position = self.regions.index(region)
        own = self.replicas[position - 1].cidr if position else None
        return own or self.network.region_block(position)

    def pools_in(self, region: str) -> tuple[GpuPool, ...]:
        """The GPU pools that a region has."""
        return tuple(pool for pool in self.gpu_pools if pool.regions is None or region in pool.regions)

    def pools_by(self, owner: Literal["node_group", "karpenter"], region: str) -> tuple[GpuPool, ...]:
        """The GPU pools of a region whose nodes that owner makes and removes."""
        return tuple(pool for pool in self.pools_in(region) if pool.nodes_by == owner)

    @field_validator("account")
    @classmethod
    def _account_of_the_cloud(cls, account: Account | None, info: ValidationInfo) -> Account | None:
        match info.data.get("cloud"), account:
            case "aws", None:
                detail = "`cloud: aws` acts on an account, and the tool must know which one it may touch."
                fix = 'add `account: {id: "123456789012"}` with the id of your account.'
                raise refused(Problem.MISSING, detail, fix, because=("cloud",))
            case "local", Account():
                detail = "`cloud: local` has one account, its own; what is named here would be ignored."
                fix = "remove `account`, or write `cloud: aws`."
                raise refused(Problem.CONTRADICTION, detail, fix, because=("cloud",))
            case _:
                return account

    @field_validator("state")
    @classmethod
    def _state_beside_the_cloud(cls, state: State, info: ValidationInfo) -> State:
        if info.data.get("cloud") == "local" and isinstance(state.backend, BucketAddress):
            detail = "`cloud: local` is on this machine and goes with it; a shared state would lie to others."
            fix = "remove `backend`, or write `cloud: aws`."
            raise refused(Problem.CONTRADICTION, detail, fix, at=("backend",), because=("cloud",))
        if info.data.get("cloud") == "local" and state.secrets != BY_PHRASE:
            detail = "`cloud: local` keeps a passphrase of its own; a key in AWS is of no use to it."
            fix = "remove `secrets`, or write `cloud: aws`."
            raise refused(Problem.CONTRADICTION, detail, fix, at=("secrets",), because=("cloud",))
        return state

    @field_validator("network")
    @classmethod
    def _network_of_the_region(cls, network: Network, info: ValidationInfo) -> Network:
        return crossing.network_of(network, info.data.get("region"), info.data.get("connectivity"))

    @field_validator("replicas")
    @classmethod
    def _regions_apart(cls, replicas: tuple[Replica, ...], info: ValidationInfo) -> tuple[Replica, ...]:
        if no := crossing.replicas_of(replicas, info.data.get("region"), info.data.get("network")):
            raise no
        return replicas

    @field_validator("registry")
    @classmethod
    def _registry_in_the_network(cls, registry: Registry, info: ValidationInfo) -> Registry:
        if no := crossing.registry_of(registry, info.data.get("connectivity")):
            raise no
        return registry

    @field_validator("cluster")
    @classmethod
    def _cluster_in_the_network(cls, cluster: Cluster | None, info: ValidationInfo) -> Cluster | None:
        if cluster:
            no = crossing.cluster_of(cluster, info.data.get("connectivity"), info.data.get("replicas", ()))
            if no:
                raise no
        return cluster

    @field_validator("gpu_pools")
    @classmethod
    def _pools_in_the_cluster(cls, pools: tuple[GpuPool, ...], info: ValidationInfo) -> tuple[GpuPool, ...]:
        if pools and "cluster" in info.data:
            cluster = info.data["cluster"]
            no = crossing.no_cluster(cluster, "GPU pools")
            no = no or crossing.pools_of(pools, cluster, info.data.get("network"))
            if no or (no := crossing.regions_of(pools, _regions(info))):
                raise no
        return pools

    @field_validator("data_services")
    @classmethod
    def _services_apart(
        cls, services: tuple[DataService, ...], info: ValidationInfo
    ) -> tuple[DataService, ...]:
        if services and "cluster" in info.data:
            no = crossing.no_cluster(info.data["cluster"], "data services and the roles that use them")
            if no or (no := crossing.services_of(services)):
                raise no
        return services

    @field_validator("dns")
    @classmethod
    def _dns_of_several(cls, dns: Dns | None, info: ValidationInfo) -> Dns | None:
        if dns and "replicas" in info.data and not info.data["replicas"]:
            detail = "Its records lead from a region that fails to another one, and there is one region only."
            fix = "add `replicas`, or remove `dns`."
            raise refused(Problem.CONTRADICTION, detail, fix, because=("replicas",))
        return dns


def _regions(info: ValidationInfo) -> tuple[str, ...]:
    """The regions that are known to be right so far."""
    replicas: tuple[Replica, ...] = info.data.get("replicas", ())
    return (*filter(None, [info.data.get("region")]), *(replica.region for replica in replicas))
