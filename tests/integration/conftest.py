"""Real servers for tests: a Kubernetes API server with etcd, Vault, and the `helm` program.

`make integration` builds them once. Without them every test here fails; none is skipped.
"""

import contextlib
import itertools
import time

import pytest

from tests.servers.api_server import ApiServer
from tests.servers.build import program

NUMBERS = itertools.count(1)


def built(*names):
    """Where these programs are; fails where one was not built."""
    if missing := [name for name in names if not program(name).exists()]:
        pytest.fail(f"Not built: {', '.join(missing)}. Run:   make integration", pytrace=False)
    return [program(name) for name in names]


@pytest.fixture(scope="session")
def api_server(tmp_path_factory):
    """One API server for all tests; each keeps to a namespace and to names of its own."""
    built("etcd", "kube-apiserver")
    server = ApiServer(tmp_path_factory.mktemp("api_server"))
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def fresh_api_server(tmp_path):
    """An API server of a test's own, in which nothing was done yet."""
    built("etcd", "kube-apiserver")
    server = ApiServer(tmp_path)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def helm():
    """The program `helm`."""
    return built("helm")[0]


@pytest.fixture(scope="session")
def vault(tmp_path_factory):
    """One Vault for all tests, unsealed; each keeps to mounts and names of its own. See `prefix`."""
    with contextlib.closing(started_vault(tmp_path_factory.mktemp("vault"))) as server:
        yield server


@pytest.fixture
def fresh_vault(tmp_path):
    """A Vault of a test's own, to be sealed, stopped and refused."""
    with contextlib.closing(started_vault(tmp_path)) as server:
        yield server


@pytest.fixture(scope="session")
def vault_nodes(tmp_path_factory):
    """A Vault of three nodes: one is active, two stand by."""
    with contextlib.closing(started_vault(tmp_path_factory.mktemp("vault_nodes"), standbys=2)) as server:
        yield server


def started_vault(folder, **more):
    from tests.servers.vault import Vault  # hvac takes a moment to import

    built("vault")
    return Vault(folder, **more)


@pytest.fixture
def prefix():
    """What the names of a test's mounts, policies and groups begin with; no other test uses it."""
    return f"test-{next(NUMBERS)}"


@pytest.fixture(scope="session")
def schemas(tmp_path_factory):
    """The schemas of all custom kinds, as this machine keeps them: out of the same files as the API server's."""
    from provisioner.providers.kubernetes.definition_files import definitions_at
    from provisioner.providers.kubernetes.schema_store import SchemaStore
    from provisioner.providers.kubernetes.validation import Schemas
    from tests.servers.definitions import SOURCES, folders

    store = SchemaStore(tmp_path_factory.mktemp("schemas"))
    for source in SOURCES.values():
        for file in sorted(folders()[source.module].glob(source.files)):
            store.keep(None, definitions_at(file).kinds, str(file))
    return Schemas("1.35", tmp_path_factory.mktemp("definitions"), store)


@pytest.fixture
def namespace(api_server):
    """A namespace that no other test uses."""
    return api_server.make_namespace(f"test-{next(NUMBERS)}")


@pytest.fixture
def until():
    """Wait for something that happens by itself, a little later; it fails if it does not."""

    def wait(happened, seconds=30):
        limit = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < limit, f"it did not happen in {seconds} s"
            time.sleep(0.05)

    return wait


@pytest.fixture
def desk(tmp_path, quick_passphrase, api_server, namespace):
    """An embedded engine in an empty folder, with a namespace of its own in a real cluster."""
    from tests.integration.cluster_desk import ClusterDesk  # the SDK takes a moment to import

    return ClusterDesk(tmp_path, kubeconfig=api_server.kubeconfig, namespace=namespace)
