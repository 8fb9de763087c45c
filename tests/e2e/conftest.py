"""What tests of the whole product share: a moto server on loopback."""

import logging

import pytest

from tests.e2e.census import Cloud


@pytest.fixture(scope="session")
def cloud():
    """A moto server that lives as long as the tests, and clients to look into it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")  # read when IAM is first asked for something
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        try:
            yield Cloud(f"http://{host}:{port}")
        finally:
            server.stop()
