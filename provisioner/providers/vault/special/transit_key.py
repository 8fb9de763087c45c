"""Transit keys: one goes only when a program has said before that it may."""

from __future__ import annotations

from typing import Final

from provisioner.providers.interface import Object, Refused
from provisioner.providers.vault.driver import TableDriver

KEPT: Final = "VaultKeyKept"


class Keys(TableDriver):
    """One key."""

    def delete(self, old: Object) -> None:
        """Remove it with every version. Raises `Refused` if nobody has said that it may go."""
        if not old.inputs.get("deletionAllowed") and self._is_kept(old):
            raise Refused(
                f"the key {old.id} may not be deleted: what it has encrypted would open nowhere, and what"
                " it has signed could not be verified. Where that is meant, declare the key with"
                " `deletion_allowed=True` (in an environment: `governance: {protect: none}`), apply that, and"
                " then take it away",
                code=KEPT,
            )
        super().delete(old)

    def _is_kept(self, old: Object) -> bool:
        """Whether it is there, and Vault would refuse."""
        document = self.document(self.spec.read, {**old.outputs, **old.inputs}) if self.spec.read else None
        return document is not None and not document.get("deletion_allowed")
