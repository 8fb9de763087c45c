"""Whether several pods share one GPU, and how."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, cast

from pydantic import BeforeValidator, Discriminator, Field

from environments.diagnostics import Problem
from environments.quantities import Whole
from environments.section import Form, Section, refused
from environments.short_form import Short

_KIND: Final = "`none`: a GPU for each pod; `time_slicing`: by turns; `mig`: cut into slices in hardware."


class NoSharing(Section):
    """A pod has a GPU to itself."""

    kind: Annotated[Literal["none"], Field(description=_KIND)]


class TimeSlicing(Section):
    """Pods take turns on a GPU; nothing keeps the memory of one from another."""

    kind: Annotated[Literal["time_slicing"], Field(description=_KIND)]
    replicas: Annotated[
        Whole,
        Field(ge=2, le=48, description="How many pods share a GPU by turns.", examples=[4]),
    ]


class Mig(Section):
    """Each GPU is cut into equal slices, each with memory and compute of its own."""

    kind: Annotated[Literal["mig"], Field(description=_KIND)]
    profile: Annotated[
        str,
        Form("a MIG profile of the GPU, `<compute>g.<memory>gb`"),
        Field(
            pattern=r"^[1-7]g\.[0-9]+gb$",
            description="MIG profile of the slices.",
            examples=["1g.10gb"],
        ),
    ]


def _one_way(sharing: object) -> object:
    """Refuses time slices of MIG slices, however they are written."""
    if {"time_slicing", "mig"} <= _named(sharing):
        detail = (
            "Time slicing and MIG are named both. A MIG slice is what keeps pods apart; "
            "turns on one slice would give that up again."
        )
        fix = "write `sharing: {kind: mig, profile: …}` or `sharing: {kind: time_slicing, replicas: …}`."
        raise refused(Problem.CONTRADICTION, detail, fix)
    return sharing


def _named(sharing: object) -> set[str]:
    """The ways of sharing that a value names, in any form people think of."""
    match sharing:
        case list():
            return {name for each in cast("list[Any]", sharing) for name in _named(each)}
        case dict():
            settings = cast("dict[str, Any]", sharing)
            means = {"replicas": "time_slicing", "profile": "mig"}
            return {str(settings.get("kind"))} | {means.get(name, name) for name in settings}
        case _:
            return {str(sharing)}


Sharing = Annotated[
    NoSharing | TimeSlicing | Mig,
    Discriminator("kind"),
    Short("kind", ("none",)),
    BeforeValidator(_one_way),
]

NO_SHARING: Final = NoSharing(kind="none")
