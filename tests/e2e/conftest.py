"""What tests of the whole product share: a moto server on loopback."""

import logging
import os
from unittest import mock

import pytest

from tests.e2e.census import Cloud


@pytest.fixture(scope="session")
def cloud():
    """A moto server that lives as long as the tests, and clients to look into it."""
    with mock.patch.dict(os.environ, {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}):
        from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield Cloud(f"http://{host}:{port}")
    server.stop()
