"""Vault as objects in a cluster are told of it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultServer:
    """One server, and the method by which pods of this cluster log in to it."""

    address: str
    namespace: str | None
    """Of Vault Enterprise; None: the root namespace."""
    authority: str | None
    """Certificates that it is trusted by, in PEM; None: those that images come with."""
    login: str
    """Path of the method, without `auth/`."""

    @property
    def bundle(self) -> dict[str, str]:
        """The certificates as most kinds take them; nothing where there are none."""
        return {"caBundle": b64encode(self.authority.encode()).decode()} if self.authority else {}

    @property
    def space(self) -> dict[str, str]:
        """The namespace as all kinds take it."""
        return {"namespace": self.namespace} if self.namespace else {}
