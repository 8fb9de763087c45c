"""Secrets are sealed as Pulumi seals them, with a passphrase that is only asked for when one is touched."""

import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from provisioner.engine.embedded import secrets
from provisioner.engine.embedded.secrets import (
    BlindSealer,
    BrokenSeal,
    PassphraseSealer,
    own_passphrase,
    passphrase_state,
)
from provisioner.engine.failures import PassphraseMissing, PassphraseWrong

SALT = "v1:fozI5u6B030=:v1:F+6ZduKKd8G0/V7L:PGMFeIzwobWRKmEAzUdaQHqC5mMRIQ=="
"""From Pulumi's own tests (`pkg/secrets/passphrase/manager_test.go`); the passphrase is `password`."""


@pytest.fixture
def quick(monkeypatch):
    """A key in no time: what costs time is tested once, against Pulumi's vector."""
    monkeypatch.setattr(secrets, "ROUNDS", 1)


def sealer(phrase="open sesame", salt=None):
    return PassphraseSealer("dev", lambda: phrase, salt)


def test_pulumis_own_vector_opens_and_its_proof_is_pulumi():
    theirs = sealer("password", SALT)
    assert theirs.open(SALT.split(":", 2)[2]) == "pulumi"
    assert theirs.state() == {"type": "passphrase", "state": {"salt": SALT}}
    assert theirs.open(theirs.seal("hello")) == "hello"
    with pytest.raises(PassphraseWrong) as refused:
        sealer("password123", SALT).open("v1:AAAAAAAAAAAAAAAA:AAAA")
    assert refused.value.stack == "dev"


def test_what_is_sealed_opens_in_the_next_run(quick):
    first = sealer()
    ciphertext = first.seal('"päss"')
    assert "päss" not in ciphertext
    salt = first.state()["state"]["salt"]
    assert salt.startswith("v1:")
    assert sealer(salt=salt).open(ciphertext) == '"päss"'


def test_nothing_is_asked_before_the_first_secret(quick):
    asked = []
    ours = PassphraseSealer("dev", lambda: asked.append(1) or "x")
    assert ours.state() is None
    assert asked == []
    for text in ("one", "two", "one"):
        ours.open(ours.seal(text))
    assert asked == [1]


def test_the_key_is_derived_once(quick, monkeypatch):
    derived = []
    cipher = secrets._cipher
    monkeypatch.setattr(secrets, "_cipher", lambda *known: derived.append(1) or cipher(*known))
    ours = sealer()
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ours.seal, ["same"] * 50))) == 1
    assert derived == [1]


def test_without_a_passphrase_nothing_is_sealed_or_opened():
    ours = sealer(None)
    with pytest.raises(PassphraseMissing):
        ours.seal("x")
    with pytest.raises(PassphraseMissing):
        sealer(None, SALT).open("v1:a:b")
    assert ours.state() is None


def test_an_empty_passphrase_is_one(quick):
    ours = sealer("")
    assert ours.open(ours.seal("x")) == "x"


def test_a_value_that_was_opened_is_sealed_to_the_same_bytes(quick):
    first = sealer()
    ciphertext = first.seal("secret")
    again = sealer(salt=first.state()["state"]["salt"])
    assert again.open(ciphertext) == "secret"
    assert again.seal("secret") == ciphertext
    assert again.seal("other") != ciphertext


def test_a_value_is_sealed_with_a_fresh_nonce_in_each_stack(quick):
    assert sealer().seal("secret") != sealer().seal("secret")


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "v1",
        "v2:AAAAAAAAAAAAAAAA:AAAA",
        "v1:AAAA:AAAA",
        "v1:AAAAAAAAAAAAAAAA:AAAA",
        "v1:AAAAAAAAAAAAAAAA:!",
    ],
)
def test_a_damaged_value_is_not_taken_for_a_wrong_passphrase(quick, damaged):
    ours = sealer()
    ours.seal("x")
    with pytest.raises(BrokenSeal):
        ours.open(damaged)


@pytest.mark.parametrize(
    "salt", ["fozI5u6B030=:v1:F+6ZduL:PGMFeIzwobWRKmEAzUdaQHqC5mMRIQ==", "v1:", "v1:%%%:v1:a:b"]
)
def test_a_damaged_salt_is_not_taken_for_a_wrong_passphrase(quick, salt):
    with pytest.raises(BrokenSeal):
        sealer(salt=salt).seal("x")


def test_a_sealed_value_without_any_salt_is_damage(quick):
    with pytest.raises(BrokenSeal):
        sealer().open("v1:AAAAAAAAAAAAAAAA:AAAA")


def test_neither_key_nor_secret_shows_in_the_sealers_text(quick):
    ours = sealer("canary-phrase")
    ours.seal("canary-secret")
    assert "canary" not in repr(ours)


def test_the_blind_one_hands_ciphertexts_through():
    blind = BlindSealer("dev", passphrase_state(SALT))
    assert blind.state() == {"type": "passphrase", "state": {"salt": SALT}}
    opened = blind.open("v1:nonce:text")
    assert "v1:nonce:text" in opened
    assert blind.seal(opened) == "v1:nonce:text"
    with pytest.raises(PassphraseMissing):
        blind.seal('"new"')
    assert BlindSealer().state() is None


def test_the_own_passphrase_is_made_once_and_only_its_owner_reads_it(tmp_path):
    file = tmp_path / "local" / "passphrase"
    ask = own_passphrase(file)
    assert not file.exists()
    first = ask()
    assert len(first) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert ask() == own_passphrase(file)() == first
    assert [each.name for each in file.parent.iterdir()] == ["passphrase"]


def test_those_who_make_the_own_passphrase_at_once_agree_on_it(tmp_path, monkeypatch):
    """All have seen that there is none before the first one makes it."""
    file = tmp_path / "passphrase"
    together = threading.Barrier(2)
    token = secrets.secrets.token_urlsafe
    monkeypatch.setattr(
        secrets.secrets, "token_urlsafe", lambda size: together.wait(10) and "" or token(size)
    )
    names = iter(("one", "two"))
    monkeypatch.setattr(secrets.durable.os, "getpid", lambda: next(names))
    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(lambda _: own_passphrase(file)(), range(2)))) == 1
