"""Takes what the cloud says into the records: journalled, with a backup, and without a call to the cloud."""

from __future__ import annotations

import time
from collections.abc import Collection

from provisioner.engine.embedded.looking import acceptance
from provisioner.engine.embedded.preparing import Prepared
from provisioner.engine.embedded.secrets import Sealer
from provisioner.engine.embedded.state import Ended, Noted
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.embedded.versions import Update, Versions


def accept(
    store: StackStore, sealer: Sealer, archive: Versions, prepared: Prepared, urns: Collection[str]
) -> str:
    """Record these resources as they are; where a backup of the state before lies.

    Whatever kept it from its end, the next run goes on from the journal. Raises what writing raises.
    """
    began = time.time()
    backup = store.back_up()
    edits = acceptance(prepared.recorded, prepared.refreshed, urns)
    accepted = prepared.recorded.copy()
    journal = store.journal(sealer)
    try:
        for settled in prepared.settled:
            journal.append(Ended(settled.operation, settled.edits))
        if edits:
            journal.append(Noted(edits))
    finally:
        journal.close()
    for edit in edits:
        accepted.apply(edit)
    store.compact(accepted, (), sealer)
    archive.keep(Update(kind="refresh", began=began, changes={}))
    return backup
