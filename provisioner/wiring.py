"""Builds what one command works with. The only file that knows engine, drivers and local cloud at once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from environments.clouds import NONE
from environments.load import Loaded, find, load
from provisioner import region_blocks, workflow
from provisioner.asked import Asked
from provisioner.aws_access import LOCAL_KEYS, cloud_connection
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.place import Backend
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.engines import EMBEDDED, Kind
from provisioner.engine.failures import LocalCloudGone, NoCredentials, RegionsMoved
from provisioner.engine.interface import Stack
from provisioner.engine_wiring import Parts, engine_of, program_of
from provisioner.local.claim import Claim, Standing
from provisioner.local.desk import DESK, Desk
from provisioner.local.record import Record
from provisioner.local.unplugged import Unplugged
from provisioner.providers.aws.cluster_token import ClusterToken, cluster_token
from provisioner.providers.aws.package import AwsPackage, caller_account
from provisioner.providers.aws.session import Connection
from provisioner.providers.interface import Package, Refused
from provisioner.schedule import LayerStacks
from provisioner.state_wiring import backend_of, folder_of, keys_of, vault_of
from provisioner.vault_wiring import notices, with_vault
from provisioner.workspace import Workspace
from stacks.layers import IN_CLUSTERS, LAYERS, Layer, stack_name


def loaded(asked: Asked) -> Loaded:
    """The environment that a command line means. Raises `InvalidEnvironment`."""
    return load(find(asked.name), cloud=asked.cloud)


def recorded(asked: Asked) -> Workspace:
    """For commands that look at the state alone."""
    return _Wiring(asked).recorded()


@contextmanager
def planning(asked: Asked) -> Generator[Workspace]:
    """For commands that change nothing.

    Raises `WrongAccount` if the credentials are another account's, and `RegionsMoved`.
    """
    wiring = _Wiring(asked)
    if wiring.is_local:
        with wiring.local_plan() as workspace:
            yield wiring.checked(workspace)
    else:
        yield wiring.checked(wiring.plan())


def applying(asked: Asked, say: Callable[[str], None], *, puts_back: bool = False) -> Workspace:
    """For `apply`, also of a kept plan that puts back. Starts the local cloud.

    Raises `WrongAccount`, `NoCredentials`, `RegionsMoved` before any other call.
    """
    wiring = _Wiring(asked, puts_back=puts_back)
    workspace = wiring.checked(wiring.local_apply(say) if wiring.is_local else wiring.real())
    return _told(workspace, say)


def looking(asked: Asked) -> Workspace:
    """For commands that compare what is recorded with the cloud. Starts nothing.

    Raises `WrongAccount`, `NoCredentials` and `LocalCloudGone` before any other call to the cloud; where
    nothing is recorded, there is nothing to call for.
    """
    wiring = _Wiring(asked)
    if wiring.is_local:
        return wiring.local_look()
    return wiring.real() if wiring.has_state() else wiring.recorded()


def reverting(asked: Asked) -> Workspace:
    """The same for plans that put back what was changed there. Raises `RegionsMoved`, too."""
    wiring = _Wiring(asked, puts_back=True)
    return wiring.checked(wiring.local_look() if wiring.is_local else wiring.real())


def destroying(asked: Asked, say: Callable[[str], None]) -> Workspace:
    """For `destroy`. Starts nothing: what was in a local cloud that is gone is gone already."""
    wiring = _Wiring(asked)
    return _told(wiring.local_destroy(say) if wiring.is_local else wiring.real(), say)


def _told(workspace: Workspace, say: Callable[[str], None]) -> Workspace:
    """The same, when the person knows what there is to know before the first call."""
    for notice in workspace.notices:
        say(f"note: {notice}")
    return workspace


def token_for(region: str, cluster: str, role: str | None) -> ClusterToken:
    """A token for an EKS cluster, by the credentials around us or in a role. Raises `Refused`."""
    return cluster_token(Connection(assume_role=role), region, cluster)


class _Wiring:
    """One environment, and the parts for it."""

    def __init__(self, asked: Asked, *, puts_back: bool = False) -> None:
        found = self._loaded = loaded(asked)
        self._puts_back = puts_back
        self._name = str(asked)
        self._cloud = asked.cloud
        self._env = found.environment
        self._kind: Kind = asked.engine or self._env.engine
        self._file = found.files[0]
        self._root = folder_of(self._env.state)
        self._backend = backend_of(self._env.state, self._env.region)
        self._keys = keys_of(
            self._env.state, self._env.region, is_local=self._is_on_a_desk, vault=vault_of(found)
        )
        self._desk = Desk()
        self._claim = Claim.of(self._env.name, self._root, DESK)

    @property
    def is_local(self) -> bool:
        """Whether the environment is in the cloud on a desk."""
        return self._env.cloud == "local"

    @property
    def _is_on_a_desk(self) -> bool:
        """Whether nothing in it is real: an environment without a cloud can be there as well."""
        return self.is_local or self._cloud == "local"

    def recorded(self) -> Workspace:
        if not self.is_local:
            aws = None if self._env.cloud == NONE else AwsPackage(Connection())
            return self._workspace(self._backend, aws, only_looks=True)
        running = self._desk.status()
        notices: tuple[str, ...] = ()
        if self._standing(running) is Standing.CLOUD_LOST:
            notices = (
                "The local cloud that this state is about is gone; `provisioner apply` starts afresh.",
            )
        return self._workspace(self._backend, self._local_package(running), notices, only_looks=True)

    def real(self) -> Workspace:
        """In the real cloud; where there is none, nobody is asked who we are."""
        if self._env.cloud == NONE:
            return self._workspace(self._backend, None)
        workflow.check_account(self._env.account_id, self._caller)
        return self._workspace(self._backend, AwsPackage(cloud_connection(self._env)))

    def plan(self) -> Workspace:
        """The same for a plan, which can do without credentials."""
        try:
            return self.real()
        except NoCredentials as missing:
            notices = (f"The account was not checked: {missing.reason}",)
        return self._workspace(self._backend, AwsPackage(cloud_connection(self._env)), notices)

    @contextmanager
    def local_plan(self) -> Generator[Workspace]:
        running = self._desk.status()
        package = self._local_package(running)
        match self._standing(running):
            case Standing.TOGETHER | Standing.NEW:
                yield self._workspace(self._backend, package, endpoint=_endpoint(running))
            case Standing.CLOUD_LOST:
                notice = (
                    "The local cloud that the state is about is gone: this plan starts from an empty state."
                )
                with tempfile.TemporaryDirectory() as empty:
                    yield self._workspace(Folder(Path(empty)), package, (notice,), _endpoint(running))
            case Standing.STATE_LOST:
                notice = "The state is gone: `provisioner apply` starts the local cloud afresh, too."
                yield self._workspace(self._backend, package, (notice,), _endpoint(running))

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
            self._backend, package, endpoint=running.endpoint, begin=lambda: self._claim.make(cloud)
        )

    def local_look(self) -> Workspace:
        running = self._desk.status()
        if self._standing(running) is Standing.CLOUD_LOST:
            raise LocalCloudGone
        cloud = running.id if running else ""
        return self._workspace(
            self._backend,
            self._local_package(running),
            endpoint=_endpoint(running),
            begin=lambda: self._claim.make(cloud),
        )

    def local_destroy(self, say: Callable[[str], None]) -> Workspace:
        running = self._desk.status()
        if self._standing(running) is Standing.CLOUD_LOST:
            say("The local cloud that the state is about is gone, and everything in it: nothing is left.")
            self._set_aside(say)
        return self._workspace(self._backend, self._local_package(running), endpoint=_endpoint(running))

    def checked(self, workspace: Workspace) -> Workspace:
        """The same, if every region keeps its addresses. Raises `RegionsMoved`."""
        foundations = workspace.layers[0].stacks
        if len(foundations) > 1:
            recorded = workflow.recording(workspace.engine, foundations).outputs
            blocks = {region: str(outputs.get("vpcCidr", "")) for region, outputs in recorded.items()}
            if found := region_blocks.moved(self._env, blocks):
                raise RegionsMoved(found)
        return workspace

    def _workspace(
        self,
        backend: Backend,
        aws: Package | None,
        notices: tuple[str, ...] = (),
        endpoint: str | None = None,
        begin: Callable[[], None] = lambda: None,
        *,
        only_looks: bool = False,
    ) -> Workspace:
        layers = self._layers(backend)
        packages, more = self._packages(aws, layers, only_looks=only_looks)
        parts = Parts(self._env, backend, self._keys, packages)
        return Workspace(
            name=self._name,
            environment=self._env,
            engine=engine_of(self._kind, parts, only_looks=only_looks),
            layers=layers,
            notices=(*notices, *more),
            endpoint=endpoint,
            begin=begin,
            files=self._loaded,
            providers={name: package.version for name, package in packages.items()},
            may_fork=self._kind == EMBEDDED,
            puts_back=self._puts_back,
        )

    def _packages(
        self, aws: Package | None, layers: Sequence[LayerStacks], *, only_looks: bool
    ) -> tuple[Mapping[str, Package], tuple[str, ...]]:
        """The drivers, and what the person should know of them."""
        packages = {"aws": aws} if aws else {}
        told = () if only_looks else notices(self._loaded)
        # What was delivered is removed by its drivers, too, when the environment delivers no more.
        if not any(stack.project in IN_CLUSTERS for layer in layers for stack in layer.stacks):
            return with_vault(packages, self._loaded), told
        from provisioner import cluster_wiring  # noqa: PLC0415 - a client for clusters, where there are some

        package = cluster_wiring.kubernetes_package(self._loaded, puts_back=self._puts_back)
        if not only_looks:
            cluster_wiring.must_be_known(self._loaded)
        told += () if only_looks or self._is_on_a_desk else cluster_wiring.notices(self._env)
        return with_vault({**packages, "kubernetes": package}, self._loaded), told

    def _layers(self, backend: Backend) -> tuple[LayerStacks, ...]:
        return tuple(self._layer(layer, backend) for layer in LAYERS)

    def _layer(self, layer: Layer, backend: Backend) -> LayerStacks:
        living = tuple(
            tuple(self._stack(layer, stack_name(self._env, region)) for region in group)
            for group in layer.regions(self._env)
        )
        names = {stack.name for group in living for stack in group}
        recorded = backend.names(layer.name)
        gone = [name for name in recorded if self._is_ours(name) and name not in names]
        return LayerStacks(living, tuple(self._stack(layer, name) for name in gone))

    def _stack(self, layer: Layer, name: str) -> Stack:
        config = {
            "provisioner:file": str(self._file.resolve()),
            "pulumi:disable-default-providers": '["*"]',
            **({"provisioner:cloud": self._cloud} if self._cloud else {}),
        }
        return Stack(layer.name, name, name.rpartition(".")[2], program_of(layer), config)

    def _is_ours(self, name: str) -> bool:
        return name.rpartition(".")[0] == self._env.name

    def _stores(self) -> Sequence[StackStore]:
        return [
            StackStore(self._backend.place(stack.project, stack.name))
            for layer in self._layers(self._backend)
            for stack in layer.stacks
        ]

    def _standing(self, running: Record | None) -> Standing:
        return self._claim.standing(running.id if running else None, has_state=self.has_state())

    def has_state(self) -> bool:
        return any(store.exists() for store in self._stores())

    def _set_aside(self, say: Callable[[str], None]) -> None:
        if rendered := self._env.rendered_into:  # for clusters that were in that cloud
            for region in self._env.regions:
                shutil.rmtree(rendered / stack_name(self._env, region), ignore_errors=True)
        for store in self._stores():
            with store.lock():
                if store.exists():
                    say(f"The old state was set aside: {store.set_aside('local cloud is gone')}")

    def _local_package(self, running: Record | None) -> Package:
        if running:
            return AwsPackage(Connection(running.endpoint, LOCAL_KEYS))
        return Unplugged(AwsPackage(Connection("http://127.0.0.1:9", LOCAL_KEYS)))

    def _caller(self) -> str:
        try:
            return caller_account(cloud_connection(self._env), self._env.region)
        except Refused as refused:
            raise NoCredentials(self._env.account_id, refused.reason) from refused


def _endpoint(running: Record | None) -> str | None:
    return running.endpoint if running else None
