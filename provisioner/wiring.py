"""Builds what one command works with. The only file that knows engine, drivers and local cloud at once."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from environments.load import Loaded, find, load
from environments.model import Environment
from provisioner import workflow
from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.on_demand import load_on_demand
from provisioner.engine.embedded.secrets import own_passphrase
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.failures import NoCredentials
from provisioner.engine.interface import Engine, Stack
from provisioner.local.claim import Claim, Standing
from provisioner.local.desk import DESK, Desk
from provisioner.local.record import Record
from provisioner.local.unplugged import Unplugged
from provisioner.providers.aws.package import AwsPackage, caller_account
from provisioner.providers.aws.session import Connection, Credentials
from provisioner.providers.interface import Package, Refused
from stacks.layers import LAYERS, Layer, stack_name

_LOCAL_KEYS: Final = Credentials("local", "local")
"""The local cloud accepts any; given ones keep botocore from looking for the person's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """What one command works with."""

    name: str
    """The environment as the person called it on the command line."""

    environment: Environment
    engine: Engine
    stacks: tuple[Stack, ...]
    notices: tuple[str, ...] = ()
    """What the person should know before anything else."""

    endpoint: str | None = None
    """Of the local cloud, if it runs."""

    begin: Callable[[], None] = lambda: None
    """To be called before the first change."""

    @property
    def is_disposable(self) -> bool:
        """Whether nothing in it counts as data."""
        return self.environment.cloud == "local"


def loaded(name: str) -> Loaded:
    """The environment that a name or a path means. Raises `InvalidEnvironment`."""
    return load(find(name))


def recorded(name: str) -> Workspace:
    """For commands that look at the state alone."""
    return _Wiring(name, loaded(name)).recorded()


@contextmanager
def planning(name: str) -> Generator[Workspace]:
    """For commands that change nothing. Raises `WrongAccount` if the credentials are another account's."""
    wiring = _Wiring(name, loaded(name))
    if wiring.is_local:
        with wiring.local_plan() as workspace:
            yield workspace
    else:
        yield wiring.aws_plan()


def applying(name: str, say: Callable[[str], None]) -> Workspace:
    """For `apply`. Starts the local cloud. Raises `WrongAccount`, `NoCredentials` before any other call."""
    wiring = _Wiring(name, loaded(name))
    return wiring.local_apply(say) if wiring.is_local else wiring.aws()


def destroying(name: str, say: Callable[[str], None]) -> Workspace:
    """For `destroy`. Starts nothing: what was in a local cloud that is gone is gone already."""
    wiring = _Wiring(name, loaded(name))
    return wiring.local_destroy(say) if wiring.is_local else wiring.aws()


class _Wiring:
    """One environment, and the parts for it."""

    def __init__(self, name: str, found: Loaded) -> None:
        self._name = name
        self._env = found.environment
        self._file = found.files[0]
        self._root = Path(self._env.state.backend) / "state"
        self._desk = Desk()
        self._claim = Claim.of(self._env.name, self._root, DESK)

    @property
    def is_local(self) -> bool:
        """Whether the environment is in the cloud on a desk."""
        return self._env.cloud == "local"

    def recorded(self) -> Workspace:
        if not self.is_local:
            return self._workspace(self._root, AwsPackage(Connection()))
        running = self._desk.status()
        notices: tuple[str, ...] = ()
        if self._standing(running) is Standing.CLOUD_LOST:
            notices = (
                "The local cloud that this state is about is gone; `provisioner apply` starts afresh.",
            )
        return self._workspace(self._root, self._local_package(running), notices)

    def aws(self) -> Workspace:
        workflow.check_account(self._env.account_id, self._caller)
        return self._workspace(self._root, AwsPackage(self._connection()))

    def aws_plan(self) -> Workspace:
        notices: tuple[str, ...] = ()
        try:
            workflow.check_account(self._env.account_id, self._caller)
        except NoCredentials as missing:
            notices = (f"The account was not checked: {missing.reason}",)
        return self._workspace(self._root, AwsPackage(self._connection()), notices)

    @contextmanager
    def local_plan(self) -> Generator[Workspace]:
        running = self._desk.status()
        package = self._local_package(running)
        match self._standing(running):
            case Standing.TOGETHER | Standing.NEW:
                yield self._workspace(self._root, package, endpoint=_endpoint(running))
            case Standing.CLOUD_LOST:
                notice = (
                    "The local cloud that the state is about is gone: this plan starts from an empty state."
                )
                with tempfile.TemporaryDirectory() as empty:
                    yield self._workspace(Path(empty), package, (notice,), _endpoint(running))
            case Standing.STATE_LOST:
                notice = "The state is gone: `provisioner apply` starts the local cloud afresh, too."
                yield self._workspace(self._root, package, (notice,), _endpoint(running))

    def local_apply(self, say: Callable[[str], None]) -> Workspace:
        running = self._desk.status()
        match self._standing(running):
            case Standing.CLOUD_LOST:
                say("The local cloud was started anew since the last apply, and what was in it is gone.")
                self._set_aside(say)
            case Standing.STATE_LOST:
                say("The state is gone, so the local cloud with the objects in it is started afresh, too.")
                self._desk.stop()
                running = None
            case Standing.TOGETHER | Standing.NEW:
                pass
        if running is None:
            running = self._desk.start()
            say(f"Started the local cloud at {running.endpoint}.")
        cloud = running.id
        package = self._local_package(running)
        return self._workspace(
            self._root, package, endpoint=running.endpoint, begin=lambda: self._claim.make(cloud)
        )

    def local_destroy(self, say: Callable[[str], None]) -> Workspace:
        running = self._desk.status()
        if self._standing(running) is Standing.CLOUD_LOST:
            say("The local cloud that the state is about is gone, and everything in it: nothing is left.")
            self._set_aside(say)
        return self._workspace(self._root, self._local_package(running), endpoint=_endpoint(running))

    def _workspace(
        self,
        root: Path,
        package: Package,
        notices: tuple[str, ...] = (),
        endpoint: str | None = None,
        begin: Callable[[], None] = lambda: None,
    ) -> Workspace:
        return Workspace(
            name=self._name,
            environment=self._env,
            engine=EmbeddedEngine(root, {"aws": package}, self._passphrase()),
            stacks=self._stacks(),
            notices=notices,
            endpoint=endpoint,
            begin=begin,
        )

    def _stacks(self) -> tuple[Stack, ...]:
        config = {
            "provisioner:file": str(self._file.resolve()),
            "pulumi:disable-default-providers": '["*"]',
        }
        return tuple(
            Stack(layer.name, stack_name(self._env, region), region, _program(layer), config)
            for layer in LAYERS
            for region in layer.regions(self._env)
        )

    def _stores(self) -> Sequence[StackStore]:
        return [StackStore(self._root, stack.project, stack.name) for stack in self._stacks()]

    def _standing(self, running: Record | None) -> Standing:
        has_state = any(store.exists() for store in self._stores())
        return self._claim.standing(running.id if running else None, has_state=has_state)

    def _set_aside(self, say: Callable[[str], None]) -> None:
        for store in self._stores():
            with store.lock():
                if store.exists():
                    say(f"The old state was set aside: {store.set_aside('local cloud is gone')}")

    def _passphrase(self) -> Callable[[], str | None]:
        return own_passphrase(self._root / "local-passphrase") if self.is_local else _given_passphrase

    def _connection(self) -> Connection:
        account = self._env.account
        return Connection(assume_role=account.assume_role if account else None)

    def _local_package(self, running: Record | None) -> Package:
        if running:
            return AwsPackage(Connection(running.endpoint, _LOCAL_KEYS))
        return Unplugged(AwsPackage(Connection("http://127.0.0.1:9", _LOCAL_KEYS)))

    def _caller(self) -> str:
        try:
            return caller_account(self._connection(), self._env.region)
        except Refused as refused:
            raise NoCredentials(self._env.account_id, refused.reason) from refused


def _program(layer: Layer) -> Callable[[], None]:
    """The layer's program, imported when it runs: most commands only need its name."""

    def program() -> None:
        load_on_demand("pulumi_aws")
        layer.program()()

    return program


def _endpoint(running: Record | None) -> str | None:
    return running.endpoint if running else None


def _given_passphrase() -> str | None:
    """From the variables that Pulumi reads, so that both engines open the same state."""
    if (given := os.environ.get("PULUMI_CONFIG_PASSPHRASE")) is not None:
        return given
    if file := os.environ.get("PULUMI_CONFIG_PASSPHRASE_FILE"):
        with contextlib.suppress(OSError):  # then it is missing, and that has a message of its own
            return Path(file).read_text().strip()
    return None
