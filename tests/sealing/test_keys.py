"""Each version of a model has a data key of its own, which opens by the key of that model alone."""

import json
from base64 import b64decode

import pytest

from components.fetch_sealed_model import Unsound, must_be_signed
from environments.model_signature import algorithm, envelope, is_by, signed_bytes, statement
from provisioner.engine.model_failures import KeyIsNotThere
from provisioner.providers.interface import Refused
from provisioner.sealing.keys import KmsSealing, KmsSigning, TransitSealing, TransitSigning
from tests.sealing.sealed import KEY, FakeTransit

DIGEST = "sha256:" + "1" * 64
SAID = statement("ranker", 17, DIGEST)


def test_vault_is_asked_for_a_key_of_the_model_and_nothing_else():
    vault = FakeTransit("model-ranker")
    sealing = TransitSealing(vault, "prod/transit")
    key = sealing.new("ranker", 17)
    assert key.plain == KEY
    assert key.wrapped["key"] == "prod/transit/model-ranker"
    assert sealing.opened("ranker", 17, key.wrapped) == KEY
    assert vault.asked == [
        ("POST", "prod/transit/datakey/plaintext/model-ranker"),
        ("POST", "prod/transit/decrypt/model-ranker"),
    ]


def test_the_key_of_one_model_opens_nothing_of_another():
    vault = FakeTransit("model-ranker", "model-triage")
    sealing = TransitSealing(vault, "prod/transit")
    with pytest.raises(Refused, match="authentication failed"):
        sealing.opened("triage", 17, sealing.new("ranker", 17).wrapped)
    with pytest.raises(KeyIsNotThere):
        sealing.new("churn", 1)


def test_a_data_key_is_not_shown_by_accident():
    key = TransitSealing(FakeTransit("model-ranker"), "prod/transit").new("ranker", 17)
    assert "plain" not in repr(key)


def test_a_signature_of_vault_is_that_of_the_statement_and_its_key_is_in_der():
    signature = TransitSigning(FakeTransit("signing"), "prod/transit").sign(signed_bytes(SAID))
    assert algorithm(signature.key) == "ed25519"
    assert is_by(signature.key, signature.value, SAID)
    for other in (
        statement("triage", 17, DIGEST),
        statement("ranker", 18, DIGEST),
        statement("ranker", 17, "sha256:" + "2" * 64),
    ):
        assert not is_by(signature.key, signature.value, other)
    assert not is_by(signature.key, "AAAA", SAID)
    for text in ("no base64!", "A", "ünlesbar"):
        assert not is_by(signature.key, text, SAID)


def test_an_envelope_is_verified_in_the_pod_as_here():
    signature = TransitSigning(FakeTransit("signing"), "prod/transit").sign(signed_bytes(SAID))
    signed = json.loads(json.dumps(envelope(SAID, [signature.value])))
    must_be_signed(signed, json.loads(json.dumps(SAID)), [signature.key])
    with pytest.raises(Unsound, match="none of the keys"):
        must_be_signed(signed, SAID, [])
    with pytest.raises(Unsound, match="another model, another version"):
        must_be_signed(signed, {**SAID, "predicate": {"model": "ranker", "version": 18}}, [signature.key])
    with pytest.raises(Unsound, match="none of the keys"):
        must_be_signed(envelope(statement("ranker", 18, DIGEST), [signature.value]), SAID, [signature.key])


def test_the_text_that_is_signed_is_that_of_dsse():
    # The example of its protocol, with our type and our payload.
    payload = b64decode(envelope(SAID, [])["payload"])
    assert signed_bytes(SAID) == b"DSSEv1 28 application/vnd.in-toto+json %d " % len(payload) + payload
    assert json.loads(payload)["subject"] == [{"digest": {"sha256": "1" * 64}, "name": "ranker"}]


@pytest.mark.parametrize("text", ["", "no base64!", "AAAA", "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL"])
def test_what_is_no_key_signs_with_nothing(text):
    assert algorithm(text) is None
    assert not is_by(text, "AAAA", SAID)


def test_kms_is_told_the_model_and_the_version_and_opens_for_no_other(kms):
    sealing = KmsSealing(kms.call, kms.sealing)
    key = sealing.new("ranker", 17)
    assert len(key.plain) == 32
    assert sealing.opened("ranker", 17, key.wrapped) == key.plain
    assert sealing.new("ranker", 17).plain != key.plain
    for model, version in (("triage", 17), ("ranker", 18)):
        with pytest.raises(Refused):
            sealing.opened(model, version, key.wrapped)


@pytest.mark.parametrize("wrapped", ["A", "no base64!", "vault:v1:AAAA", "ünlesbar"])
def test_what_kms_has_not_wrapped_is_told(kms, wrapped):
    with pytest.raises(Unsound, match="its data key is not base64"):
        KmsSealing(kms.call, kms.sealing).opened("ranker", 17, {"wrapped": wrapped})


def test_kms_signs_and_everybody_verifies(kms):
    signature = KmsSigning(kms.call, kms.signing).sign(signed_bytes(SAID))
    assert algorithm(signature.key) == "ecdsa-p256"
    assert is_by(signature.key, signature.value, SAID)
    assert not is_by(signature.key, signature.value, statement("ranker", 18, DIGEST))
    must_be_signed(envelope(SAID, [signature.value]), SAID, [signature.key])
    with pytest.raises(Unsound):
        must_be_signed(envelope(statement("a", 1, DIGEST), [signature.value]), SAID, [signature.key])
