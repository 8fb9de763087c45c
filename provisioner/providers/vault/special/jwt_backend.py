"""JWT and OIDC methods: a mount, and settings of their own that Vault takes as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from provisioner.providers.vault.spec import Call, Field
from provisioner.providers.vault.special.mounts import AuthMounts


class JwtBackends(AuthMounts):
    """One such method."""

    def settings(self, call: Call, rows: Sequence[Field]) -> list[Field]:  # noqa: ARG002 - as the table's
        """All of them, whichever differ: what is not said is taken away."""
        return [row for row in self.spec.fields if row.on_change == call]
