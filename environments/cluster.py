"""The Kubernetes cluster of each region: one that is made on EKS, or one that exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from ipaddress import IPv4Network
from pathlib import PurePosixPath
from typing import Annotated, Final, Literal, Self, cast

from pydantic import AfterValidator, Discriminator, Field, ValidationInfo, WithJsonSchema, model_validator

from environments.diagnostics import Problem
from environments.kubernetes_calendar import DEFAULT_VERSION, VERSIONS, Support, with_support
from environments.kubernetes_versions import usable_version
from environments.network import LOG_RETENTION, PRIVATE_BLOCKS
from environments.node_types import NODE_TYPES, node_type
from environments.quantities import Days
from environments.section import Form, Section, refused
from environments.short_form import Short
from environments.sizes import Gibibytes, NodeRange, Nodes, Size

TODAY: Final = "today"
"""The name of the day in the context of a validation."""

_CLAIMS_SINCE: Final = "1.34"
"""The first version whose pods claim devices by an API that stays (Kubernetes 1.34, release notes)."""

_KIND: Final = "`eks`: made on EKS, one in each region; `existing`: somebody else's, reached by a kubeconfig."
_ENDPOINT: Final = "`private`: from inside the network only; `public`: also from the blocks of `cidrs`."
_CIDRS_FIX: Final = "name the blocks people come from, for example `cidrs: [203.0.113.0/24]`."


def _outside_block(text: str) -> str:
    """A block of public addresses, as EKS takes them for a public endpoint."""
    try:
        block = IPv4Network(text)
    except ValueError:
        raise refused(Problem.FORM, f"`{text}` is no IPv4 address block.", _CIDRS_FIX) from None
    if block.prefixlen == 0:
        detail = f"`{block}` is the whole internet: the cluster's interface would stand open to everybody."
        raise refused(Problem.ADDRESSES, detail, _CIDRS_FIX)
    if any(block.subnet_of(private) for private in PRIVATE_BLOCKS):
        detail = f"`{block}` is private; from there the private endpoint is reached, and EKS refuses it here."
        raise refused(Problem.ADDRESSES, detail, _CIDRS_FIX)
    return str(block)


def today(info: ValidationInfo) -> date:
    """The day on which an environment is checked: that of the validation's context, else this day."""
    context = cast("Mapping[str, date]", info.context or {})
    return context.get(TODAY) or this_day()


def this_day() -> date:
    """The day it is, for all who do not say another."""
    return datetime.now(UTC).date()


def _supported(version: str, info: ValidationInfo) -> str:
    return usable_version(version, today(info))


class PrivateEndpoint(Section):
    """The cluster's interface is reached from inside the network only."""

    kind: Annotated[Literal["private"], Field(description=_ENDPOINT)]


class PublicEndpoint(Section):
    """The cluster's interface is also reached from some blocks of the internet."""

    kind: Annotated[Literal["public"], Field(description=_ENDPOINT)]
    cidrs: Annotated[
        tuple[
            Annotated[
                str,
                Form("an IPv4 block of public addresses"),
                Field(examples=["203.0.113.0/24"]),
                AfterValidator(_outside_block),
            ],
            ...,
        ],
        Field(
            min_length=1,
            description="Blocks of public addresses from which it is reached.",
            examples=[["203.0.113.0/24"]],
        ),
    ]


Endpoint = Annotated[PrivateEndpoint | PublicEndpoint, Discriminator("kind"), Short("kind", ("private",))]

PRIVATE: Final = PrivateEndpoint(kind="private")


class Access(Section):
    """An IAM role that may use the cluster."""

    role: Annotated[
        str,
        Form("the ARN of an IAM role, `arn:aws:iam::<account>:role/<name>`"),
        Field(
            pattern=r"^arn:aws:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$",
            max_length=600,
            description="ARN of the role.",
            examples=["arn:aws:iam::123456789012:role/ml-platform"],
        ),
    ]
    level: Annotated[
        Literal["admin", "edit", "view"],
        Field(description="What it may do in the whole cluster; `edit` and `view` leave permissions out."),
    ] = "view"


def _each_role_once(access: Sequence[Access]) -> Sequence[Access]:
    roles = [each.role for each in access]
    for number, role in enumerate(roles):
        if role in roles[:number]:
            detail = f"`{role}` is listed more than once, and has one level."
            because = (f"{number}.role", f"{roles.index(role)}.role")
            fix = "list each role once."
            raise refused(Problem.LISTED_TWICE, detail, fix, at=(number, "role"), because=because)
    return access


def _known(name: str) -> str:
    return node_type(name).name


class SystemPool(Section):
    """The nodes without GPUs that the cluster's own software runs on."""

    profile: Annotated[
        str,
        Form("an EC2 instance type for general purposes"),
        Field(description="Machine type.", examples=["m7i.large"]),
        AfterValidator(_known),
        WithJsonSchema({"type": "string", "enum": list(NODE_TYPES)}),
    ] = "m7i.large"
    nodes: Annotated[
        NodeRange,
        Nodes(least=1),
        Field(description="How few and how many nodes there may be in a region.", examples=["2..4"]),
    ] = NodeRange(2, 4)
    disk: Annotated[
        Size,
        Gibibytes(least=20, most=16384),  # EBS gp3
        Field(description="Size of a node's disk; it is encrypted.", examples=["80Gi"]),
    ] = Size(80)


class EksCluster(Section):
    """A cluster on EKS in each region: secrets encrypted, all logs kept, access by IAM."""

    kind: Annotated[Literal["eks"], Field(description=_KIND)]
    version: Annotated[
        str,
        Form("a Kubernetes version of EKS, in quotes because `1.30` is not the number 1.3"),
        Field(
            pattern=r"^[0-9]+\.[0-9]+$",
            description="Kubernetes version, one that AWS supports.",
            examples=[DEFAULT_VERSION],
        ),
        AfterValidator(_supported),
        WithJsonSchema({"type": "string", "enum": list(VERSIONS)}),
    ] = DEFAULT_VERSION
    support: Annotated[
        Literal["standard", "extended"],
        Field(description="After standard support: AWS upgrades the cluster, or keeps it at extra cost."),
    ] = "standard"
    endpoint: Annotated[Endpoint, Field(description="From where the cluster's interface is reached.")] = (
        PRIVATE
    )
    access: Annotated[
        tuple[Access, ...],
        Field(description="IAM roles that may use the cluster."),
        AfterValidator(_each_role_once),
    ] = ()
    system_pool: Annotated[SystemPool, Field(description="Nodes for the cluster's own software.")] = (
        SystemPool()
    )
    logs: Annotated[
        timedelta,
        Days(allowed=LOG_RETENTION),
        Field(
            description="How long the control plane's logs are kept; a time CloudWatch Logs offers.",
            examples=["90d"],
        ),
    ] = timedelta(days=90)
    gpu_allocation: Annotated[
        Literal["device_plugin", "dra"],
        Field(
            description="How pods get NVIDIA's GPUs: `device_plugin`: they ask for them by name; `dra`: they "
            "claim whole ones (dynamic resource allocation)."
        ),
    ] = "device_plugin"

    @model_validator(mode="after")
    def _known_to_kubernetes(self) -> Self:
        order = list(VERSIONS)
        if self.gpu_allocation == "dra" and order.index(self.version) < order.index(_CLAIMS_SINCE):
            detail = (
                f"Kubernetes knows claims of devices as `resource.k8s.io/v1` from {_CLAIMS_SINCE}, and "
                f"`version` is `{self.version}`."
            )
            fix = f'write `version: "{_CLAIMS_SINCE}"` or newer, or `gpu_allocation: device_plugin`.'
            at, because = ("gpu_allocation",), ("version",)
            raise refused(Problem.VERSION, detail, fix, at=at, because=because)
        return self

    @model_validator(mode="after")
    def _paid_for(self, info: ValidationInfo) -> Self:
        if self.support == "standard" and VERSIONS[self.version].support(today(info)) is Support.EXTENDED:
            ended = VERSIONS[self.version].standard_ends
            detail = (
                f"Standard support for `{self.version}` ended on {ended}: AWS upgrades a cluster that has no "
                "other."
            )
            fix = f"{_newer(today(info))}, or pay for extended support: `support: extended`."
            raise refused(Problem.VERSION, detail, fix, at=("version",), because=("version",))
        return self


def _newer(on: date) -> str:
    names = ", ".join(f'"{name}"' for name in with_support(on, Support.STANDARD) or (DEFAULT_VERSION,))
    return f"write one of {names}"


class ExistingCluster(Section):
    """A cluster somebody else made; only what runs in it is ours."""

    kind: Annotated[Literal["existing"], Field(description=_KIND)]
    kubeconfig: Annotated[
        PurePosixPath,
        Form("a file"),
        Field(description="File with the access to the cluster.", examples=["./kubeconfig"]),
    ]
    context: Annotated[
        str | None,
        Form("a text"),
        Field(description="Context in that file; none: its current one.", examples=["on-prem"]),
    ] = None


Cluster = Annotated[EksCluster | ExistingCluster, Discriminator("kind")]
