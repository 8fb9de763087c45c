"""Ordinary programs of `pulumi_vault` on the embedded engine, against a real Vault."""

from dataclasses import dataclass

import pulumi
import pulumi_vault as vault

from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import Keys
from provisioner.providers.vault.connection import Login, TokenLogin, VaultConnection
from provisioner.providers.vault.package import VaultPackage
from tests.servers.vault import Vault
from tests.support.runs import Desk


@dataclass
class VaultDesk(Desk):
    """An engine and a stack in one folder, and a Vault that it reaches as root, or with this login."""

    server: Vault | None = None
    prefix: str = ""
    login: Login | None = None

    def engine(self):
        return EmbeddedEngine(
            Folder(self.folder / "state"),
            {"vault": VaultPackage(self.connection())},
            Keys(lambda: self.passphrase),
        )

    def connection(self):
        login = self.login or TokenLogin(self.server.root_token)
        return VaultConnection(address=self.server.address, ca=self.server.ca, login=login)

    def program(self, *makers):
        """A program in which each maker makes its resources with these options."""

        def run():
            provider = vault.Provider("vault", address=self.server.address, skip_child_token=True)
            for make in makers:
                make(pulumi.ResourceOptions(provider=provider))

        return run

    def subject(self, type, arguments, **options):
        """A program with one resource, `subject`."""

        def make(opts):
            type(
                "subject",
                **arguments,
                opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(**options)),
            )

        return self.program(make)

    def elsewhere(self, name):
        """Another desk in a folder of its own, with the same Vault: it remembers nothing of what this one made."""
        folder = self.folder / name
        folder.mkdir()
        return VaultDesk(folder, self.passphrase, server=self.server, prefix=self.prefix, login=self.login)
