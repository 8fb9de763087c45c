"""The ledgers of an environment's stacks, built from its settings."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from provisioner.asked import Asked
from provisioner.engine.amending import Ledger
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.ledger import opened
from provisioner.engine.embedded.place import Backend
from provisioner.engine.interface import Access, Stack
from provisioner.state_wiring import backend_of, keys_of
from provisioner.wiring import Workspace, recorded


@dataclass(frozen=True, slots=True)
class Ledgers:
    """The stacks that one command is about, and what opens their records."""

    workspace: Workspace
    backend: Backend
    keys: Keys

    def open(self, stack: Stack, access: Access) -> AbstractContextManager[Ledger]:
        """The ledger of one; with `Access.WRITE` its lock is held. Raises `StateIsLocked`."""
        return opened(self.backend.place(stack.project, stack.name), self.keys, access)


def ledgers(asked: Asked) -> Ledgers:
    """For commands that change records by hand. Reads the environment file; makes no other call yet."""
    workspace = recorded(asked)
    env = workspace.environment
    keys = keys_of(env.state, env.region, is_local=env.cloud == "local")
    return Ledgers(workspace, backend_of(env.state, env.region), keys)
