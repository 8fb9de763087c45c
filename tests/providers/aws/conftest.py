"""A moto server on loopback for the tests of AWS drivers, and providers that use it."""

import json
import logging
import os
from unittest import mock

import pytest

from provisioner.providers.aws.package import AwsPackage
from provisioner.providers.aws.session import Connection, Credentials
from tests.support.aws_cases import Stage

DEFAULT_TAGS = {"provisioner:environment": "test", "owner": "ml-platform@example.com"}


@pytest.fixture(scope="session")
def endpoint():
    """The address of a moto server that lives as long as the tests."""
    from moto.server import ThreadedMotoServer  # only here: it takes a second to import

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with mock.patch.dict(os.environ, {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}):
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


@pytest.fixture(scope="session")
def package(endpoint):
    """The AWS package, connected to moto."""
    return AwsPackage(Connection(endpoint, Credentials("local", "local")))


@pytest.fixture(scope="session")
def provider(package):
    """A configured provider with default tags, written as Pulumi's SDK sends them."""
    return package.configure({"region": "us-east-1", "defaultTags": json.dumps({"tags": DEFAULT_TAGS})})


@pytest.fixture
def client(provider):
    """A client of a service, for what somebody else does behind our back."""
    return lambda service: provider.scope.clients.client(service, "us-east-1")


@pytest.fixture
def stage(provider):
    """Where a case is played; emptied afterwards."""
    stage = Stage(provider)
    yield stage
    stage.clear()
