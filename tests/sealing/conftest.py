"""A KMS of moto's with the two keys that models are sealed and signed by."""

from types import SimpleNamespace

import pytest

from provisioner.providers.aws.scope import Scope
from provisioner.providers.aws.session import Clients, Connection, Credentials
from tests.support.moto_server import moto_server


@pytest.fixture(scope="session")
def cloud():
    """The scope of an empty cloud on a desk."""
    with moto_server() as endpoint:
        yield Scope(Clients(Connection(endpoint, Credentials("test", "test"))), "us-east-1")


@pytest.fixture(scope="session")
def kms(cloud):
    """Its keys, and how they are called."""

    def call(operation, sent):
        return cloud.call("kms", operation, sent)

    def made(alias, **settings):
        key = call("create_key", settings)["KeyMetadata"]["KeyId"]
        call("create_alias", {"AliasName": alias, "TargetKeyId": key})
        return alias

    return SimpleNamespace(
        call=call,
        sealing=made("alias/prod-sealing"),
        signing=made("alias/prod-signing", KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256"),
    )
