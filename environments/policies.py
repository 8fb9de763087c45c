"""Rules of one's own, and what changes the rules that come with the tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from environments.section import Section

Number = int | float | str | bool | tuple[str, ...]


class Policies(Section):
    """What rules there are besides ours, and with which parameters."""

    rules: Annotated[
        tuple[str, ...],
        Field(
            description="Files or folders with rules of your own, beside this file.",
            examples=[["../rules"]],
        ),
    ] = ()
    parameters: Annotated[
        Mapping[str, Mapping[str, Number]],
        Field(
            description="What a rule measures with, by its id, where it is to be something else.",
            examples=[{"BL-LOG-001": {"days": 400}}],
        ),
    ] = {}
    baseline: Annotated[
        str | None,
        Field(
            description="File with findings that were there before; they are told, and stop nothing until "
            "they expire.",
            examples=["baseline.yaml"],
        ),
    ] = None
