"""The root of an environment file, and what crosses its sections."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from environments.account import Account, State
from environments.diagnostics import Problem
from environments.encryption import Encryption
from environments.model_store import ModelStore
from environments.network import CIDR_EXAMPLE, Network, OwnNetwork
from environments.regions import REGIONS, known_region, too_many_zones, zone_count
from environments.registry import Registry
from environments.section import Form, Section, refused

LOCAL_ACCOUNT: Final = "123456789012"
"""The account of the local cloud: moto's default."""

Region = Annotated[
    str, AfterValidator(known_region), WithJsonSchema({"type": "string", "enum": list(REGIONS)})
]


class Connected(Section):
    """The network reaches the internet through NAT."""

    kind: Annotated[Literal["connected"], Field(description="Reaches the internet through NAT.")] = (
        "connected"
    )


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
        Literal["embedded"], Field(description="What applies the plan: the engine in this process.")
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
    connectivity: Annotated[Connected, Field(description="What the network reaches outside itself.")] = (
        Connected()
    )
    network: Annotated[
        Network,
        Field(description="A network of its own, or an existing VPC.", examples=[{"cidr": CIDR_EXAMPLE}]),
    ]
    encryption: Annotated[Encryption, Field(description="Encryption of data at rest.")] = Encryption()
    registry: Annotated[
        Registry,
        Field(description="Repositories for container images.", examples=[{"repositories": ["serving"]}]),
    ]
    model_store: Annotated[ModelStore, Field(description="Buckets for model artefacts.")] = ModelStore()

    @property
    def account_id(self) -> str:
        """The account everything is made in: the named one, or the local cloud's."""
        return self.account.id if self.account else LOCAL_ACCOUNT

    @property
    def regions(self) -> tuple[Region, ...]:
        """All regions by position, the primary first; regions are only ever appended."""
        return (self.region,)

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

    @field_validator("network")
    @classmethod
    def _zones_of_the_region(cls, network: Network, info: ValidationInfo) -> Network:
        region = info.data.get("region")
        if isinstance(network, OwnNetwork) and region and network.zones > zone_count(region):
            raise too_many_zones(region, network.zones)
        return network
