"""The stacks of an environment with the keys of their secrets, built from its settings."""

from __future__ import annotations

from dataclasses import dataclass

from environments.load import Loaded
from environments.origins import rows
from environments.source import shown
from provisioner.asked import Asked
from provisioner.engine.embedded.catching_up import catch_up
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.place import Backend
from provisioner.engine.embedded.seals import Seals
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.engine_failures import NotWithThisEngine
from provisioner.engine.engines import PULUMI
from provisioner.engine.interface import Access, Stack
from provisioner.engine.sealing import KeyChange, Opened, Resealed
from provisioner.engine_wiring import holder
from provisioner.seal_wiring import in_region
from provisioner.state_wiring import backend_of, keys_of, vault_of
from provisioner.wiring import Workspace, recorded


@dataclass(frozen=True, slots=True)
class Setting:
    """What an environment file says about the key."""

    key: str
    """`passphrase`, or the address of a cloud's key as it is recorded."""

    place: str
    """`file:line`; the file alone, if it does not say it and the default holds."""


@dataclass(frozen=True, slots=True)
class SealedStacks:
    """The stacks that one command is about, and the keys that it may use."""

    workspace: Workspace
    backend: Backend
    keys: Keys
    setting: Setting

    def opened(self, stack: Stack, newest: int) -> Opened:
        """Open every secret of the state, and of so many of its newest versions; raises as `Seals.opened`."""
        place = self.backend.place(stack.project, stack.name)
        return Seals(place, StackStore(place), self.keys).opened(newest)

    def reseal(self, stack: Stack, change: KeyChange, access: Access) -> Resealed:
        """Seal all secrets with another key, or find out whether that can be done; raises as `Seals.reseal`.

        `Access.WRITE` takes the stack's lock, and raises `StateIsLocked`.
        """
        place = self.backend.place(stack.project, stack.name)
        store = StackStore(place)
        if holder(self.backend, stack) == PULUMI:
            raise NotWithThisEngine("another key", PULUMI, "pulumi stack change-secrets-provider PROVIDER")
        if access is Access.READ:
            return Seals(place, store, self.keys).reseal(change, access)
        with store.lock():
            catch_up(place, store)
            return Seals(place, store, self.keys).reseal(change, access)

    def address(self, key: str) -> str:
        """The address of a key as it is recorded: with a region."""
        return in_region(key, self.workspace.environment.region)


def sealed_stacks(asked: Asked) -> SealedStacks:
    """For commands about keys. Reads the environment file; makes no call yet but those of `recorded`."""
    workspace = recorded(asked)
    env = workspace.environment
    keys = keys_of(env.state, env.region, is_local=env.cloud == "local", vault=vault_of(workspace.files))
    return SealedStacks(workspace, backend_of(env.state, env.region), keys, _setting(workspace.files, keys))


def _setting(files: Loaded | None, keys: Keys) -> Setting:
    if files is None:
        return Setting(keys.of_new_states, "the environment file")
    places = (row.place for row in rows(files) if row.path == "state.secrets")
    return Setting(keys.of_new_states, next(places, None) or shown(files.files[0]))
