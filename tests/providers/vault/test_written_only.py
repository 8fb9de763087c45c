"""A value that is written only is in what Vault is sent, and in nothing that anybody keeps."""

import traceback

import pytest

from provisioner.plan.values import UNKNOWN, Secret, has_secret, revealed
from provisioner.providers.interface import Identity, Object, Refused
from provisioner.providers.vault.written_only import is_word

SECRET = "vault:kv/secretV2:SecretV2"
DATABASE = "vault:database/secretBackendConnection:SecretBackendConnection"
CONFIG = "vault:kubernetes/authBackendConfig:AuthBackendConfig"
CANARY = "a-canary-3b8"
SEED = bytes(32)

GIVEN = {
    SECRET: {"mount": "kv", "name": "a", "dataJsonWo": f'{{"k": "{CANARY}"}}', "dataJsonWoVersion": 1},
    DATABASE: {
        "backend": "db",
        "name": "a",
        "postgresql": {"connectionUrl": "postgresql://x", "passwordWo": CANARY, "passwordWoVersion": 1},
    },
    CONFIG: {
        "backend": "kubernetes",
        "kubernetesHost": "https://k.example",
        "tokenReviewerJwtWo": CANARY,
        "tokenReviewerJwtWoVersion": 1,
    },
}
every = pytest.mark.parametrize("type", GIVEN, ids=lambda type: type.split(":")[-1])


def checked(provider, type, inputs, old=None):
    found = provider.check(type, "it", old, inputs, SEED)
    assert found.problems == ()
    return revealed(found.inputs)


def later(inputs, number, value=CANARY):
    """The same, with another value and another number."""

    def told(item):
        if isinstance(item, dict):
            return {k: number if k.endswith("WoVersion") else told(v) for k, v in item.items()}
        return item.replace(CANARY, value) if isinstance(item, str) else item

    return told(inputs)


@every
def test_it_reaches_vault_and_no_record(provider, vault, type):
    inputs = checked(provider, type, GIVEN[type])
    made = provider.create(type, inputs)
    assert CANARY in repr(vault.sent)
    found = provider.read(type, Identity(made.id, made.inputs, made.outputs))
    planned = provider.planned(type, made, inputs)
    for kept in (inputs, made, found, planned, provider.written_only, provider.planned(type, None, inputs)):
        assert CANARY not in repr(kept)
    assert not provider.diff(type, found, inputs)


@every
def test_what_was_made_and_could_not_be_looked_at_is_recorded_without_it(provider, vault, type):
    """Vault is sealed, or the token may not read: what exists then is recorded all the same."""
    beside = {"customMetadata": {"maxVersions": 3}} if type == SECRET else {}
    inputs = checked(provider, type, {**GIVEN[type], **beside})
    vault.answers_no_more_after = ("POST", "PUT")
    with pytest.raises(Refused) as found:
        provider.create(type, inputs)
    assert CANARY in repr(vault.sent)
    assert found.value.made is not None
    assert CANARY not in repr(found.value.made)
    vault.answers_no_more_after, vault.denied = (), ()
    made = found.value.made
    again = provider.update(type, made, inputs) if provider.diff(type, made, inputs) else made
    assert not provider.diff(type, again, inputs)
    assert CANARY not in repr(again)


@every
def test_a_refusal_does_not_repeat_it(provider, vault, type):
    inputs = checked(provider, type, GIVEN[type])
    assert provider.session.token()  # is looked up before
    vault.mood(400, f"cannot connect with {GIVEN[type]} as {CANARY}")
    if type == SECRET:  # whether somebody's is there already is looked at first
        vault.moods.insert(0, (404, {"errors": []}, {}))
    with pytest.raises(Refused, match="cannot connect with") as found:
        provider.create(type, inputs)
    assert CANARY not in "".join(traceback.format_exception(found.value)) + repr(found.value.reasons)


@every
def test_another_value_is_no_change_and_another_number_is_one(provider, vault, type):
    inputs = checked(provider, type, GIVEN[type])
    made = provider.create(type, inputs)
    same = checked(provider, type, later(GIVEN[type], 1, "another"), inputs)
    assert not provider.diff(type, made, same)
    wanted = checked(provider, type, later(GIVEN[type], 2, "another"), inputs)
    assert provider.diff(type, made, wanted)
    vault.sent.clear()
    changed = provider.update(type, made, wanted)
    assert "another" in repr(vault.sent)
    assert not provider.diff(type, changed, wanted)


@every
def test_a_record_does_not_have_it(provider, package, type):
    """What another process was told, this one was not: it does not send the word in its place."""
    made = provider.create(type, checked(provider, type, GIVEN[type]))
    stranger = package.configure({})
    older = Object(made.id, later(made.inputs, 0), made.outputs)
    with pytest.raises(Refused, match="is written only: no record has it"):
        stranger.update(type, older, made.inputs)


def test_two_of_one_name_have_words_of_their_own(provider):
    one = checked(provider, SECRET, GIVEN[SECRET])["dataJsonWo"]
    other = checked(provider, SECRET, later(GIVEN[SECRET], 1, "another"))["dataJsonWo"]
    assert is_word(one) and is_word(other)
    assert one != other
    assert checked(provider, SECRET, GIVEN[SECRET])["dataJsonWo"] == one


def test_what_is_not_known_yet_stays_unknown(provider):
    inputs = checked(provider, SECRET, {**GIVEN[SECRET], "dataJsonWo": UNKNOWN})
    assert inputs["dataJsonWo"] is UNKNOWN


def test_what_the_sdk_does_not_mark_is_marked(provider):
    """It knows no members of structures: in a program a password among them is a text like any other."""
    given = {"connectionUrl": "postgresql://u:p@x", "username": "u", "password": CANARY}
    inputs = provider.check(DATABASE, "it", None, {"backend": "db", "postgresql": given}, SEED).inputs
    assert inputs["postgresql"]["password"] == Secret(CANARY)
    assert has_secret(inputs["postgresql"]["connectionUrl"])
    assert inputs["postgresql"]["username"] == "u"
    assert not provider.diff(DATABASE, Object("db/config/a", revealed(inputs), {}), inputs)
