"""What keeps an environment from harm."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from environments.section import Section


class Governance(Section):
    """Rules beyond those of the cloud."""

    protect: Annotated[
        Literal["stateful", "none"],
        Field(
            description="`stateful`: AWS itself refuses to delete clusters and databases; `none`: it does "
            "not, as before an environment is destroyed. Nothing of `cloud: local` is protected.",
        ),
    ] = "stateful"
    waivers: Annotated[
        tuple[str, ...],
        Field(
            description="Files beside this one with exceptions from rules, each with a reason and an end.",
            examples=[["waivers/prod.yaml"]],
        ),
    ] = ()
