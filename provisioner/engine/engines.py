"""The two engines, as other parts of the product know them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["embedded", "pulumi"]
EMBEDDED: Final[Kind] = "embedded"
PULUMI: Final[Kind] = "pulumi"


@dataclass(frozen=True, slots=True)
class Installed:
    """A `pulumi` that was found."""

    file: str
    version: str
    """As it says itself; empty if it says none."""

    objection: str = ""
    """Why the SDK does not work with it; empty if it does."""


@dataclass(frozen=True, slots=True)
class Held:
    """One stack, and the engine that holds it."""

    project: str
    stack: str
    holder: Kind | None
    """None: nothing is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """Which engines there are, and which one has what."""

    environment: str
    """As the person called it."""

    asked: Kind
    """What the environment file says, or the command line."""

    sdk: str
    """The version of Pulumi's SDK that the programs run with."""

    pulumi: Installed | None
    plugins: tuple[tuple[str, str], ...]
    """For each package that the programs use: where its plugin is; empty: our drivers stand in for it."""

    stacks: tuple[Held, ...]
