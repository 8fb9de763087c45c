"""Records a state for Pulumi's engine, by its own `stack import`: then it is the one that has written it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pulumi.automation import CommandError, Deployment

from provisioner.engine.embedded.checkpoint import VERSION, deployment_json
from provisioner.engine.embedded.ledger import Content
from provisioner.engine.embedded.place import Place
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.embedded.versions import Update, Versions
from provisioner.engine.interface import Stack
from provisioner.engine.pulumi_cli.command import SessionCommand
from provisioner.engine.pulumi_cli.complaints import failure
from provisioner.engine.pulumi_cli.rehearsal import no_program
from provisioner.engine.pulumi_cli.workspace import Bench, Home, stack_on


def recorder(
    stack: Stack, place: Place, home: Home, command: Callable[[], SessionCommand], folder: Path
) -> Callable[[Content, str], str]:
    """What records a state so that the stack is Pulumi's from then on."""

    def record(content: Content, message: str) -> str:
        began, store, it = time.time(), StackStore(place), command()
        backup = store.back_up() if store.exists() else ""
        sealer = content.sealer
        if sealer.state() is None:
            sealer.seal("")  # brings about the key: Pulumi wants one even for a state without secrets
        if place.content().journal is not None:
            # A journal would continue a state file that is not there any more.
            store.compact(Snapshot(content.records.resources), (), sealer, content.descent)
        deployment = deployment_json(content.records.resources, (), sealer, _now())
        bench = Bench(folder=folder, home=home, command=it, secrets=sealer.state())
        try:
            stack_on(bench, stack, no_program).import_stack(
                Deployment(version=VERSION, deployment=_signed(deployment, str(it.version)))
            )
        except CommandError as error:
            raise failure(stack, error, ()) from error
        Versions(place, store).keep(Update(kind="import", began=began, message=message, changes={}))
        return backup

    return record


def _signed(deployment: dict[str, Any], version: str) -> dict[str, Any]:
    """Written by Pulumi: an import leaves the manifest as it is, and by that a state's holder is known."""
    magic = hashlib.sha256(version.encode()).hexdigest()
    return {**deployment, "manifest": {**deployment["manifest"], "version": version, "magic": magic}}


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
