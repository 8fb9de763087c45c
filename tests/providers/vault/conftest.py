"""A Vault in this process, and the driver pointed at it."""

import pytest

from provisioner.providers.vault.connection import TokenLogin, VaultConnection
from provisioner.providers.vault.package import VaultPackage, VaultProvider
from provisioner.providers.vault.session import Session
from provisioner.providers.vault.waiting import Clock
from tests.support.fake_vault import TOKEN, fake_vault


class Hours:
    """Time that goes by when somebody waits, and at no other time."""

    def __init__(self):
        self.seconds = 0.0
        self.pauses = []

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.seconds += seconds

    def clock(self):
        return Clock(now=lambda: self.seconds, sleep=self.sleep)


@pytest.fixture
def vault():
    with fake_vault() as vault:
        yield vault


@pytest.fixture
def hours():
    return Hours()


@pytest.fixture
def connection(vault):
    return VaultConnection(address=vault.address, login=TokenLogin(TOKEN))


@pytest.fixture
def session(vault, connection, hours):
    return Session(vault.address, "", connection, hours.clock())


@pytest.fixture
def package(connection):
    return VaultPackage(connection)


@pytest.fixture
def provider(session):
    return VaultProvider(session)
