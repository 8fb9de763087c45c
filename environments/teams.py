"""Teams that share the GPUs of an environment: what each is sure of, may take, and lends to others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from environments.diagnostics import Problem
from environments.quantities import Whole
from environments.section import Form, Section, distinct, refused

RESERVED: Final = ("argocd", "default", "flux-system", "serving")
"""Namespaces of Kubernetes, of what delivers, and of gateways; those of software are in the software book."""

_UNIT: Final = "GPUs, or shares of them where the pool shares its GPUs"


class GpuShare(Section):
    """What one team has of one pool; numbers count what pods ask for."""

    guaranteed: Annotated[
        Whole,
        Field(
            ge=0, description=f"{_UNIT}: those the team always gets back when it needs them.", examples=[4]
        ),
    ]
    borrow: Annotated[
        Annotated[Whole, Field(ge=0)] | None,
        Form("a whole number of 0 or more"),
        Field(
            description="How many more it may take while others leave them; none: any number.", examples=[4]
        ),
    ] = None
    lend: Annotated[
        Annotated[Whole, Field(ge=0)] | None,
        Form("a whole number of 0 or more"),
        Field(
            description="How many of its own others may take while it leaves them; none: all.", examples=[2]
        ),
    ] = None

    @model_validator(mode="after")
    def _lends_what_it_has(self) -> Self:
        if self.lend is not None and self.lend > self.guaranteed:
            detail = f"`lend: {self.lend}` is more than the {self.guaranteed} the team is guaranteed."
            fix = f"write `lend: {self.guaranteed}` or less, or leave it out: then all may be lent."
            raise refused(Problem.LIMITS, detail, fix, at=("lend",), because=("guaranteed",))
        return self


def _no_namespace_of_others(name: str) -> str:
    from environments.software_book import NAMESPACES  # noqa: PLC0415 - a table that only teams ask for

    if name in RESERVED or name in NAMESPACES or name.startswith("kube-"):
        detail = f"`{name}` is the namespace of software of the cluster, and a team's is called as the team."
        raise refused(Problem.CONTRADICTION, detail, "give the team another name.")
    return name


class Team(Section):
    """One team: a namespace of its name in each region, and its share of the GPUs."""

    name: Annotated[
        str,
        Form("1 to 40 lower-case letters, digits and `-`, beginning with a letter, not ending with `-`"),
        Field(
            min_length=1,
            max_length=40,
            pattern=r"^[a-z]([a-z0-9-]*[a-z0-9])?$",
            description="Name of the team: that of its namespace, so it never changes.",
            examples=["search"],
        ),
        AfterValidator(_no_namespace_of_others),
    ]
    gpus: Annotated[
        Mapping[str, GpuShare],
        Form("a mapping of names of GPU pools to shares"),
        Field(
            description="Its share of each pool it uses, by the name of the pool.",
            examples=[{"online": {"guaranteed": 4, "borrow": 4}}],
        ),
    ] = {}
    priority: Annotated[
        Literal["low", "normal", "high"],
        Field(description="Weight 1, 2 or 4 when teams ask for the same idle GPUs."),
    ] = "normal"
    members: Annotated[
        tuple[
            Annotated[
                str,
                Form("a group as the cluster knows it, of letters, digits and `._:@/-`"),
                Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@/-]*$", max_length=253, examples=["search-ml"]),
            ],
            ...,
        ],
        Field(description="Groups whose members may work in its namespace.", examples=[["search-ml"]]),
        AfterValidator(distinct),
    ] = ()


def shares(teams: Sequence[Team], pool: str) -> Mapping[str, GpuShare]:
    """By team: what each has of a pool."""
    return {team.name: team.gpus[pool] for team in teams if pool in team.gpus}
