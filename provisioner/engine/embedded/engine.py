"""The embedded engine: stacks, their locks and their runs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager

from provisioner.engine.embedded.catching_up import catch_up_if_readable, pushed
from provisioner.engine.embedded.interrupts import catching
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.place import Backend
from provisioner.engine.embedded.run import EmbeddedRun
from provisioner.engine.embedded.stack_references import outputs_in
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.embedded.versions import Versions
from provisioner.engine.interface import (
    ORGANIZATION,
    Access,
    Pushed,
    Run,
    Stack,
    Tell,
)
from provisioner.plan.scope import WHOLE
from provisioner.plan.values import Properties
from provisioner.providers.interface import Package

MayOpen = Callable[[str, str, Access], None]
"""Raises a `Failure` unless a stack (`<project>/<stack>`) may be opened whose state this program wrote."""


class EmbeddedEngine:
    """Plans and applies stack programs in this process; the backend keeps the state."""

    def __init__(
        self,
        backend: Backend,
        packages: Mapping[str, Package],
        keys: Keys,
        may_open: MayOpen | None = None,
    ) -> None:
        self._backend = backend
        self._packages = packages
        self._keys = keys
        self._may_open = may_open
        self.hear: Tell = lambda _: None
        """Is told what programs say while something is only planned."""

        self.looks_at = WHOLE
        """What a look at the cloud is about."""

    def open(self, stack: Stack, access: Access) -> AbstractContextManager[Run]:
        """A run on the stack; with `Access.WRITE` its lock is held until the end. Raises `StateIsLocked`."""
        return self._open(stack, access)

    def holder(self, stack: Stack) -> str | None:
        """Who is changing the stack at this moment; None: nobody."""
        return self._store(stack.project, stack.name).holder()

    def catching(self) -> AbstractContextManager[None]:
        """While it lasts, Ctrl-C reaches the runs on all threads: once to finish what runs, twice to stop."""
        return catching()

    def unlock(self, stack: Stack, access: Access = Access.WRITE) -> str | None:
        """Free the lock of a holder that went silent, and say who it was. Raises `StateIsLocked`."""
        place = self._backend.place(stack.project, stack.name)
        return place.abandoned() if access is Access.READ else StackStore(place).unlock()

    def push(self, stack: Stack, access: Access = Access.WRITE) -> Pushed:
        """Add to the state what a run had to keep on this machine. Raises `StateIsLocked`."""
        place = self._backend.place(stack.project, stack.name)
        return pushed(place, StackStore(place), access)

    def _store(self, project: str, stack: str) -> StackStore:
        return StackStore(self._backend.place(project, stack))

    @contextmanager
    def _open(self, stack: Stack, access: Access) -> Generator[Run, None, None]:
        place = self._backend.place(stack.project, stack.name)
        store = StackStore(place)
        with store.lock() if access is Access.WRITE else contextlib.nullcontext():
            if access is Access.WRITE:
                catch_up_if_readable(place, store)
            archive = Versions(place, store, self._keys)
            sealer = self._keys.sealer(stack.name, archive.secrets())
            if self._may_open is not None:
                self._may_open(place.stack, store.writer(), access)
            run = EmbeddedRun(stack, store, sealer, self._packages, self.recorded_outputs)
            run.archive = archive
            run.hear = self.hear
            run.looks_at = self.looks_at
            run.is_to_apply = access is Access.WRITE
            run.sealing = lambda secrets: self._keys.sealer(stack.name, secrets)
            yield run

    def recorded_outputs(self, full_name: str) -> Properties | None:
        """What the state of another stack says; None if there is none."""
        organization, _, rest = full_name.partition("/")
        project, _, name = rest.partition("/")
        store = self._store(project, name)
        if organization != ORGANIZATION or not name or not store.exists():
            return None
        sealer = self._keys.sealer(name, store.secrets())
        return outputs_in(store.load(sealer).snapshot, project, name)
