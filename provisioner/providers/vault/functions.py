"""What a program looks up (`vault:…:get…`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from provisioner.plan.values import Properties
from provisioner.providers.vault.session import Session

Function = Callable[[Session | None, Properties], Properties]

FUNCTIONS: Final[Mapping[str, Function]] = {}
"""By token."""
