"""A state file in the place of files that nobody can read.

Whoever calls has kept those, and holds the lock.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from provisioner.engine.embedded.checkpoint import Descent, deployment_json, file_of, lineage_json
from provisioner.engine.embedded.framing import framed
from provisioner.engine.embedded.place import Place
from provisioner.engine.embedded.property_json import compact
from provisioner.engine.embedded.secrets import Sealer
from provisioner.engine.embedded.snapshot import Snapshot, breaches
from provisioner.engine.embedded.state import Began
from provisioner.engine.failures import StateBreaksRules, StateNotWritten


def write_over(
    place: Place, snapshot: Snapshot, pending: Sequence[Began], sealer: Sealer, continued: Descent
) -> None:
    """Write the records as the state file, whatever is there, and drop the journal.

    `continued` are the lineage and the serial of the state that this one goes on from. Whenever it is
    interrupted, the files are as unreadable as before, or the new state is there.
    Raises `StateBreaksRules` and `StateNotWritten`.
    """
    if found := breaches(snapshot.records()):
        raise StateBreaksRules(found)
    time = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    deployment = deployment_json(snapshot.records(), pending, sealer, time)
    lineage, serial = continued
    deployment["metadata"] = lineage_json(lineage or uuid.uuid4().hex, serial + 1)
    data = file_of(f"organization/{place.stack}", deployment)
    announced = compact({"kind": "settled", "checkpoint": hashlib.sha256(data).hexdigest()})

    def settle() -> None:
        # A journal that does not count is not made to: its last line only says that the new file replaces it.
        place.catch_up(framed(announced, "")[0])

    try:
        if (kept := place.kept()) is not None and kept.is_certain:
            place.set_kept_aside()  # perhaps the only whole copy of the journal that goes
        place.replace(data, place.content().checkpoint, settle)
    except OSError as refused:
        raise StateNotWritten(place.checkpoint, refused.strerror or str(refused)) from refused
