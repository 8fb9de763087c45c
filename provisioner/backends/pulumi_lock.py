"""A lock as Pulumi's self-managed backend has it, beside our own: its command line looks for nothing else.

Source: pulumi/pulumi, `pkg/backend/diy/lock.go`: a file in the stack's folder of locks; whoever finds one of
somebody else's there gives way. It never runs out, and `pulumi cancel` removes it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from provisioner.backends.objects import Objects
from provisioner.engine.embedded import lock
from provisioner.engine.failures import StateIsLocked
from provisioner.engine.state_failures import StateIsAway

_OURS: Final = "provisioner-"


@contextmanager
def pulumi_lock(objects: Objects, stack: str, token: str) -> Generator[None]:
    """Keep Pulumi out, for a holder of the stack's lease. Raises `StateIsLocked` if Pulumi is at work."""
    folder = f".pulumi/locks/organization/{stack}/"
    ours = f"{folder}{_OURS}{token}.json"
    objects.put(ours, json.dumps(lock.ourselves()).encode())
    try:
        # Ours are of processes that died: we have the lease.
        others = [key for key in objects.sizes(folder) if key != ours]
        left = [key for key in others if key.startswith(f"{folder}{_OURS}")]
        objects.delete(left)
        for key in others:
            if key not in left and (found := objects.get(key)) is not None:
                raise StateIsLocked(stack, f"Pulumi: {lock.named(found.body)}")
        yield
    finally:
        with contextlib.suppress(StateIsAway):  # whoever has the lease next removes it
            objects.delete([ours])
