"""Whenever a run is killed or the disk refuses, the files still say all that was known, once."""

import errno
import os
from functools import partial
from pathlib import Path

import pytest

from provisioner.engine.embedded import secrets
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.secrets import PassphraseSealer
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Began, Drop, Ended, Key, Noted, Put, Rename
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.failures import StateNotWritten
from provisioner.plan.values import Secret
from tests.support.disk import Killed, deadly, failing, traced
from tests.support.records import thing, urn

PASSPHRASE = "open sesame"
BEFORE = (thing("a"), thing("b", inputs={"s": Secret("canary")}))
ENTRIES = (
    Began(1, "creating", thing("c", id="")),
    Ended(1, (Put(thing("c")),)),
    Noted((Rename(urn("a"), urn("d")), Put(thing("e", dependencies=(urn("d"),))))),
    Began(2, "deleting", BEFORE[1]),
    Ended(2, (Drop(Key(urn("b"))),)),
    Began(3, "creating", thing("f", id="", inputs={"s": Secret("canary")})),
)


MORE = (
    Began(11, "creating", thing("m", id="")),
    Ended(11, (Put(thing("m", inputs={"s": Secret("canary")})),)),
    Noted((Rename(urn("m"), urn("n")),)),
    Began(12, "deleting", thing("n")),
)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(secrets, "ROUNDS", 1)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: None)


def salt_of(secrets):
    return secrets["state"]["salt"] if secrets else None


def opened(root) -> tuple[StackStore, PassphraseSealer]:
    store = StackStore(Folder(root).place("foundation", "dev"))
    return store, PassphraseSealer("dev", lambda: PASSPHRASE, salt_of(store.secrets()))


def prepare_journal_only(root):
    append(root, ENTRIES[:2])


def prepare_nothing(root):
    root.mkdir()


def prepare_state_only(root):
    store, sealer = opened(root)
    store.compact(Snapshot(BEFORE), (), sealer)


def prepare_both(root):
    prepare_state_only(root)
    append(root, ENTRIES)


def prepare_left_behind(root):
    """A compaction was killed before it could remove the journal."""
    prepare_both(root)
    journal = root / ".pulumi/journals/foundation/dev.jsonl"
    kept = journal.with_suffix(".kept")
    kept.hardlink_to(journal)  # it gets its last line as well
    compact(root)
    kept.rename(journal)


PREPARED = (prepare_nothing, prepare_journal_only, prepare_state_only, prepare_both, prepare_left_behind)


def compact(root):
    store, sealer = opened(root)
    stored = store.load(sealer)
    store.compact(stored.snapshot, stored.pending, sealer)


def append(root, entries=MORE, acknowledged=None):
    store, sealer = opened(root)
    journal = store.journal(sealer)
    try:
        for entry in entries:
            journal.append(entry)
            if acknowledged is not None:
                acknowledged.append(entry)
    finally:
        journal.close()


def set_aside(root):
    opened(root)[0].set_aside("gone")


def what_is_known(root) -> str:
    store, sealer = opened(root)
    stored = store.load(sealer)
    return f"{sorted(stored.snapshot.records(), key=lambda state: state.urn)} {stored.pending}"


def is_killed(act, root: Path, moment: int) -> bool:
    try:
        with deadly(moment):
            act(root)
    except Killed:
        return True
    return False


@pytest.mark.parametrize("prepare", PREPARED)
def test_killed_at_any_call_of_a_compaction_nothing_is_lost_or_done_twice(tmp_path, prepare):
    for moment in range(100):
        root = tmp_path / str(moment)
        prepare(root)
        known = what_is_known(root)
        killed = is_killed(compact, root, moment)
        assert what_is_known(root) == known, moment
        compact(root)
        assert what_is_known(root) == known, moment
        assert not list(root.rglob("*.new"))
        if not killed:
            break
    assert moment > 8, "the compaction was killed at every one of its calls"


@pytest.mark.parametrize("prepare", PREPARED)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_refused_at_any_call_of_a_compaction_nothing_is_lost(tmp_path, prepare, code):
    for moment in range(100):
        root = tmp_path / str(moment)
        prepare(root)
        known = what_is_known(root)
        try:
            with failing(moment, code):
                compact(root)
        except StateNotWritten:
            assert what_is_known(root) == known, moment
            compact(root)
            assert what_is_known(root) == known, moment
        else:
            break
    assert moment > 8


@pytest.mark.parametrize("prepare", PREPARED)
def test_killed_at_any_call_of_appending_what_was_written_until_then_is_known(tmp_path, prepare):
    """Each later moment knows as much or more, and nothing but a beginning of what was to be written."""
    steps = []
    for count in range(len(MORE) + 1):
        root = tmp_path / f"whole-{count}"
        prepare(root)
        append(root, MORE[:count])
        steps.append(what_is_known(root))
    reached = 0
    for moment in range(100):
        root = tmp_path / str(moment)
        prepare(root)
        acknowledged = []
        killed = is_killed(partial(append, acknowledged=acknowledged), root, moment)
        assert steps.index(what_is_known(root)) in (reached, reached + 1)
        reached = steps.index(what_is_known(root))
        assert reached >= len(acknowledged)
        compact(root)
        assert what_is_known(root) == steps[reached]
        if not killed:
            break
    assert reached == len(MORE)


def test_killed_while_setting_aside_the_rest_can_still_be_set_aside(tmp_path):
    for moment in range(100):
        root = tmp_path / str(moment)
        prepare_both(root)
        killed = is_killed(set_aside, root, moment)
        what_is_known(root)
        set_aside(root)
        assert not opened(root)[0].exists()
        if not killed:
            break
    assert moment > 8


def test_the_order_of_a_compaction(tmp_path, golden):
    """What is renamed is synced before, and the folder after; the journal goes last."""
    prepare_both(tmp_path)
    lines = []
    store, sealer = opened(tmp_path)
    stored = store.load(sealer)
    with traced(lines, tmp_path / ".pulumi"):
        store.compact(stored.snapshot, stored.pending, sealer)
    golden("\n".join(lines) + "\n")
