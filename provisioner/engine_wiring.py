"""Which of the two engines a command works with, and who holds a stack.

A stack is held by the engine that wrote its state last: the manifest of a state names its writer, and both
engines keep states in one layout, in one place. So there is no record that could be lost, or lag behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from environments.model import Environment
from provisioner.engine.embedded.checkpoint import WRITER
from provisioner.engine.embedded.engine import EmbeddedEngine, MayOpen
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.on_demand import load_on_demand
from provisioner.engine.embedded.place import Backend
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.engine_failures import HeldByOther
from provisioner.engine.engines import EMBEDDED, PULUMI, Kind
from provisioner.engine.interface import Access, Engine, Stack
from provisioner.providers.interface import Package
from provisioner.providers.protocol.packages import packages_with_plugins
from stacks.layers import Layer


@dataclass(frozen=True, slots=True)
class Parts:
    """What either engine is made of."""

    environment: Environment
    backend: Backend
    keys: Keys
    packages: Mapping[str, Package]


def engine_of(kind: Kind, parts: Parts, *, only_looks: bool = False) -> Engine:
    """The engine of this kind. It opens what it holds, and `only_looks` at the records of the rest."""
    may_open = _only_own_writes(kind) if only_looks else _only_own(kind)
    if kind == EMBEDDED:
        return EmbeddedEngine(parts.backend, packages_with_plugins(parts.packages), parts.keys, may_open)
    from provisioner.pulumi_wiring import Bound, pulumi_engine  # noqa: PLC0415 - gRPC and the Automation API

    return pulumi_engine(parts.environment, Bound(parts.backend, parts.keys, parts.packages), may_open)


def program_of(layer: Layer) -> Callable[[], None]:
    """The layer's program, imported when it runs: most commands only need its name."""
    load_on_demand("pulumi_aws")
    load_on_demand("pulumi_kubernetes")
    load_on_demand("pulumi_vault")

    def program() -> None:
        layer.program()()

    return program


def holder_of(writer: str) -> Kind | None:
    """The engine that holds a stack whose state this program wrote; None: nothing is recorded."""
    if not writer:
        return None
    return EMBEDDED if writer == WRITER else PULUMI


def holder(backend: Backend, stack: Stack) -> Kind | None:
    """The engine that holds a stack; None: nothing is recorded."""
    return holder_of(StackStore(backend.place(stack.project, stack.name)).writer())


def must_hold(kind: Kind, stack: str, writer: str) -> None:
    """Raises `HeldByOther` if the other engine holds the stack (`<project>/<stack>`)."""
    held_by = holder_of(writer)
    if held_by is not None and held_by != kind:
        raise HeldByOther(stack, held_by, kind)


def _only_own(kind: Kind) -> MayOpen:
    def may_open(stack: str, writer: str, _access: Access) -> None:
        must_hold(kind, stack, writer)

    return may_open


def _only_own_writes(kind: Kind) -> MayOpen:
    def may_open(stack: str, writer: str, access: Access) -> None:
        if access is Access.WRITE:
            must_hold(kind, stack, writer)

    return may_open
