"""How the ids of Vault objects look that are to be imported, by type: as pulumi-vault takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from provisioner.providers.vault.registry import CATALOG
from provisioner.providers.vault.spec import Text

_GIVEN: Final = "…  (the id that Vault has given it)"


def _forms() -> dict[str, str]:
    return {
        spec.type: re.sub(r"{(\w+)}", r"<\1>", spec.id.template) if isinstance(spec.id, Text) else _GIVEN
        for spec in CATALOG
        if spec.read is not None
    }


FORMS: Final[Mapping[str, str]] = _forms()
"""By type. What Vault tells nothing of cannot be imported."""
