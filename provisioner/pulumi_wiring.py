"""Puts Pulumi's own engine together from the settings of an environment."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from environments.bucket_address import BucketAddress
from environments.model import Environment
from provisioner.engine.embedded.engine import MayOpen
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.ledger import Content
from provisioner.engine.embedded.lock import named
from provisioner.engine.embedded.place import Backend
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.engine_failures import NotWithThisEngine
from provisioner.engine.engines import PULUMI
from provisioner.engine.failures import StateIsLocked
from provisioner.engine.interface import ORGANIZATION, Access, Engine, Stack
from provisioner.engine.pulumi_cli.command import command
from provisioner.engine.pulumi_cli.engine import Lying, PulumiEngine
from provisioner.engine.pulumi_cli.recording import recorder
from provisioner.engine.pulumi_cli.workspace import Home
from provisioner.providers.interface import Package
from provisioner.providers.protocol.finding import here
from provisioner.state_wiring import folder_of

_CANCEL: Final = "pulumi cancel"


@dataclass(frozen=True, slots=True)
class Bound:
    """What the engine reads states with, and the drivers that there are."""

    backend: Backend
    keys: Keys
    packages: Mapping[str, Package]


def pulumi_engine(environment: Environment, bound: Bound, may_open: MayOpen) -> Engine:
    """The engine. Our drivers are attached where there is no plugin, and in the cloud on a desk always.

    So are those for clusters: the way to one is known to this process, and is in no stack.
    """
    plugins = here()
    always = bound.packages if environment.cloud == "local" else ("kubernetes",)
    attached = {
        name: package
        for name, package in bound.packages.items()
        if name in always or not plugins.exists(name)
    }
    return PulumiEngine(_lying(environment, bound), attached, bound.keys, may_open)


@contextmanager
def recording(
    environment: Environment, bound: Bound, stack: Stack, access: Access
) -> Generator[Callable[[Content, str], str]]:
    """What records a state for this engine; with `Access.WRITE` others of ours are kept away.

    Raises `StateIsLocked`, `EngineNotInstalled` and `EngineUnusable`.
    """
    lying = _lying(environment, bound)
    place = bound.backend.place(stack.project, stack.name)
    with (
        tempfile.TemporaryDirectory(prefix="provisioner-") as folder,
        lying.lock(stack) if access is Access.WRITE else nullcontext(),
    ):
        if access is Access.WRITE and (holder := lying.holder(stack)) is not None:
            raise StateIsLocked(f"{stack.project}/{stack.name}", holder)
        yield recorder(stack, place, lying.home, command, Path(folder))


def _lying(environment: Environment, bound: Bound) -> Lying:
    match environment.state.backend:
        case BucketAddress() as address:
            return Lying(
                backend=bound.backend,
                home=_home(bound, address.for_pulumi(environment.region)),
                lock=lambda _: nullcontext(),  # our lease would keep Pulumi out, too
                holder=lambda _: None,
                unlock=_not_there,
            )
        case _:
            root = folder_of(environment.state).absolute()
            return Lying(
                backend=bound.backend,
                home=_home(bound, f"file://{root}"),
                lock=lambda stack: _locked(bound.backend, root, stack),
                holder=lambda stack: next((who for _, who, _ in _locks(root, stack)), None),
                unlock=lambda stack, access: _unlocked(root, stack, access),
            )


def _home(bound: Bound, url: str) -> Home:
    return Home(url=url, passphrase=bound.keys.passphrase, around=bound.keys.around)


@contextmanager
def _locked(backend: Backend, root: Path, stack: Stack) -> Generator[None]:
    root.mkdir(parents=True, exist_ok=True)  # Pulumi wants its folder to be there
    with StackStore(backend.place(stack.project, stack.name)).lock():
        yield


def _not_there(stack: Stack, _access: Access) -> str | None:
    raise NotWithThisEngine(f"freeing the lock of {stack.full_name} in a bucket", PULUMI, _CANCEL)


def _unlocked(root: Path, stack: Stack, access: Access) -> str | None:
    """What `pulumi cancel` does, but for a holder that lives."""
    last = None
    for file, who, lives in tuple(_locks(root, stack)):
        if lives:
            raise StateIsLocked(f"{stack.project}/{stack.name}", who)
        last = who
        if access is Access.WRITE:
            file.unlink(missing_ok=True)
    return last


def _locks(root: Path, stack: Stack) -> Iterator[tuple[Path, str, bool]]:
    """Pulumi's locks: the file, who made it, and whether that is a process that lives, as far as is known."""
    folder = root / ".pulumi" / "locks" / ORGANIZATION / stack.project / stack.name
    for file in sorted(folder.glob("*.json")):
        with suppress(FileNotFoundError):  # it was freed just now
            content = file.read_bytes()
            yield file, named(content), _lives(content)


def _lives(content: bytes) -> bool:
    try:
        said: Any = json.loads(content)
    except ValueError:
        return True  # nobody knows
    told = cast("dict[str, Any]", said) if isinstance(said, dict) else {}
    pid = told.get("pid")
    if told.get("hostname") != socket.gethostname() or not isinstance(pid, int):
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
