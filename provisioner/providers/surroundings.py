"""What programs that are started here find in their variables: nothing that opens a state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_OURS: Final = frozenset(
    {
        "PULUMI_CONFIG_PASSPHRASE",
        "PULUMI_CONFIG_PASSPHRASE_FILE",
        "PROVISIONER_NEW_PASSPHRASE",
        "PROVISIONER_NEW_PASSPHRASE_FILE",
        "PULUMI_ACCESS_TOKEN",
        "VAULT_SERVER_TOKEN",
    }
)
"""What is given to this process alone; credentials of clouds are for those that it starts, too."""


def for_others(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables without those."""
    return {name: value for name, value in environ.items() if name not in _OURS}
