"""A state that nobody can read any more gets replaced: by an import that is forced, and by a version."""

import contextlib
import json
from pathlib import Path

import pytest

from provisioner.engine.amending import Document, Fit, Kind, Unprotecting
from provisioner.engine.embedded import durable
from provisioner.engine.embedded.folder import Folder, FolderPlace
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.ledger import opened
from provisioner.engine.embedded.secrets import BlindSealer
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Noted, Put
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.embedded.versions import Update, Versions
from provisioner.engine.failures import StateIsDamaged
from provisioner.engine.interface import Access
from provisioner.plan.values import Secret
from tests.support.buckets import BucketDesk
from tests.support.records import provider, reference, thing

AWS = provider()
RECORDS = (
    AWS,
    thing("net", provider=reference(AWS)),
    thing("key", protect=True, inputs={"s": Secret("canary")}),
)
KEYS = Keys(lambda: "open sesame")


@pytest.fixture(params=["folder", "bucket"])
def backend(request, tmp_path, quick_passphrase):
    return Folder(tmp_path) if request.param == "folder" else BucketDesk(tmp_path).backend()


def place(backend):
    return backend.place("foundation", "dev.eu-west-1")


def sealer(store):
    return KEYS.sealer("dev.eu-west-1", store.secrets())


def records_of(there):
    store = StackStore(there)
    return store.load(sealer(store)).snapshot.records()


def imported(there, raw, fit):
    with opened(there, KEYS, Access.WRITE) as ledger:
        amended = ledger.imported(Document(raw, "state.json"), fit)
        return amended, ledger.record(amended, "import")


DAMAGES = {
    "a flipped bit": lambda there: overwritten(
        there, there.content().checkpoint.replace(b"vpc-key", b"vpc-kez")
    ),
    "cut off": lambda there: overwritten(there, there.content().checkpoint[:-40]),
    "a record twice": lambda there: forged(there, lambda resources: resources.append(resources[2])),
    "an older file under a journal": lambda there: under_a_journal(there),
    "a journal that is damaged": lambda there: under_a_journal(there, is_damaged=True),
}


def overwritten(there, data):
    if isinstance(there, FolderPlace):
        there.checkpoint.unlink()  # a version is another name of it
        there.checkpoint.write_bytes(data)
    else:
        there._objects.put(there._state, data)


def forged(there, change):
    raw = json.loads(there.content().checkpoint)
    change(raw["checkpoint"]["latest"]["resources"])
    overwritten(there, json.dumps({"version": 3, "checkpoint": raw["checkpoint"]}).encode())


def under_a_journal(there, *, is_damaged=False):
    """A run was killed, and then somebody meddled with its files."""
    store = StackStore(there)
    with store.lock():
        journal = store.journal(sealer(store))
        journal.append(Noted((Put(thing("later")),)))
        journal.close()
    if not is_damaged:
        overwritten(there, there.content().checkpoint + b" ")
    elif isinstance(there, FolderPlace):
        there.journal.write_bytes(there.journal.read_bytes().replace(b"later", b"latex"))
    else:
        there._objects.put(f"{there._journal}{0:012d}.jsonl", b'{"no journal')


@pytest.fixture(params=DAMAGES)
def damaged(request, backend):
    """A place whose state nobody can read any more, with one version of it; an export from before."""
    there = place(backend)
    store = StackStore(there)
    with store.lock():
        store.compact(Snapshot(RECORDS), (), sealer(store))
        Versions(there, store).keep(Update(kind="update", began=0, changes={}))
    raw, whole = json.loads(json.dumps(store.export())), records_of(there)
    DAMAGES[request.param](there)
    fresh = place(backend)
    with pytest.raises(StateIsDamaged):
        StackStore(fresh).load(BlindSealer("", Versions(fresh, StackStore(fresh)).secrets()))
    return fresh, raw, whole


def test_a_damaged_state_is_replaced_by_a_forced_import_and_kept_as_it_was(damaged):
    there, raw, whole = damaged
    bytes_before = there.content().checkpoint
    with pytest.raises(StateIsDamaged):
        imported(there, raw, Fit.EXACT)
    amended, backup = imported(there, raw, Fit.FORCED)
    assert [note.kind for note in amended.notes] == [Kind.ADDED] * 3 + [Kind.UNREADABLE]
    assert records_of(there) == whole
    assert StackStore(there).secrets() == raw["deployment"]["secrets_providers"]
    assert backed_up(there, backup) == bytes_before
    goes_on(there)


def test_a_damaged_state_is_rolled_back(damaged):
    there, _, whole = damaged
    bytes_before = there.content().checkpoint
    store = StackStore(there)
    with store.lock():
        versions = Versions(there, store, KEYS)
        assert not versions.is_current(1)
        backup = versions.roll_back(1)
    assert records_of(there) == whole
    assert backed_up(there, backup) == bytes_before
    goes_on(there)


def backed_up(there, backup):
    if isinstance(there, FolderPlace):
        return Path(backup).read_bytes()
    (key,) = [key for key in there._objects.sizes(there._backups) if backup.endswith(key)]
    return there._objects.get(key).body


def test_a_replacement_that_is_cut_off_leaves_a_damaged_state_or_the_new_one(damaged, monkeypatch):
    there, raw, whole = damaged

    class Cut(BaseException):
        pass

    def cut():
        raise Cut

    with monkeypatch.context() as patched:
        patched.setattr(there, "drop_journal", cut)
        patched.setattr(durable, "remove", lambda _: cut())
        with pytest.raises(Cut):
            imported(there, raw, Fit.FORCED)
    with contextlib.suppress(StateIsDamaged):
        assert records_of(there) == whole
    imported(there, raw, Fit.FORCED)
    assert records_of(there) == whole


def goes_on(there):
    with opened(there, KEYS, Access.WRITE) as ledger:
        ledger.record(ledger.amended(Unprotecting(None)), "by hand")
    assert not any(each.protect for each in records_of(there))
