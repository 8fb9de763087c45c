"""Pulumi's own engine behind the interface: stacks, their locks and their runs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from provisioner.engine.embedded.engine import EmbeddedEngine, MayOpen
from provisioner.engine.embedded.interrupts import catching
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.place import Backend
from provisioner.engine.embedded.run import SEED_BYTES
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.embedded.versions import Versions
from provisioner.engine.engine_failures import NotWithThisEngine
from provisioner.engine.engines import PULUMI
from provisioner.engine.failures import StateIsLocked
from provisioner.engine.interface import Access, Archive, Pushed, Run, Stack
from provisioner.engine.pulumi_cli.carrying import Operation
from provisioner.engine.pulumi_cli.command import SessionCommand, command
from provisioner.engine.pulumi_cli.rehearsal import Rehearsing, Tools
from provisioner.engine.pulumi_cli.run import Means, PulumiRun
from provisioner.engine.pulumi_cli.workspace import Home
from provisioner.providers.interface import Package


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """Where the states are, as either engine sees it."""

    backend: Backend
    home: Home
    lock: Callable[[Stack], AbstractContextManager[None]]
    """Keeps other processes of ours away; Pulumi takes a lock of its own for each operation."""

    holder: Callable[[Stack], str | None]
    """Who holds Pulumi's own lock; None: nobody."""

    unlock: Callable[[Stack, Access], str | None]
    """Frees it, if its holder is gone; raises `StateIsLocked`."""


class PulumiEngine:
    """Plans and applies stack programs through `pulumi`; the programs run in this process."""

    def __init__(self, lying: Lying, packages: Mapping[str, Package], keys: Keys, may_open: MayOpen) -> None:
        """`packages`: those to attach in the place of plugins."""
        self._lying = lying
        self._packages = packages
        self._keys = keys
        self._may_open = may_open
        self._reading = EmbeddedEngine(lying.backend, packages, keys)

    def open(self, stack: Stack, access: Access) -> AbstractContextManager[Run]:
        """A run on the stack; with `Access.WRITE` others of ours are kept away. Raises `StateIsLocked`."""
        return self._open(stack, access)

    def holder(self, stack: Stack) -> str | None:
        """Who is changing the stack at this moment; None: nobody."""
        return self._lying.holder(stack) or self._reading.holder(stack)

    def unlock(self, stack: Stack, access: Access = Access.WRITE) -> str | None:
        """Free the lock of a holder that is gone, and say who it was. Raises `StateIsLocked`."""
        return self._lying.unlock(stack, access)

    def push(self, stack: Stack, access: Access = Access.WRITE) -> Pushed:  # noqa: ARG002 - as all engines
        """Nothing: Pulumi keeps nothing of a run on this machine."""
        return Pushed()

    def catching(self) -> AbstractContextManager[None]:
        """While it lasts, Ctrl-C reaches the runs on all threads: once to finish what runs, twice to stop."""
        return catching()

    @cached_property
    def _command(self) -> SessionCommand:
        return command()

    @contextmanager
    def _open(self, stack: Stack, access: Access) -> Generator[Run]:
        if access is Access.READ:
            with self._run(stack, access) as run:
                yield run
            return
        with self._lying.lock(stack), self._run(stack, access) as run:
            if (holder := self._lying.holder(stack)) is not None:
                raise StateIsLocked(f"{stack.project}/{stack.name}", holder)
            yield run

    @contextmanager
    def _run(self, stack: Stack, access: Access) -> Generator[Run]:
        place = self._lying.backend.place(stack.project, stack.name)
        self._may_open(place.stack, StackStore(place).writer(), access)
        with tempfile.TemporaryDirectory(prefix="provisioner-") as folder:
            tools = Tools(
                stack=stack,
                store=lambda: StackStore(place),
                sealing=lambda secrets: self._keys.sealer(stack.name, secrets),
                command=lambda: self._command,
                home=self._lying.home,
                outputs_of=self._reading.recorded_outputs,
                packages=self._packages,
                folder=Path(folder),
            )
            means = Means(
                reading=lambda: self._reading.open(stack, Access.READ),
                rehearsing=Rehearsing(tools),
                operation=Operation(tools),
                sealing=tools.sealing,
                archive=cast("Archive", _Kept(Versions(place, StackStore(place), self._keys))),
            )
            yield PulumiRun(stack, means, os.urandom(SEED_BYTES))


class _Kept:
    """The versions of a state that Pulumi keeps: they can be looked at."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._versions, name)

    def roll_back(self, version: int) -> str:
        """Not here: it would be ours then. Raises `NotWithThisEngine`."""
        raise NotWithThisEngine(
            f"recording version {version} again",
            PULUMI,
            f"pulumi stack export --version {version} | pulumi stack import",
        )
