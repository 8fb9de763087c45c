"""The servers to look at by hand: an API server with every definition, until Ctrl-C.

python -m tests.servers
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.servers.api_server import ApiServer
from tests.servers.build import build_missing
from tests.servers.definitions import SOURCES

build_missing()
with tempfile.TemporaryDirectory() as folder:
    server = ApiServer(Path(folder))
    try:
        server.load_crds(*SOURCES)
        sys.stdout.write(f"{server.url}\nKUBECONFIG={server.kubeconfig}\n")
        sys.stdout.flush()
        with server.becoming_ready():
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    finally:
        server.close()
