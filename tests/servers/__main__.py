"""The servers to look at by hand, until Ctrl-C: an API server with every definition, or a Vault.

python -m tests.servers
python -m tests.servers vault
"""

import contextlib
import sys
import tempfile
import time
from pathlib import Path

from tests.servers.build import build_missing


@contextlib.contextmanager
def api_server(folder):
    from tests.servers.api_server import ApiServer
    from tests.servers.definitions import SOURCES

    with contextlib.closing(ApiServer(folder)) as server:
        server.load_crds(*SOURCES)
        with server.becoming_ready():
            yield [server.url, f"KUBECONFIG={server.kubeconfig}"]


@contextlib.contextmanager
def vault(folder):
    from tests.servers.vault import Vault

    with contextlib.closing(Vault(folder)) as server:
        keys = " ".join(server.unseal_keys)
        variables = {"ADDR": server.address, "TOKEN": server.root_token, "CACERT": server.ca}
        yield [*(f"export VAULT_{name}={value}" for name, value in variables.items()), f"unseal keys: {keys}"]


build_missing()
wanted = vault if sys.argv[1:] == ["vault"] else api_server
with tempfile.TemporaryDirectory() as folder, contextlib.suppress(KeyboardInterrupt):
    with wanted(Path(folder)) as lines:
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        while True:
            time.sleep(3600)
