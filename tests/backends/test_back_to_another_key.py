"""Back to a version that an earlier key has sealed: what it held is recorded under the present key."""

import json

import pytest

from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.embedded.versions import Versions
from provisioner.engine.sealing import Migration, Rotation
from provisioner.engine.state_failures import KeyRefused, SealedOtherwise
from provisioner.plan.values import Secret
from tests.backends.test_seals import (
    CANARY,
    KEY,
    NEW,
    OLD,
    TO_NEW,
    FakeKey,
    deployment,
    place_of,
    plain,
    program,
    recorded,
    reseal,
    state_of,
)
from tests.support.buckets import BucketDesk
from tests.support.runs import Desk


@pytest.fixture(params=[Desk, BucketDesk], ids=["folder", "bucket"])
def desk(request, tmp_path, quick_passphrase):
    """A desk with a version that has secrets under the old passphrase."""
    desk = request.param(tmp_path, passphrase=OLD)
    desk.apply(program)
    return desk


def roll_back(desk, version, passphrase, newer=None, broken=""):
    keys = Keys(lambda: passphrase, KEY, lambda url, _: FakeKey(url, broken), lambda: newer)
    place = place_of(desk)
    store = StackStore(place)
    with store.lock():
        Versions(place, store, keys).roll_back(version)


def notes(desk):
    return [each.inputs["note"] for each in recorded(desk) if "note" in each.inputs]


def test_across_a_rotation_it_takes_both_passphrases_and_keeps_the_new_key(desk):
    reseal(desk, TO_NEW)
    present = deployment(desk)["secrets_providers"]
    roll_back(desk, 1, OLD, newer=NEW)
    assert deployment(desk)["secrets_providers"] == present
    desk.passphrase = NEW
    assert notes(desk) == [Secret(CANARY)]


@pytest.mark.parametrize(("passphrase", "newer"), [(NEW, None), (OLD, None), (None, None), (OLD, "a third")])
def test_with_one_of_the_two_passphrases_it_is_refused_and_nothing_is_written(desk, passphrase, newer):
    reseal(desk, TO_NEW)
    before = state_of(desk)
    with pytest.raises(SealedOtherwise) as refused:
        roll_back(desk, 1, passphrase, newer)
    assert (refused.value.stack, refused.value.version) == ("layer/test.here", 1)
    assert state_of(desk) == before


def test_a_new_key_of_the_same_passphrase_stays(desk):
    """As in the cloud on a desk."""
    reseal(desk, Rotation(None))
    present = deployment(desk)["secrets_providers"]
    roll_back(desk, 1, OLD)
    assert deployment(desk)["secrets_providers"] == present
    assert notes(desk) == [Secret(CANARY)]


def test_across_a_migration_and_back(desk):
    reseal(desk, Migration(KEY))
    roll_back(desk, 1, OLD)
    assert deployment(desk)["secrets_providers"]["type"] == "cloud"
    assert notes(desk) == [Secret(CANARY)]
    reseal(desk, Migration("passphrase"))
    roll_back(desk, 2, OLD)
    assert deployment(desk)["secrets_providers"]["type"] == "passphrase"
    with pytest.raises(KeyRefused):
        roll_back(desk, 2, OLD, broken="decrypt")


def test_a_version_without_secrets_leaves_the_key_as_it_is(tmp_path, quick_passphrase):
    desk = Desk(tmp_path, passphrase=OLD)
    desk.apply(plain)
    desk.apply(program)
    present = deployment(desk)["secrets_providers"]
    roll_back(desk, 1, None)
    assert deployment(desk)["secrets_providers"] == present


def test_a_damaged_state_is_sealed_with_its_last_known_key(desk):
    reseal(desk, TO_NEW)
    present = deployment(desk)["secrets_providers"]
    place = place_of(desk)
    cut = place.content().checkpoint[:-9]
    if isinstance(desk, BucketDesk):
        desk.objects().put(place._state, cut)
    else:
        place.checkpoint.unlink()
        place.checkpoint.write_bytes(cut)
    with pytest.raises(SealedOtherwise):
        roll_back(desk, 1, NEW)
    assert place_of(desk).content().checkpoint == cut
    roll_back(desk, 1, OLD, newer=NEW)
    assert json.loads(state_of(desk))["checkpoint"]["latest"]["secrets_providers"] == present
    desk.passphrase = NEW
    assert notes(desk) == [Secret(CANARY)]
