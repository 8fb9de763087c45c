"""What KMS and Vault say of keys: dates, states, and rotations at once."""

from datetime import UTC, datetime, timedelta

import botocore.session
import pytest

from provisioner.keyring.certificate import validity
from provisioner.providers.aws.key_status import holders, key_status, rotate
from provisioner.providers.aws.scope import Scope
from provisioner.providers.aws.session import Clients, Connection, Credentials
from provisioner.providers.interface import Refused
from provisioner.providers.vault.key_status import TransitKeys
from provisioner.providers.vault.transport import Answer
from tests.support.moto_server import moto_server

REGION = "us-east-1"


@pytest.fixture(scope="module")
def endpoint():
    with moto_server() as address:
        yield address


@pytest.fixture
def scope(endpoint):
    return Scope(Clients(Connection(endpoint, Credentials("local", "local"))), REGION)


@pytest.fixture
def client(endpoint):
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    return lambda service: botocore.session.Session().create_client(
        service, REGION, endpoint_url=endpoint, **keys
    )


@pytest.fixture
def key(client):
    return client("kms").create_key()["KeyMetadata"]


def test_a_key_that_was_rotated_and_then_given_up(scope, client, key):
    found = key_status(scope, REGION, key["KeyId"])
    assert (found.state, found.rotated, found.deletion) == ("enabled", None, None)
    rotate(scope, REGION, key["KeyId"])
    assert key_status(scope, REGION, key["KeyId"]).rotated - datetime.now(UTC) < timedelta(minutes=1)
    client("kms").schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    found = key_status(scope, REGION, key["KeyId"])
    assert found.state == "pending deletion"
    assert timedelta(days=6) < found.deletion - datetime.now(UTC) < timedelta(days=8)


def test_a_key_that_signs_has_no_rotation(scope, client):
    signing = client("kms").create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]
    assert key_status(scope, REGION, signing["KeyId"]).next_rotation is None


def test_a_key_that_is_not_there_is_refused(scope):
    with pytest.raises(Refused):
        key_status(scope, REGION, "00000000-0000-0000-0000-000000000000")


def test_what_in_the_account_is_encrypted_with_it(scope, client, key):
    s3, ec2 = client("s3"), client("ec2")
    s3.create_bucket(Bucket="with-a-key")
    s3.create_bucket(Bucket="without")
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]}}
    s3.put_bucket_encryption(Bucket="with-a-key", ServerSideEncryptionConfiguration={"Rules": [rule]})
    ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1, Encrypted=True, KmsKeyId=key["Arn"])
    found, notes = holders(scope, REGION)
    assert notes == ()
    mine = {(each.kind, each.id.partition("-")[0]) for each in found if each.key == key["Arn"]}
    assert mine == {("volume", "vol"), ("bucket", "with")}


class Vault:
    """Answers as Vault does, in its two forms of a key's versions."""

    def __init__(self, *answers):
        self.answers = [*answers]
        self.asked = []

    def call(self, method, path, body=None, **_):
        self.asked.append((method, path))
        return self.answers.pop(0)


def told(keys, **more):
    return Answer(200, {"data": {"keys": keys, "latest_version": len(keys), **more}})


def test_versions_of_keys_that_encrypt_and_of_keys_that_sign():
    first, second = 1700000000, 1700086400
    signing = {
        "1": {"creation_time": "2023-11-14T22:13:20.5Z"},
        "2": {"creation_time": "2023-11-15T22:13:20.5+00:00"},
    }
    vault = Vault(told({"1": first, "2": second}, min_decryption_version=2), told(signing), Answer(404))
    keys = TransitKeys(vault)
    found = keys.status("dev/transit/models")
    assert (found.versions, found.minimum_version) == (2, 2)
    assert (found.created.timestamp(), found.rotated.timestamp()) == (first, second)
    assert keys.status("dev/transit/signing").created.year == 2023
    assert keys.status("dev/transit/nobody").state == "gone"
    assert vault.asked[0] == ("GET", "dev/transit/keys/models")


def test_a_rotation_of_a_key_that_is_not_there_is_refused():
    with pytest.raises(Refused, match="no key dev/transit/models"):
        TransitKeys(Vault(Answer(404))).rotate("dev/transit/models")


def test_what_is_no_certificate_has_no_dates():
    assert validity("") == (None, None)
    assert validity("-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n") == (None, None)
