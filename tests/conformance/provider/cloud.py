"""The laboratory's cloud: objects in one JSON file, and a record of every call that touched one of them.

The file outlives the provider's process, so that a test can count what is left, and change it behind an
engine's back.
"""

import fcntl
import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cloud:
    """Objects by id: `{"name": …, "inputs": {…}, "generation": 0}`."""

    file: Path

    @contextmanager
    def opened(self):
        """The whole file, locked; what is changed in it is kept."""
        with self.file.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = (
                json.loads(self.file.read_text())
                if self.file.exists()
                else {"objects": {}, "made": {}, "calls": []}
            )
            yield kept
            self.file.write_text(json.dumps(kept))

    def make(self, name, inputs):
        """The id of a new object: its name and how many of that name there have been."""
        with self.opened() as kept:
            kept["made"][name] = kept["made"].get(name, 0) + 1
            id = f"{name}-{kept['made'][name]}"
            kept["objects"][id] = {"name": name, "inputs": inputs, "generation": 0}
            return id

    def change(self, id, inputs):
        """The generation of an object after a change of its inputs; raises `KeyError` if it is gone."""
        with self.opened() as kept:
            found = kept["objects"][id]
            found.update(inputs=inputs, generation=found["generation"] + 1)
            return found["generation"]

    def find(self, id):
        """An object, or None."""
        with self.opened() as kept:
            return kept["objects"].get(id)

    def remove(self, id):
        """An object that is gone already is no matter."""
        with self.opened() as kept:
            kept["objects"].pop(id, None)

    def note(self, operation, name):
        """Record a call."""
        with self.opened() as kept:
            kept["calls"].append([operation, name])

    def has_noted(self, operation, name):
        """Whether there was such a call since `calls` was last asked."""
        with self.opened() as kept:
            return [operation, name] in kept["calls"]

    def calls(self):
        """The calls since this was last asked: (operation, name)."""
        with self.opened() as kept:
            calls, kept["calls"] = kept["calls"], []
            return [tuple(call) for call in calls]

    def names(self):
        """The ids of all objects, sorted."""
        with self.opened() as kept:
            return sorted(kept["objects"])
