"""Secrets sealed with a key of AWS KMS, in Pulumi's format; a key that may not be used changes nothing."""

import functools
import json
from base64 import b64decode, b64encode

import botocore.session
import pulumi
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from environments.key_address import kms_address
from provisioner.backends.kms import KmsKey
from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.state_failures import KeyRefused
from tests.support.buckets import BucketDesk
from tests.support.fake_cloud import FakePackage, FakeRegistry, Thing
from tests.support.runs import Desk

ALIAS = "awskms://alias/state"


def program(size=1):
    """A thing with a secret."""
    options = pulumi.ResourceOptions(provider=FakeRegistry("here"))
    Thing("a", size=size, note=pulumi.Output.secret("canary"), opts=options)


@functools.cache
def kms_at(endpoint):
    """A client of moto's KMS, with a key under the alias."""
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    client = botocore.session.Session().create_client("kms", "us-east-1", endpoint_url=endpoint, **keys)
    # All moto servers of one process share what they hold.
    if "alias/state" not in {each["AliasName"] for each in client.list_aliases()["Aliases"]}:
        client.create_alias(AliasName="alias/state", TargetKeyId=client.create_key()["KeyMetadata"]["KeyId"])
    return client


@pytest.fixture
def kms(s3_endpoint):
    return kms_at(s3_endpoint)


def with_kms(desk, kms, url=ALIAS, passphrase=None):
    """The desk, with secrets sealed by KMS where there are none yet."""
    keys = Keys(lambda: passphrase, url, lambda key, stack: KmsKey(key, stack, lambda: kms))
    backend = desk.engine()._backend
    desk.engine = lambda: EmbeddedEngine(backend_of(desk, backend), {"fake": FakePackage(desk.cloud)}, keys)
    return desk


def backend_of(desk, backend):
    return desk.backend() if isinstance(desk, BucketDesk) else backend


@pytest.fixture(params=[Desk, BucketDesk], ids=["folder", "bucket"])
def desk(request, tmp_path, kms):
    return with_kms(request.param(tmp_path), kms)


def state_of(desk):
    return desk.engine()._backend.place("layer", "test.here").content().checkpoint


def secrets_in(desk):
    return json.loads(state_of(desk))["checkpoint"]["latest"]["secrets_providers"]


def test_the_format_is_pulumis(desk, kms):
    """The data key is the cloud's to open; with it a value opens as one of a passphrase does."""
    desk.apply(program)
    providers = secrets_in(desk)
    assert providers["type"] == "cloud"
    assert providers["state"]["url"] == ALIAS
    key = kms.decrypt(CiphertextBlob=b64decode(providers["state"]["encryptedkey"]))["Plaintext"]
    resources = json.loads(state_of(desk))["checkpoint"]["latest"]["resources"]
    (note,) = [each["inputs"]["note"] for each in resources if "note" in each.get("inputs", {})]
    version, nonce, sealed = note["ciphertext"].split(":")
    assert version == "v1"
    assert AESGCM(key).decrypt(b64decode(nonce), b64decode(sealed), None) == b'"canary"'


def test_another_run_opens_what_was_sealed(desk):
    desk.apply(program)
    assert desk.plan(program).is_empty
    assert b"canary" not in state_of(desk)


def test_unchanged_secrets_stay_as_they_are_byte_by_byte(desk):
    desk.apply(program)
    before = json.loads(state_of(desk))["checkpoint"]["latest"]
    desk.apply(lambda: program(2))
    after = json.loads(state_of(desk))["checkpoint"]["latest"]
    assert after["secrets_providers"] == before["secrets_providers"]
    assert ciphertexts(after) == ciphertexts(before)


def ciphertexts(deployment):
    return [each["inputs"]["note"] for each in deployment["resources"] if "note" in each.get("inputs", {})]


def test_a_key_is_asked_for_once_a_run_and_not_to_look(desk, kms, monkeypatch):
    asked = []
    encrypt, decrypt = KmsKey.encrypt, KmsKey.decrypt
    monkeypatch.setattr(KmsKey, "encrypt", lambda *args: asked.append("encrypt") or encrypt(*args))
    monkeypatch.setattr(KmsKey, "decrypt", lambda *args: asked.append("decrypt") or decrypt(*args))
    desk.apply(program)
    assert asked == ["encrypt"]
    desk.resources()
    assert desk.breaches() == ()
    assert asked == ["encrypt"]
    desk.plan(program)
    assert asked == ["encrypt", "decrypt"]


def test_a_key_that_did_not_seal_it_opens_nothing_and_changes_nothing(desk):
    desk.apply(program)
    before = state_of(desk)
    place = desk.engine()._backend.place("layer", "test.here")
    forged = forge(before, b64encode(b"x" * 200).decode())
    write(desk, place, forged)
    for act in (desk.plan, desk.apply):
        with pytest.raises(KeyRefused) as refused:
            act(program)
        assert refused.value.key == ALIAS
    assert state_of(desk) == forged


def forge(state, encrypted_key):
    content = json.loads(state)
    content.pop("checksum")
    content["checkpoint"]["latest"]["secrets_providers"]["state"]["encryptedkey"] = encrypted_key
    return json.dumps(content).encode()


def write(desk, place, content):
    if isinstance(desk, BucketDesk):
        desk.objects().put(place._state, content)
    else:
        place.checkpoint.write_bytes(content)


def test_a_key_that_is_not_there_stops_the_first_secret_before_anything_is_made(tmp_path, kms):
    desk = with_kms(Desk(tmp_path), kms, "awskms://alias/nobody")
    with pytest.raises(KeyRefused) as refused:
        desk.apply(program)
    assert refused.value.code == "NotFoundException"
    assert desk.cloud.names() == []


def test_a_state_sealed_with_a_passphrase_stays_so(tmp_path, kms, quick_passphrase):
    """What the environment says is about states without secrets; others are not sealed anew in passing."""
    desk = Desk(tmp_path)
    desk.apply(program)
    desk = with_kms(desk, kms, passphrase="a passphrase")
    desk.apply(lambda: program(2))
    assert secrets_in(desk)["type"] == "passphrase"


@pytest.mark.parametrize(
    ("url", "key", "region", "context"),
    [
        ("awskms://alias/state", "alias/state", None, {}),
        ("awskms://alias/state?region=eu-west-1&awssdk=v2", "alias/state", "eu-west-1", {}),
        ("awskms://1234abcd-12ab-34cd-56ef-1234567890ab", "1234abcd-12ab-34cd-56ef-1234567890ab", None, {}),
        (
            "awskms:///arn:aws:kms:us-east-1:111122223333:alias/state?context_team=ml",
            "arn:aws:kms:us-east-1:111122223333:alias/state",
            None,
            {"team": "ml"},
        ),
    ],
)
def test_addresses_as_pulumi_writes_them(url, key, region, context):
    address = kms_address(url)
    assert (address.key, address.region, dict(address.context)) == (key, region, context)


def test_an_encryption_context_is_part_of_the_key(kms):
    sealed = KmsKey(f"{ALIAS}?context_team=ml", "dev", lambda: kms).encrypt(b"x" * 32)
    assert KmsKey(f"{ALIAS}?context_team=ml", "dev", lambda: kms).decrypt(sealed) == b"x" * 32
    with pytest.raises(KeyRefused):
        KmsKey(f"{ALIAS}?context_team=search", "dev", lambda: kms).decrypt(sealed)
