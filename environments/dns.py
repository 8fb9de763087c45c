"""Names that lead to a region that answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from environments.section import Form, Section


class Dns(Section):
    """A private zone in all regions, with records that fail over from one region to the next."""

    zone: Annotated[
        str,
        Form("a domain of two words or more, in lower case, without a dot at its end"),
        Field(
            pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$",
            max_length=253,
            description="Domain of the private hosted zone; only networks of this environment see it.",
            examples=["ml.example.internal"],
        ),
    ]
