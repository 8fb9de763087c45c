"""A stack goes from one engine to the other: its state, and with it who acts on it.

Both write one format in one place, so there is little to translate: what one engine registers for itself,
and the name of the program that has written the file, by which its holder is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from provisioner.engine.amending import Amended, Amendment, Document, Fit, Kind, Ledger, Moving, Remark
from provisioner.engine.embedded.ledger import Content
from provisioner.engine.embedded.state import ResourceState
from provisioner.engine.embedded.surgery import Records
from provisioner.engine.engine_failures import NotWithThisEngine, UnfinishedThere
from provisioner.engine.engines import EMBEDDED, PULUMI
from provisioner.engine.engines import Kind as Engine

_BUILT_IN: Final = "pulumi:providers:pulumi"
"""What Pulumi's engine registers for stack references; the embedded engine answers those itself."""

_OF_A_MACHINE: Final = frozenset({"sourcePosition", "stackTrace"})
"""Where in a program a resource came from: paths of the machine that ran it, and eleven for each resource."""

_INTERNAL: Final = "__internal"
"""What Pulumi's engine notes for itself in the inputs of a provider."""

Write = Callable[[Content, str], str]
"""Records it as the engine does; where a backup of the state before lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """Which way a stack goes."""

    stack: str
    """`<project>/<stack>`."""

    holder: Engine | None
    """Who holds it now; None: nothing is recorded."""

    to: Engine
    write: Write | None = None
    """None: the ledger writes it itself."""


class HandingLedger:
    """The ledger of a stack of which a state is imported; it does nothing else."""

    def __init__(self, ledger: Ledger, handing: Handing) -> None:
        self._ledger = ledger
        self._handing = handing

    def imported(self, document: Document, fit: Fit) -> Amended:
        """What would be recorded, and whether the stack goes to another engine.

        Raises `UnfinishedThere`, and what the ledger raises.
        """
        amended = self._ledger.imported(document, fit)
        content: Content = amended.content
        handing = self._handing
        if handing.to == PULUMI and content.records.pending:
            raise UnfinishedThere(handing.stack, handing.holder or EMBEDDED, _open_in(content.records))
        records = Records(_translated(content.records.resources, handing.to), content.records.pending)
        goes = handing.holder is not None and handing.holder != handing.to
        handed = (Remark(Kind.HANDED_OVER, "", handing.to),) if goes else ()
        return Amended((*handed, *amended.notes), replace(content, records=records))

    def record(self, amended: Amended, message: str) -> str:
        """Record it; where a backup of the state before lies, empty if there was none."""
        write = self._handing.write
        return self._ledger.record(amended, message) if write is None else write(amended.content, message)

    def amended(self, amendment: Amendment) -> Amended:  # noqa: ARG002 - as all ledgers
        """Nothing but an import. Raises `NotWithThisEngine`."""
        raise by_hand(self._handing.stack)

    def handed_over(self, moving: Moving, to: Ledger) -> tuple[tuple[Ledger, Amended], ...]:  # noqa: ARG002
        """Nothing but an import. Raises `NotWithThisEngine`."""
        raise by_hand(self._handing.stack)


def by_hand(stack: str) -> NotWithThisEngine:
    """Why records of Pulumi's are not changed here: it has commands for that, and locks of its own."""
    return NotWithThisEngine(f"changing the records of {stack} by hand", PULUMI, "pulumi state --help")


def _open_in(records: Records) -> tuple[str, ...]:
    return tuple(f"{began.kind} {began.goal.urn}" for began in records.pending)


def _translated(resources: tuple[ResourceState, ...], to: Engine) -> tuple[ResourceState, ...]:
    """The records as the other engine would have written them."""
    if to == PULUMI:
        return resources
    return tuple(_ours(each) for each in resources if each.type != _BUILT_IN)


def _ours(state: ResourceState) -> ResourceState:
    """In the order of this engine, and without what it never writes."""
    on = {name: tuple(sorted(urns)) for name, urns in state.property_dependencies.items() if urns}
    is_built_in = f"::{_BUILT_IN}::" in state.provider
    return replace(
        state,
        inputs={name: value for name, value in state.inputs.items() if name != _INTERNAL},
        dependencies=tuple(sorted(state.dependencies)),
        property_dependencies=on,
        provider="" if is_built_in else state.provider,
        other={name: value for name, value in state.other.items() if name not in _OF_A_MACHINE},
    )
