"""How the machines of a pool are bought."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Discriminator, Field

from environments.diagnostics import Problem
from environments.section import Form, Section, refused
from environments.short_form import Short

_KIND: Final = (
    "How the machines are bought: by the hour, what is left over, or what was reserved or bought ahead."
)

ReservationId = Annotated[
    str,
    Form("`cr-` and 17 hexadecimal digits"),
    # EC2 gives a capacity block the id of a capacity reservation, too.
    Field(pattern=r"^cr-[0-9a-f]{17}$", examples=["cr-0123456789abcdef0"]),
]


class OnDemand(Section):
    """Machines by the hour, as long as there are some."""

    kind: Annotated[Literal["on_demand"], Field(description=_KIND)]


class Spot(Section):
    """Machines nobody else wants just now; AWS takes them back at two minutes' notice."""

    kind: Annotated[Literal["spot"], Field(description=_KIND)]


class Reservation(Section):
    """Machines of an on-demand capacity reservation, which is paid for whether they run or not."""

    kind: Annotated[Literal["reservation"], Field(description=_KIND)]
    id: Annotated[ReservationId, Field(description="Id of the capacity reservation.")]


class CapacityBlock(Section):
    """Machines of a capacity block, bought ahead for days or weeks."""

    kind: Annotated[Literal["capacity_block"], Field(description=_KIND)]
    id: Annotated[ReservationId, Field(description="Id of the capacity block.")]


def _one_way(capacity: object) -> object:
    """Refuses a list of ways to buy: whose node it is decides what it costs and when it goes."""
    if isinstance(capacity, list):
        detail = "The machines of a pool are bought in one way; a list names several."
        raise refused(Problem.CONTRADICTION, detail, "keep one, and make a pool of its own for each other.")
    return capacity


Capacity = Annotated[
    OnDemand | Spot | Reservation | CapacityBlock,
    Discriminator("kind"),
    Short("kind", ("on_demand", "spot")),
    BeforeValidator(_one_way),
]

ON_DEMAND: Final = OnDemand(kind="on_demand")
