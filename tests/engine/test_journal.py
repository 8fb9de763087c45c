"""What is appended is on the disk when `append` returns, in order, sealed, and for a constant price."""

import errno
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.engine.embedded import durable, journal, secrets
from provisioner.engine.embedded.file_log import FileLog
from provisioner.engine.embedded.framing import End
from provisioner.engine.embedded.journal import Journal, NewerJournal, entry_json, entry_of, written_in
from provisioner.engine.embedded.property_json import Malformed, compact, parsed
from provisioner.engine.embedded.secrets import BlindSealer, PassphraseSealer
from provisioner.engine.embedded.state import Began, Drop, Ended, Key, Noted, Put, Rename
from provisioner.engine.failures import StateNotWritten
from provisioner.plan.values import Secret
from tests.support.records import edits, states, thing, urn

BLIND = BlindSealer()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(secrets, "ROUNDS", 1)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "journal.jsonl"


def opened(file, sealer=BLIND, end=End(), known=None) -> Journal:
    ours = Journal(FileLog(file, end), sealer, end, known)
    if not end.lines:
        ours.start("foundation/dev", "")
    return ours


def entries_in(file, sealer=BLIND):
    return [entry for line in written_in(file.read_bytes()).lines if (entry := entry_of(line, sealer))]


entries = st.one_of(
    st.builds(Began, st.integers(1, 9), st.sampled_from(["creating", "deleting"]), states()),
    st.builds(Ended, st.integers(1, 9), st.lists(edits(), max_size=3).map(tuple)),
    st.builds(Noted, st.lists(edits(), max_size=3).map(tuple)),
)


@settings(deadline=None)
@given(entry=entries)
def test_an_entry_comes_back_as_it_went(entry):
    sealer = PassphraseSealer("dev", lambda: "x")
    assert entry_of(parsed(compact(entry_json(entry, sealer))), sealer) == entry


def test_a_journal_as_it_stands_in_the_file(file, golden):
    ours = opened(file)
    ours.append(Began(1, "creating", thing("a", id="")))
    ours.append(Ended(1, (Put(thing("a")),)))
    ours.append(Noted((Rename(urn("a"), urn("b")), Drop(Key(urn("b"), "old")), Drop(Key(urn("b"))))))
    ours.settle("5feceb66")
    ours.close()
    golden(file.read_text())


def test_an_appended_entry_is_synced_before_append_returns(file, monkeypatch):
    ours = opened(file)
    synced = []
    monkeypatch.setattr(durable, "sync_data", lambda descriptor: synced.append(os.fstat(descriptor).st_size))
    ours.append(Began(1, "creating", thing("a")))
    assert synced == [file.stat().st_size]
    ours.close()


def test_only_its_owner_reads_a_journal(file):
    opened(file).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_entries_that_meet_share_one_sync(file, monkeypatch):
    """While the first sync is held up, all others queue; one more sync then does for all of them."""
    ours = opened(file)
    all_waiting, synced = threading.Event(), []

    def slow(descriptor):
        synced.append(descriptor)
        assert all_waiting.wait(10)

    monkeypatch.setattr(durable, "sync_data", slow)
    real = Journal._enqueue
    queued = []

    def counting(self, line):
        queued.append(line)
        if len(queued) == 20:
            all_waiting.set()
        return real(self, line)

    monkeypatch.setattr(Journal, "_enqueue", counting)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda n: ours.append(Began(n, "creating", thing(str(n)))), range(20)))
    ours.close()
    assert len(synced) < 5
    assert sorted(entry.operation for entry in entries_in(file)) == list(range(20))


def test_no_thread_returns_before_its_own_entry_is_synced(file, monkeypatch):
    """The disk is a copy of the file at the last sync; what `append` returned for must be in it."""
    ours = opened(file)
    on_disk = [b""]

    def sync(descriptor):
        on_disk[0] = file.read_bytes()

    monkeypatch.setattr(durable, "sync_data", sync)

    def write(number):
        ours.append(Began(number, "creating", thing(str(number))))
        return f'"operation":{number},'.encode() in on_disk[0]

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(write, range(1, 200)))
    ours.close()
    assert len(entries_in(file)) == 199


def test_appending_goes_on_where_an_earlier_run_stopped(file):
    opened(file).close()
    for number in (1, 2, 3):
        ours = opened(file, end=written_in(file.read_bytes()).end)
        ours.append(Began(number, "creating", thing("a")))
        ours.close()
    assert [entry.operation for entry in entries_in(file)] == [1, 2, 3]


def test_a_torn_line_is_cut_off_before_the_next_one(file):
    ours = opened(file)
    ours.append(Began(1, "creating", thing("a")))
    ours.close()
    whole = file.read_bytes()
    for cut in (whole[:-1], whole[:-2], whole + b'{"sum":"0'):
        file.write_bytes(cut)
        ours = opened(file, end=written_in(cut).end)
        ours.append(Began(2, "creating", thing("b")))
        ours.close()
        assert [entry.operation for entry in entries_in(file)][-1] == 2


def test_a_new_salt_is_in_the_journal_before_the_first_secret(file):
    """Or a run killed before its first state file could not be finished."""
    sealer = PassphraseSealer("dev", lambda: "open sesame")
    ours = opened(file, sealer)
    ours.append(Noted((Put(thing("plain")),)))
    ours.append(Noted((Put(thing("a", inputs={"pw": Secret("canary-1")})),)))
    ours.append(Noted((Put(thing("b", inputs={"pw": Secret("canary-2")})),)))
    ours.close()
    content = file.read_bytes()
    assert b"canary" not in content
    found = written_in(content)
    assert [line["kind"] for line in found.lines] == ["noted", "secrets", "noted", "noted"]
    again = PassphraseSealer("dev", lambda: "open sesame", found.secrets["state"]["salt"])
    assert entries_in(file, again)[1].edits[0].state.inputs == {"pw": Secret("canary-1")}


def test_a_salt_that_is_on_the_disk_is_not_repeated(file):
    known = PassphraseSealer("dev", lambda: "x")
    known.seal("x")
    ours = opened(file, known, known=known.state())
    ours.append(Noted((Put(thing("a", inputs={"pw": Secret("x")})),)))
    ours.close()
    found = written_in(file.read_bytes())
    assert [line["kind"] for line in found.lines] == ["noted"]
    assert found.secrets == known.state(), "the first line names it"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize("call", ["write_all", "sync_data"])
def test_what_the_disk_refuses_is_not_reported_as_written(file, monkeypatch, code, call):
    ours = opened(file)
    ours.append(Began(1, "creating", thing("a")))
    written = []

    def refuse(*arguments):
        written.append(arguments)
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as broken:
        broken.setattr(durable, call, refuse)
        with pytest.raises(StateNotWritten) as raised:
            ours.append(Began(2, "creating", thing("b")))
    assert raised.value.file == file
    assert raised.value.reason == os.strerror(code)
    with pytest.raises(StateNotWritten):
        ours.append(Began(3, "creating", thing("c")))
    assert len(written) == 1, "after a failure nobody knows what is on the disk, so nothing more is written"
    ours.close()
    assert 3 not in [entry.operation for entry in entries_in(file)]


def test_a_full_disk_in_the_middle_of_a_line_leaves_a_torn_tail(file, monkeypatch):
    ours = opened(file)
    ours.append(Began(1, "creating", thing("a")))
    real = os.write
    room = [40]

    def nearly_full(descriptor, data):
        if not room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = real(descriptor, data[: room[0]])
        room[0] -= taken
        return taken

    with monkeypatch.context() as full, pytest.raises(StateNotWritten):
        full.setattr(os, "write", nearly_full)
        ours.append(Began(2, "creating", thing("b")))
    ours.close()
    assert [entry.operation for entry in entries_in(file)] == [1]


def test_all_who_wait_learn_that_the_disk_refused(file, monkeypatch):
    ours = opened(file)

    def refuse(descriptor):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(durable, "sync_data", refuse)

    def outcome(number):
        try:
            ours.append(Began(number, "creating", thing("a")))
        except StateNotWritten:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(outcome, range(32))) == {"refused"}
    ours.close()


def test_an_interrupted_write_is_not_reported_as_written(file, monkeypatch):
    ours = opened(file)

    def interrupt(descriptor):
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted, pytest.raises(KeyboardInterrupt):
        interrupted.setattr(durable, "sync_data", interrupt)
        ours.append(Began(1, "creating", thing("a")))
    with pytest.raises(StateNotWritten, match="interrupted"):
        ours.append(Began(2, "creating", thing("b")))
    ours.close()


def test_a_folder_that_takes_no_file_is_reported(tmp_path):
    with pytest.raises(FileNotFoundError):
        opened(tmp_path / "missing" / "journal.jsonl")


def test_a_closed_journal_takes_nothing_and_closes_twice(file):
    ours = opened(file)
    ours.close()
    ours.close()
    with pytest.raises(ValueError, match="closed"):
        ours.append(Noted(()))


def test_a_journal_of_a_newer_version_is_refused(file, monkeypatch):
    monkeypatch.setattr(journal, "VERSION", 2)
    opened(file).close()
    monkeypatch.undo()
    with pytest.raises(NewerJournal):
        written_in(file.read_bytes())


@pytest.mark.parametrize(
    "line", [{"kind": "began"}, {"kind": "what"}, {"kind": "noted", "edits": [{"sell": 1}]}]
)
def test_a_line_of_no_known_kind_is_refused(line):
    with pytest.raises(Malformed):
        entry_of(line, BLIND)


def test_an_entry_costs_the_same_however_many_there_are(file, monkeypatch):
    """Counted: bytes and syncs for each entry, with a thousand entries before it and without."""
    ours = opened(file)
    real_write, cost = durable.write_all, []
    monkeypatch.setattr(
        durable, "write_all", lambda descriptor, data: cost.append(len(data)) or real_write(descriptor, data)
    )
    monkeypatch.setattr(durable, "sync_data", lambda descriptor: None)
    for number in range(1000, 2000):
        ours.append(Began(number, "creating", thing("a")))
    ours.close()
    assert len(cost) == 1000
    assert max(cost) - min(cost) <= 3, "more digits in the number of the line"
