"""The ledgers of an environment's stacks, built from its settings."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import cast

from provisioner.asked import Asked
from provisioner.engine.amending import Ledger
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.ledger import opened
from provisioner.engine.embedded.place import Backend
from provisioner.engine.engines import PULUMI, Kind
from provisioner.engine.interface import Access, Stack
from provisioner.engine_wiring import holder
from provisioner.handing_over import Handing, HandingLedger, by_hand
from provisioner.state_wiring import backend_of, keys_of, vault_of
from provisioner.wiring import Workspace, recorded


@dataclass(frozen=True, slots=True)
class Ledgers:
    """The stacks that one command is about, and what opens their records."""

    workspace: Workspace
    backend: Backend
    keys: Keys
    kind: Kind
    """The engine that the environment, or the command line, names."""

    def open(self, stack: Stack, access: Access) -> AbstractContextManager[Ledger]:
        """The ledger of one; with `Access.WRITE` its lock is held.

        Raises `StateIsLocked`, and `NotWithThisEngine` for a stack that Pulumi's engine holds.
        """
        if holder(self.backend, stack) == PULUMI:
            raise by_hand(f"{stack.project}/{stack.name}")
        return opened(self.backend.place(stack.project, stack.name), self.keys, access)


@dataclass(frozen=True, slots=True)
class Imports(Ledgers):
    """The same for an import, by which a stack may go to the other engine."""

    @contextmanager
    def open(self, stack: Stack, access: Access) -> Generator[Ledger]:
        """The ledger of one; with `Access.WRITE` its lock is held. Raises `StateIsLocked`."""
        handing = Handing(
            stack=f"{stack.project}/{stack.name}", holder=holder(self.backend, stack), to=self.kind
        )
        place = self.backend.place(stack.project, stack.name)
        if self.kind != PULUMI:
            with opened(place, self.keys, access) as ledger:
                yield cast("Ledger", HandingLedger(ledger, handing))
            return
        from provisioner.pulumi_wiring import Bound, recording  # noqa: PLC0415 - the Automation API

        bound = Bound(self.backend, self.keys, {})
        with (
            recording(self.workspace.environment, bound, stack, access) as write,
            opened(place, self.keys, Access.READ) as ledger,
        ):
            yield cast("Ledger", HandingLedger(ledger, replace(handing, write=write)))


def ledgers(asked: Asked) -> Ledgers:
    """For commands that change records by hand. Reads the environment file; makes no other call yet."""
    return Ledgers(*_parts(asked))


def imports(asked: Asked) -> Imports:
    """The same for an import."""
    return Imports(*_parts(asked))


def _parts(asked: Asked) -> tuple[Workspace, Backend, Keys, Kind]:
    workspace = recorded(asked)
    env = workspace.environment
    keys = keys_of(env.state, env.region, is_local=env.cloud == "local", vault=vault_of(workspace.files))
    return workspace, backend_of(env.state, env.region), keys, asked.engine or env.engine
