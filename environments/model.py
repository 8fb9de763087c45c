"""The root of an environment file, and what crosses its sections."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    field_validator,
    model_serializer,
)

from environments import clouds, consistency, crossing
from environments.account import Account, State
from environments.cluster import Cluster
from environments.connectivity import AirGap, Connected, Connectivity
from environments.data_services import DataService
from environments.delivery import FOLDER, Delivery, GitOps
from environments.dns import Dns
from environments.encryption import Encryption
from environments.governance import Governance
from environments.gpu_pools import GpuPool
from environments.model_store import ModelStore
from environments.network import CIDR_EXAMPLE, Network, OwnNetwork
from environments.on_demand import OnDemand
from environments.policies import Policies
from environments.registry import Registry
from environments.replicas import ReplicaRegion
from environments.section import Form, Section
from environments.teams import Team

if TYPE_CHECKING:
    from environments.gateway import Gateway
    from environments.models import Model
else:
    Gateway = Model = Any  # `OnDemand` reads them

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
        Literal["local", "aws", "none"],
        Field(
            description="`local`: the cloud on a desk, started by the tool; `aws`: the real one; `none`: no "
            "cloud, but an existing cluster."
        ),
    ]
    account: Annotated[
        Account | None,
        Field(
            validate_default=True,
            examples=[{"id": "123456789012"}],
            description="The AWS account; required for `cloud: aws`, absent for others.",
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
        str,
        Form("a region of AWS"),
        Field(
            description="AWS region of the environment; with `cloud: none` your own name for where it is.",
            examples=["us-east-1"],
        ),
    ]
    connectivity: Annotated[Connectivity, Field(description="What the network reaches outside itself.")] = (
        Connected(kind="connected")
    )
    network: Annotated[
        Network | None,
        Field(
            validate_default=True,
            description="A network of its own, or an existing VPC; required, but absent for `cloud: none`.",
            examples=[{"cidr": CIDR_EXAMPLE}],
        ),
    ] = None
    replicas: Annotated[
        tuple[ReplicaRegion, ...],
        Field(
            description="Further regions, each with a network, a cluster and copies; only ever append.",
            examples=[["eu-west-1"]],
        ),
    ] = ()
    encryption: Annotated[Encryption, Field(description="Encryption of data at rest.")] = Encryption()
    registry: Annotated[
        Registry | None,
        Field(
            validate_default=True,
            description="Repositories for container images; required, but absent for `cloud: none`.",
            examples=[{"repositories": ["serving"]}],
        ),
    ] = None
    model_store: Annotated[ModelStore, Field(description="Buckets for model artefacts.")] = ModelStore()
    cluster: Annotated[
        Cluster | None,
        Field(
            validate_default=True,
            description="The Kubernetes cluster of each region; none: the environment has no clusters.",
        ),
    ] = None
    delivery: Annotated[
        Delivery | None,
        Field(
            validate_default=True,
            description="How objects get into the clusters; none: nothing is delivered into them.",
            examples=[{"kind": "direct"}],
        ),
    ] = None
    gpu_pools: Annotated[
        tuple[GpuPool, ...],
        Field(
            description="Pools of GPU machines, the same in each region.",
            examples=[[{"name": "online", "profile": "g6.xlarge", "nodes": "0..4"}]],
        ),
    ] = ()
    teams: Annotated[
        tuple[Team, ...],
        Field(
            validate_default=True,
            description="Teams that share the GPUs; none: there are no queues, and no namespaces of teams.",
            examples=[[{"name": "search"}]],
        ),
    ] = ()
    data_services: Annotated[
        tuple[DataService, ...],
        Field(
            validate_default=True,
            description="Databases, file systems and buckets for the workloads.",
            examples=[[{"name": "features", "kind": "postgres"}]],
        ),
    ] = ()
    models: Annotated[
        tuple[Model, ...],
        OnDemand("environments.models", "Models"),
        Field(description="Models that are served, in each region."),
    ] = ()
    gateway: Annotated[
        Gateway | None,
        OnDemand("environments.gateway", "MaybeGateway"),
        Field(description="The way to the models from outside the clusters; none: there is no such way."),
    ] = None
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
        """The account everything is made in: the named one, or the local cloud's; empty without a cloud."""
        if self.account:
            return self.account.id
        return LOCAL_ACCOUNT if self.cloud == "local" else ""

    @property
    def is_protected(self) -> bool:
        """Whether AWS itself is to refuse the deletion of what holds data."""
        return self.cloud == "aws" and self.governance.protect == "stateful"

    @property
    def regions(self) -> tuple[str, ...]:
        """All regions by position, the primary first; regions are only ever appended."""
        return (self.region, *(replica.region for replica in self.replicas))

    @property
    def is_airgapped(self) -> bool:
        """Whether nothing in it reaches the internet."""
        return isinstance(self.connectivity, AirGap)

    @property
    def rendered_into(self) -> PurePosixPath | None:
        """The folder that objects for its clusters are written into; None: they are applied, or none are.

        On a desk there is no Kubernetes behind a cluster, so there everything is written.
        """
        if self.delivery is None:
            return None
        if isinstance(self.delivery, GitOps) and self.delivery.folder:
            return self.delivery.folder
        if self.cloud == "local":
            beside = self.state.backend
            assert isinstance(beside, PurePosixPath), "a desk keeps its state in a folder"
            return beside / FOLDER
        return PurePosixPath(FOLDER) if isinstance(self.delivery, GitOps) else None

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

    @model_serializer(mode="wrap")
    def _what_there_is(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return clouds.what_there_is(handler(self))

    @field_validator("*")
    @classmethod
    def _beside_the_rest(cls, value: object, info: ValidationInfo) -> object:
        if info.field_name and (no := consistency.refusal(info.field_name, value, info.data)):
            raise no
        return value

    @field_validator("network")
    @classmethod
    def _network_of_the_region(cls, network: Network | None, info: ValidationInfo) -> Network | None:
        region, connectivity = info.data.get("region"), info.data.get("connectivity")
        return network and crossing.network_of(network, region, connectivity)
