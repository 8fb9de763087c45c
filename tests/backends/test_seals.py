"""A new key for all secrets of a stack: tried first, written in one piece, and never with a wrong one."""

import contextlib
import errno
import itertools
import json
import os
import sys

import pulumi
import pytest

from provisioner.backends.kms import KmsKey
from provisioner.engine.embedded import lock
from provisioner.engine.embedded.catching_up import catch_up
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.seals import Seals
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Began, Ended, Noted, Put
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.failures import PassphraseMissing, PassphraseWrong, StateIsDamaged, StateNotWritten
from provisioner.engine.interface import Access
from provisioner.engine.sealing import EarlierKey, Migration, Rotation, Sealing
from provisioner.engine.state_failures import (
    KeyRefused,
    NeitherPassphrase,
    OperationsAreOpen,
    SamePassphrase,
    StateIsAway,
)
from provisioner.plan.values import Secret
from tests.support.buckets import BucketDesk, losing, refusing
from tests.support.disk import Killed, deadly, failing
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.records import thing
from tests.support.runs import Desk

OLD, NEW = "sesame-4f1d, old", "sesame-4f1d, new"
CANARY = "canary-4f1d"
KEY = "awskms://alias/state?region=us-east-1"
TO_NEW = Rotation(lambda: NEW)


class FakeKey:
    """A key of a cloud that puts its own name in front; `broken` is what it refuses to do."""

    def __init__(self, url, broken=""):
        self._mark = f"{url}|".encode()
        self._url = url
        self._broken = broken

    def encrypt(self, plaintext):
        return self._mark + self._unless("encrypt", plaintext)

    def decrypt(self, ciphertext):
        if not ciphertext.startswith(self._mark):
            raise KeyRefused("test.here", self._url, "sealed with another key", "IncorrectKeyException")
        return self._unless("decrypt", ciphertext.removeprefix(self._mark))

    def _unless(self, operation, answer):
        if operation == self._broken:
            raise KeyRefused("test.here", self._url, "no", "AccessDeniedException")
        return answer


def program(size=1):
    """A thing with a secret, and a secret output."""
    options = pulumi.ResourceOptions(provider=FakeRegistry("here"))
    Thing("a", size=size, note=pulumi.Output.secret(CANARY), opts=options)
    pulumi.export("note", pulumi.Output.secret(f"{CANARY} again"))


def plain():
    """A thing without one."""
    Thing("a", size=1, opts=pulumi.ResourceOptions(provider=FakeRegistry("here")))


@pytest.fixture(params=[Desk, BucketDesk], ids=["folder", "bucket"])
def desk(request, tmp_path, quick_passphrase):
    return request.param(tmp_path, passphrase=OLD)


@pytest.fixture
def sealed(desk):
    """A desk whose state has two secrets."""
    desk.apply(program)
    return desk


def place_of(desk):
    return desk.engine()._backend.place("layer", "test.here")


def keys_of(desk, broken=""):
    return Keys(lambda: desk.passphrase, open_key=lambda url, stack: FakeKey(url, broken))


def reseal(desk, change, access=Access.WRITE, keys=None):
    """As `SealedStacks.reseal` does it."""
    place = place_of(desk)
    store = StackStore(place)
    with store.lock() if access is Access.WRITE else contextlib.nullcontext():
        if access is Access.WRITE:
            catch_up(place, store)
        return Seals(place, store, keys or keys_of(desk)).reseal(change, access)


def opened(desk, newest=20, keys=None):
    place = place_of(desk)
    return Seals(place, StackStore(place), keys or keys_of(desk)).opened(newest)


def recorded(desk):
    """The state's secrets in plain, under what the desk's passphrase and the fake keys open."""
    store = StackStore(place_of(desk))
    return store.load(keys_of(desk).sealer("test.here", store.secrets())).snapshot.records()


def state_of(desk):
    return place_of(desk).content().checkpoint


def deployment(desk):
    return json.loads(state_of(desk))["checkpoint"]["latest"]


def everything_written(desk):
    """All bytes of state, versions, backups, locks and journals; the cloud itself may know its secrets."""
    files = [file for file in desk.folder.rglob("*") if file.is_file() and file.name != "cloud.json"]
    written = b"".join(file.read_bytes() for file in files)
    if isinstance(desk, BucketDesk):
        written += b"".join(desk.objects().get(key).body for key in desk.keys())
    return written


def test_a_rotation_seals_all_of_it_with_the_new_passphrase(sealed):
    before, salt = recorded(sealed), deployment(sealed)["secrets_providers"]
    done = reseal(sealed, TO_NEW)
    assert (done.sealing, done.secrets) == (Sealing.ANEW, opened_count(before))
    with pytest.raises(PassphraseWrong):
        recorded(sealed)
    sealed.passphrase = NEW
    assert recorded(sealed) == before
    assert deployment(sealed)["secrets_providers"] != salt
    assert deployment(sealed)["secrets_providers"]["type"] == "passphrase"
    assert sealed.plan(program).is_empty


def opened_count(records):
    return repr(records).count("Secret(")


def test_the_backup_is_the_state_before_under_the_old_key(sealed):
    before = deployment(sealed)
    done = reseal(sealed, TO_NEW)
    kept = json.loads(backup(sealed, done.backup))["checkpoint"]["latest"]
    assert kept["secrets_providers"] == before["secrets_providers"]
    assert kept["resources"] == before["resources"]


def backup(desk, name):
    if isinstance(desk, BucketDesk):
        return desk.objects().get(name.removeprefix(f"{desk.objects().address()}/")).body
    with open(name, "rb") as file:
        return file.read()


def test_to_a_key_of_a_cloud_and_back(sealed):
    before = recorded(sealed)
    there = reseal(sealed, Migration(KEY))
    assert (there.sealing, there.before, there.after) == (Sealing.ANEW, "passphrase", KEY)
    providers = deployment(sealed)["secrets_providers"]
    assert (providers["type"], providers["state"]["url"]) == ("cloud", KEY)
    sealed.passphrase = None
    assert recorded(sealed) == before
    sealed.passphrase = "a third one"
    back = reseal(sealed, Migration("passphrase"))
    assert (back.before, back.after) == (KEY, "passphrase")
    assert recorded(sealed) == before


def test_a_new_data_key_under_the_same_key(sealed):
    reseal(sealed, Migration(KEY))
    before, first = recorded(sealed), deployment(sealed)
    done = reseal(sealed, Rotation(None))
    assert (done.before, done.after) == (KEY, KEY)
    assert recorded(sealed) == before
    second = deployment(sealed)
    assert second["secrets_providers"]["state"]["url"] == KEY
    assert second["secrets_providers"] != first["secrets_providers"]
    assert not ciphertexts(second) & ciphertexts(first)


def ciphertexts(found):
    """Every sealed value in a deployment."""
    match found:
        case {"ciphertext": str(ciphertext)}:
            return {ciphertext}
        case dict():
            return set().union(*(ciphertexts(each) for each in found.values()))
        case list():
            return set().union(*(ciphertexts(each) for each in found))
        case _:
            return set()


def test_what_is_not_changed_keeps_its_ciphertext_through_later_applies(sealed):
    reseal(sealed, Migration(KEY))
    before = ciphertexts(deployment(sealed))
    sealed.engine = with_keys(sealed)
    sealed.apply(lambda: program(2))
    assert ciphertexts(deployment(sealed)) == before


def with_keys(desk):
    engine = desk.engine

    def made():
        found = engine()
        found._keys = keys_of(desk)
        return found

    return made


def test_a_trial_writes_nothing(sealed):
    before = everything_written(sealed)
    for change in (TO_NEW, Migration(KEY), Rotation(None)):
        assert reseal(sealed, change, Access.READ).sealing is Sealing.ANEW
    assert everything_written(sealed) == before


def test_what_has_no_secrets_is_left_alone(desk):
    desk.apply(plain)
    before = state_of(desk)
    for change in (TO_NEW, Migration(KEY)):
        assert reseal(desk, change).sealing is Sealing.NO_SECRETS
    assert state_of(desk) == before


def test_done_again_it_is_done_already(sealed):
    for change in (Migration(KEY), Migration("passphrase"), TO_NEW):
        assert reseal(sealed, change).sealing is Sealing.ANEW
        before = state_of(sealed)
        assert reseal(sealed, change).sealing is Sealing.ALREADY
        assert state_of(sealed) == before


WRONG = {
    "a wrong old passphrase": ("wrong", TO_NEW, "", NeitherPassphrase),
    "no old passphrase": (None, TO_NEW, "", PassphraseMissing),
    "a wrong passphrase to migrate": ("wrong", Migration(KEY), "", PassphraseWrong),
    "the same passphrase": (OLD, Rotation(lambda: OLD), "", SamePassphrase),
    "a key that may not encrypt": (OLD, Migration(KEY), "encrypt", KeyRefused),
    "a key that may not decrypt": (OLD, Migration(KEY), "decrypt", KeyRefused),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("access", Access)
def test_a_wrong_key_never_overwrites(sealed, case, access):
    before = state_of(sealed)
    sealed.passphrase, change, broken, failure = WRONG[case]
    with pytest.raises(failure):
        reseal(sealed, change, access, keys_of(sealed, broken))
    sealed.passphrase = OLD
    assert state_of(sealed) == before
    assert sealed.plan(program).is_empty
    assert not [key for key in names_of_backups(sealed)]


def names_of_backups(desk):
    if isinstance(desk, BucketDesk):
        return [key for key in desk.keys() if "/backups/" in key]
    return [file for file in desk.folder.rglob("backups/**/*") if file.is_file()]


def test_one_broken_value_stops_it_before_anything_is_written(sealed):
    state = json.loads(state_of(sealed))
    (note,) = [
        each["inputs"]["note"]
        for each in state["checkpoint"]["latest"]["resources"]
        if "note" in each.get("inputs", {})
    ]
    note["ciphertext"] = note["ciphertext"][:-8] + "AAAAAAA="
    state.pop("checksum")
    forged = json.dumps(state).encode()
    write(sealed, forged)
    with pytest.raises(StateIsDamaged):
        reseal(sealed, Migration(KEY))
    assert state_of(sealed) == forged


def write(desk, content):
    place = place_of(desk)
    if isinstance(desk, BucketDesk):
        desk.objects().put(place._state, content)
    else:
        place.checkpoint.write_bytes(content)


def test_as_long_as_operations_are_open_the_key_stays(sealed):
    """What came of them may be known to a machine that was cut off, sealed with the old key."""
    store = StackStore(place_of(sealed))
    with store.lock():
        sealer = keys_of(sealed).sealer("test.here", store.secrets())
        store.compact(store.load(sealer).snapshot, (Began(1, "creating", thing("b", id="")),), sealer)
    before = state_of(sealed)
    for access in Access:
        with pytest.raises(OperationsAreOpen) as refused:
            reseal(sealed, TO_NEW, access)
        assert refused.value.count == 1
    assert state_of(sealed) == before


def with_a_journal(desk):
    """What a killed run left: settled, and not folded into the state file yet."""
    journal_of(desk, Noted((Put(thing("later", inputs={"note": Secret(f"{CANARY} in a journal")})),)))


def journal_of(desk, *entries):
    store = StackStore(place_of(desk))
    with store.lock():
        journal = store.journal(keys_of(desk).sealer("test.here", store.secrets()))
        for entry in entries:
            journal.append(entry)
        journal.close()


@pytest.mark.parametrize("prepare", [lambda desk: None, with_a_journal], ids=["settled", "journal"])
def test_killed_at_any_call_a_stack_has_one_key_and_it_goes_on(tmp_path, quick_passphrase, prepare):
    """In a folder; the process dies, and the rest of its calls never happen."""
    for moment in itertools.count():
        desk = Desk(tmp_path / str(moment), passphrase=OLD)
        desk.folder.mkdir()
        desk.apply(program)
        prepare(desk)
        before = recorded(desk)
        try:
            with deadly(moment):
                reseal(desk, TO_NEW)
        except Killed:
            assert known_under_one_key(desk) == before, moment
            desk.passphrase = OLD
            assert reseal(desk, TO_NEW).sealing in (Sealing.ANEW, Sealing.ALREADY)
        else:
            break
        desk.passphrase = NEW
        assert recorded(desk) == before, moment
    assert moment > 15


def known_under_one_key(desk):
    for desk.passphrase in (OLD, NEW):
        with contextlib.suppress(PassphraseWrong):
            return recorded(desk)
    raise AssertionError("neither passphrase opens it")


@pytest.mark.parametrize("prepare", [lambda desk: None, with_a_journal], ids=["settled", "journal"])
def test_wherever_the_disk_is_full_a_stack_has_one_key_and_it_goes_on(tmp_path, quick_passphrase, prepare):
    for moment in itertools.count():
        desk = Desk(tmp_path / str(moment), passphrase=OLD)
        desk.folder.mkdir()
        desk.apply(program)
        prepare(desk)
        before = recorded(desk)
        try:
            with failing(moment, errno.ENOSPC):
                reseal(desk, TO_NEW)
        except StateNotWritten:
            assert known_under_one_key(desk) == before, moment
            desk.passphrase = OLD
            assert reseal(desk, TO_NEW).sealing in (Sealing.ANEW, Sealing.ALREADY)
        else:
            break
        desk.passphrase = NEW
        assert recorded(desk) == before, moment
    assert moment > 15


@pytest.mark.parametrize("fault", [refusing("SlowDown", 503), losing], ids=["503", "lost answers"])
@pytest.mark.parametrize("prepare", [lambda desk: None, with_a_journal], ids=["settled", "journal"])
def test_cut_off_from_the_bucket_at_any_request_it_goes_on(tmp_path, quick_passphrase, fault, prepare):
    for moment in itertools.count():
        desk = BucketDesk(tmp_path / str(moment), passphrase=OLD)
        desk.apply(program)
        prepare(desk)
        before = recorded(desk)
        desk.client.from_request(moment, fault)
        try:
            reseal(desk, TO_NEW)
        except StateIsAway:
            desk.client.clear()
            assert known_under_one_key(desk) == before, moment
            desk.passphrase = OLD
            assert reseal(desk, TO_NEW).sealing in (Sealing.ANEW, Sealing.ALREADY)
        else:
            break
        desk.passphrase = NEW
        assert recorded(desk) == before, moment
    assert moment > 15


def test_what_a_machine_kept_under_the_old_key_is_not_mixed_in(tmp_path, quick_passphrase):
    """It knows how an operation ended that looks like one that is open now; its secret has the old key."""
    began = Began(1, "creating", thing("b", id=""))
    ended = Ended(1, (Put(thing("b", inputs={"note": Secret(CANARY)})),))
    desk = BucketDesk(tmp_path / "one", passphrase=OLD)
    desk.apply(program)
    other = desk.elsewhere(tmp_path / "two")
    other.passphrase = OLD
    journal_of(other, began, ended)
    kept = other.folder / "here" / "journals" / "layer" / "test.here.jsonl"
    stale = kept.read_bytes()
    reseal(desk, TO_NEW)
    desk.passphrase = NEW
    journal_of(desk, began)
    kept.write_bytes(stale)
    place, store = place_of(other), StackStore(place_of(other))
    with store.lock():
        assert catch_up(place, store).added == 0
    assert opened(desk).secrets == opened_count(recorded(desk))


def test_a_check_opens_the_state_and_its_versions(sealed):
    sealed.apply(lambda: program(2))
    found = opened(sealed)
    assert (found.by, found.is_new, found.versions, found.earlier) == ("passphrase", False, 2, ())
    assert found.secrets == opened_count(recorded(sealed))
    assert opened(sealed, newest=1).versions == 1
    sealed.passphrase = "wrong"
    with pytest.raises(PassphraseWrong):
        opened(sealed)


def test_a_check_tells_of_versions_under_an_earlier_key(sealed):
    sealed.apply(lambda: program(2))
    reseal(sealed, TO_NEW)
    sealed.passphrase = NEW
    reseal(sealed, Migration(KEY))
    found = opened(sealed)
    assert found.by == KEY
    assert found.versions == 2
    assert found.earlier == (
        EarlierKey("passphrase", (3,), opens=True),
        EarlierKey("passphrase", (1, 2), opens=False),
    )


def test_a_check_of_what_has_no_secrets_asks_for_no_passphrase_but_tries_the_key(desk):
    desk.apply(plain)
    desk.passphrase = None
    assert opened(desk).is_new
    keys = Keys(lambda: None, KEY, lambda url, stack: FakeKey(url, "decrypt"))
    with pytest.raises(KeyRefused):
        opened(desk, keys=keys)


def test_neither_secrets_nor_passphrases_are_in_any_byte(sealed):
    reseal(sealed, TO_NEW)
    sealed.passphrase = NEW
    reseal(sealed, Migration(KEY))
    sealed.passphrase = OLD
    reseal(sealed, Migration("passphrase"))
    said = repr(opened(sealed)).encode()
    for failing in (lambda: reseal(sealed, Rotation(lambda: OLD)), lambda: reseal(wrong(sealed), TO_NEW)):
        with pytest.raises(Exception) as raised:  # noqa: PT011 - whatever it is, it tells no secret
            failing()
        said += repr(raised.value).encode() + str(raised.value).encode()
    for secret in (CANARY, OLD, NEW):
        assert secret.encode() not in everything_written(sealed)
        assert secret.encode() not in said


def wrong(desk):
    desk.passphrase = f"{CANARY} wrong"
    return desk
