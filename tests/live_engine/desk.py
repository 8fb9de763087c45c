"""The same desk as `tests/support/runs.py`, with Pulumi's own engine on it."""

from dataclasses import dataclass

from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.interface import Stack
from provisioner.engine.pulumi_cli.engine import Lying, PulumiEngine
from provisioner.engine.pulumi_cli.workspace import Home
from tests.support.fake_cloud import FakePackage
from tests.support.runs import Desk


@dataclass
class RealDesk(Desk):
    """An engine that is not ours, a cloud and a stack in one folder."""

    def engine(self):
        root = self.folder / "state"
        root.mkdir(exist_ok=True)
        backend, phrase = Folder(root), lambda: self.passphrase
        lying = Lying(
            backend=backend,
            home=Home(url=f"file://{root}", passphrase=phrase),
            lock=lambda stack: StackStore(backend.place(stack.project, stack.name)).lock(),
            holder=lambda _: None,
            unlock=lambda _stack, _access: None,
        )
        return PulumiEngine(lying, {"fake": FakePackage(self.cloud)}, Keys(phrase), lambda *_: None)

    def stack(self, program, **config):
        return Stack("layer", "test.here", "here", program, config)
