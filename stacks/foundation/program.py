"""The foundation of one environment in one region: what it has on AWS, and once, what it has in Vault."""

from __future__ import annotations

from environments.clouds import NONE
from stacks.selection import selected


def main() -> None:
    """Declares every resource of the layer, and hands over what later layers need."""
    here = selected()
    # Each of the SDKs takes a part of a second, and whoever has no use for it does not pay for it.
    if here.environment.cloud != NONE:
        from stacks.foundation.cloud import in_the_cloud  # noqa: PLC0415

        in_the_cloud(here)
    if here.environment.encryption.vault and here.position == 0:
        from stacks.foundation.vault import in_vault  # noqa: PLC0415

        in_vault(here)
