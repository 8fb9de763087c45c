"""Plugins for tests: where they are put, and stacks that are run with them."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pulumi

from provisioner.engine.amending import Mending, Pending
from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.ledger import opened
from provisioner.engine.interface import Access
from provisioner.providers.protocol.packages import Packages
from tests.support.runs import Desk

ROOT = Path(__file__).parents[2]
SCRIPT = """#!/bin/sh
export PYTHONPATH={root} MOODY_CALLS={calls}
exec {python} -m tests.support.moody "$@"
"""


class Thing(pulumi.CustomResource):
    """What the plugin `moody` makes."""

    def __init__(self, resource_name, opts=None, **inputs):
        super().__init__("moody:index:Thing", resource_name, inputs, opts)


class Mood(pulumi.ProviderResource):
    """The provider resource of `moody`."""

    def __init__(self, resource_name="mood", opts=None, **inputs):
        super().__init__("moody", resource_name, inputs, opts)


def script(folder: Path, name: str, text: str) -> Path:
    """An executable in a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text)
    file.chmod(0o755)
    return file


@dataclass
class PluginDesk(Desk):
    """A desk whose packages are plugins on a PATH of its own: there is `moody`, and what a test puts there."""

    packages: Packages = field(init=False)

    def __post_init__(self):
        super().__post_init__()
        self.path = self.folder / "path"
        moody = SCRIPT.format(root=ROOT, calls=self.folder / "calls", python=sys.executable)
        script(self.path, "pulumi-resource-moody", moody)
        self.packages = self.fresh()

    def fresh(self):
        """Packages with nothing started yet, as another process would have."""
        path = f"{self.path}:{os.environ['PATH']}"
        home = str(self.folder / "home")
        return Packages({}, {**os.environ, "PATH": path, "PULUMI_HOME": home})

    def engine(self):
        return EmbeddedEngine(Folder(self.folder / "state"), self.packages, Keys(lambda: self.passphrase))

    def forget_pending(self):
        """Nobody looks any more what became of operations that were cut off."""
        place = Folder(self.folder / "state").place("layer", "test.here")
        with opened(place, Keys(lambda: self.passphrase), Access.WRITE) as ledger:
            ledger.record(ledger.amended(Mending(Pending.FORGET)), "")

    def calls(self):
        """What the plugin was asked, in order."""
        file = self.folder / "calls"
        return file.read_text().split() if file.exists() else []
