"""A stack's files give back what was written, in Pulumi's layout, and nothing is ever taken for something else."""

import json
import os
import stat
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from provisioner.engine.embedded import checkpoint, property_json, secrets
from provisioner.engine.embedded import folder as module
from provisioner.engine.embedded import store as store_module
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.secrets import BlindSealer, PassphraseSealer
from provisioner.engine.embedded.snapshot import Snapshot, breaches
from provisioner.engine.embedded.state import Began, Drop, Ended, Key, Noted, Put, Rename
from provisioner.engine.embedded.store import Stored, StackStore
from provisioner.engine.failures import (
    NewerState,
    PassphraseWrong,
    StateBreaksRules,
    StateIsDamaged,
    StateNotWritten,
)
from provisioner.plan.saved import Mark
from provisioner.plan.values import Secret
from tests.support.records import edits, thing, urn, words

PROJECT, STACK = "foundation", "dev.eu-west-1"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(secrets, "ROUNDS", 1)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # what syncs when is tested with the crashes
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: None)


def store_in(root) -> StackStore:
    return StackStore(Folder(root).place(PROJECT, STACK), lambda: datetime(2026, 11, 21, 8, tzinfo=UTC))


@pytest.fixture
def store(tmp_path) -> StackStore:
    return store_in(tmp_path)


def sealer_for(store, phrase="open sesame") -> PassphraseSealer:
    return PassphraseSealer(STACK, lambda: phrase, salt_of(store.secrets()))


def load(store) -> Stored:
    return store.load(sealer_for(store))


def append(store, *entries):
    journal = store.journal(sealer_for(store))
    for entry in entries:
        journal.append(entry)
    journal.close()


def compact(store, *states, pending=()):
    store.compact(Snapshot(states), pending, sealer_for(store))


def files_of(root) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def test_where_nothing_was_written_there_is_nothing(store, tmp_path):
    assert not store.exists()
    assert store.secrets() is None
    found = load(store)
    assert (len(found.snapshot), found.pending, found.next_operation) == (0, (), 1)
    assert files_of(tmp_path) == {}


def test_the_layout_is_that_of_pulumis_own_backend(store, tmp_path):
    compact(store, thing("a"))
    compact(store, thing("a"), thing("b"))
    append(store, Noted(()))
    with store.lock():
        assert sorted(files_of(tmp_path)) == [
            ".pulumi/journals/foundation/dev.eu-west-1.jsonl",
            ".pulumi/locks/foundation/dev.eu-west-1.json",
            ".pulumi/meta.yaml",
            ".pulumi/stacks/foundation/dev.eu-west-1.json",
            ".pulumi/stacks/foundation/dev.eu-west-1.json.bak",
        ]
    assert files_of(tmp_path)[".pulumi/meta.yaml"] == b"version: 1\n"
    assert json.loads(files_of(tmp_path)[".pulumi/stacks/foundation/dev.eu-west-1.json"])["checkpoint"][
        "stack"
    ] == ("organization/foundation/dev.eu-west-1")
    for file in tmp_path.rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) == (0o700 if file.is_dir() else 0o600)


def test_a_killed_first_run_is_found_in_its_journal(store):
    append(
        store,
        Began(1, "creating", thing("a", id="")),
        Ended(1, (Put(thing("a")),)),
        Began(2, "creating", thing("b")),
    )
    assert store.exists()
    found = load(store)
    assert words(found.snapshot.records()) == ["a"]
    assert found.pending == (Began(2, "creating", thing("b")),)
    assert found.next_operation == 3


def test_the_journal_continues_the_state_file(store):
    compact(store, thing("a"), thing("b"))
    append(store, Noted((Drop(Key(urn("a"))), Rename(urn("b"), urn("c")))))
    append(store, Noted((Put(thing("d", dependencies=(urn("c"),))),)))
    assert words(load(store).snapshot.records()) == ["c", "d"]


def test_a_compaction_leaves_the_same_in_one_file(store, tmp_path):
    compact(store, thing("a"))
    append(store, Began(4, "deleting", thing("a")), Noted((Put(thing("b")),)))
    before = load(store)
    store.compact(before.snapshot, before.pending, sealer_for(store))
    after = load(store)
    assert after.snapshot.records() == before.snapshot.records()
    assert after.pending == before.pending
    assert after.next_operation == before.next_operation
    assert not any("journal" in name for name in files_of(tmp_path))


def test_an_operation_keeps_its_number_through_a_compaction(store):
    compact(store, thing("a"), pending=(Began(7, "updating", thing("a")),))
    assert load(store).next_operation == 8
    append(store, Ended(7, (Put(thing("a", protect=True)),)))
    found = load(store)
    assert found.pending == ()
    assert found.snapshot.live(urn("a")).protect
    assert found.next_operation == 8


def test_the_state_before_is_kept_as_backup(store, tmp_path):
    compact(store, thing("a"))
    first = files_of(tmp_path)[".pulumi/stacks/foundation/dev.eu-west-1.json"]
    compact(store, thing("b"))
    assert files_of(tmp_path)[".pulumi/stacks/foundation/dev.eu-west-1.json.bak"] == first


def test_a_state_that_breaks_rules_is_not_written(store, tmp_path):
    compact(store, thing("a"))
    append(store, Noted((Put(thing("b")),)))
    before = files_of(tmp_path)
    broken = (thing("b", dependencies=(urn("z"),)), thing("c", id=""))
    with pytest.raises(StateBreaksRules) as raised:
        compact(store, *broken)
    assert raised.value.breaches == breaches(broken)
    assert files_of(tmp_path) == before


def test_no_secret_can_be_read_in_any_file(store, tmp_path):
    secret = Secret({"password": "canary-in-a-dict", "more": ["canary-in-a-list"]})
    sealer = sealer_for(store)
    journal = store.journal(sealer)
    journal.append(Began(1, "creating", thing("a", id="", inputs={"s": secret})))
    journal.append(Ended(1, (Put(thing("a", inputs={"s": secret}, outputs={"t": {"u": secret}})),)))
    journal.append(Began(2, "deleting", thing("a", inputs={"s": secret})))
    journal.close()
    found = load(store)
    store.compact(found.snapshot, found.pending, sealer)
    append(store, Noted((Put(thing("b", inputs={"s": secret})),)))
    found = load(store)
    store.compact(found.snapshot, found.pending, sealer_for(store))
    store.set_aside("the end")
    everything = files_of(tmp_path)
    assert len(everything) == 3
    for content in everything.values():
        assert b"canary" not in content
        assert b"open sesame" not in content
    assert found.snapshot.live(urn("a")).inputs == {"s": secret}


def test_unchanged_secrets_are_written_as_they_were(store, tmp_path):
    def written():
        return json.loads(files_of(tmp_path)[".pulumi/stacks/foundation/dev.eu-west-1.json"])["checkpoint"][
            "latest"
        ]

    compact(store, thing("a", inputs={"s": Secret("x")}))
    before = written()
    sealer = sealer_for(store)
    found = store.load(sealer)
    store.compact(found.snapshot, found.pending, sealer)
    assert {**written(), "metadata": {}} == {**before, "metadata": {}}


def test_each_state_has_a_serial_and_all_of_a_stack_one_lineage(store, tmp_path):
    assert store.mark() == Mark()
    compact(store, thing("a"))
    first = store.mark()
    append(store, Noted(()))
    assert (store.mark().lineage, store.mark().serial) == (first.lineage, 1)
    assert store.mark().digest != first.digest
    compact(store, thing("a"))
    second = store.mark()
    assert (second.lineage, second.serial) == (first.lineage, 2)
    store.set_aside("gone")
    compact(store, thing("a"))
    assert store.mark().serial == 1
    assert store.mark().lineage != first.lineage


def test_a_state_that_pulumi_wrote_has_no_lineage_until_we_write_it(store, tmp_path):
    compact(store, thing("a"))
    file = tmp_path / ".pulumi/stacks/foundation/dev.eu-west-1.json"
    content = json.loads(file.read_bytes())
    del content["checksum"], content["checkpoint"]["latest"]["metadata"]
    file.write_text(json.dumps(content))
    assert (store.mark().lineage, store.mark().serial) == ("", 0)


def test_without_secrets_no_passphrase_is_needed(store):
    def never():
        raise AssertionError("asked for the passphrase")

    compact(store, thing("a"))
    sealer = PassphraseSealer(STACK, never, salt_of(store.secrets()))
    found = store.load(sealer)
    journal = store.journal(sealer)
    journal.append(Noted((Put(thing("b")),)))
    store.compact(found.snapshot, (), sealer)


def test_the_salt_survives_even_if_only_the_journal_has_it(store):
    append(store, Noted((Put(thing("a", inputs={"s": Secret("x")})),)))
    assert salt_of(store.secrets()).startswith("v1:")
    assert load(store).snapshot.live(urn("a")).inputs == {"s": Secret("x")}


def test_a_salt_outlives_the_last_secret(store):
    compact(store, thing("a", inputs={"s": Secret("x")}))
    salt = salt_of(store.secrets())
    compact(store, thing("a"))
    assert salt_of(store.secrets()) == salt


def test_a_wrong_passphrase_changes_nothing(store, tmp_path):
    compact(store, thing("a", inputs={"s": Secret("x")}))
    before = files_of(tmp_path)
    with pytest.raises(PassphraseWrong):
        store.load(sealer_for(store, "guess"))
    assert files_of(tmp_path) == before


def test_a_sealer_without_the_stacks_salt_is_a_mistake_of_ours(store):
    compact(store, thing("a", inputs={"s": Secret("x")}))
    with pytest.raises(ValueError, match="secrets"):
        store.load(PassphraseSealer(STACK, lambda: "open sesame"))


def test_an_export_needs_no_passphrase_and_holds_the_journal_too(store):
    compact(store, thing("a", inputs={"s": Secret("canary")}))
    append(store, Began(5, "creating", thing("b")), Noted((Put(thing("c", inputs={"s": Secret("canary")})),)))
    exported = store.export()
    assert exported["version"] == 3
    deployment = exported["deployment"]
    assert [each["urn"] for each in deployment["resources"]] == [urn("a"), urn("c")]
    assert [set(each) for each in deployment["pending_operations"]] == [{"resource", "type"}]
    assert deployment["secrets_providers"]["state"]["salt"] == salt_of(store.secrets())
    assert "canary" not in json.dumps(exported)
    sealed = deployment["resources"][0]["inputs"]["s"]["ciphertext"]
    assert sealer_for(store).open(sealed) == '"canary"'


def test_looking_needs_no_passphrase(store):
    compact(store, thing("a", inputs={"s": Secret("canary")}))
    found = store.load(BlindSealer(STACK, store.secrets()))
    assert "canary" not in str(found.snapshot.live(urn("a")).inputs["s"].value)


def test_everything_is_set_aside_and_nothing_is_left(store, tmp_path):
    compact(store, thing("a"))
    compact(store, thing("a"))
    append(store, Noted((Put(thing("b")),)))
    before = {
        name.rsplit("/")[-1]: content for name, content in files_of(tmp_path).items() if "meta" not in name
    }
    folder = store.set_aside("The local cloud was restarted.")
    assert folder.name == "20261121T080000.000000Z-the-local-cloud-was-restarted"
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert not store.exists()
    assert len(load(store).snapshot) == 0
    compact(store, thing("c"))
    assert words(load(store).snapshot.records()) == ["c"]


@pytest.mark.parametrize("change", ["edited", "older", "gone"])
def test_a_journal_is_not_replayed_onto_another_state_file(store, tmp_path, change):
    file = tmp_path / ".pulumi/stacks/foundation/dev.eu-west-1.json"
    compact(store, thing("a"))
    compact(store, thing("a"), thing("b"))
    append(store, Noted((Drop(Key(urn("b"))),)))
    match change:
        case "edited":
            file.write_bytes(file.read_bytes().replace(b"vpc-a", b"vpc-z"))
        case "older":
            file.write_bytes(file.with_suffix(".json.bak").read_bytes())
        case "gone":
            file.unlink()
    before = files_of(tmp_path)
    for act in (load, lambda store: compact(store, thing("a")), lambda store: append(store, Noted(()))):
        with pytest.raises(StateIsDamaged) as raised:
            act(store_in(tmp_path))
        assert "continues another state file" in raised.value.reason
    assert files_of(tmp_path) == before


def test_a_state_file_changed_by_hand_is_refused_and_left_alone(store, tmp_path):
    compact(store, thing("a"))
    file = tmp_path / ".pulumi/stacks/foundation/dev.eu-west-1.json"
    file.write_bytes(file.read_bytes().replace(b"vpc-a", b"vpc-z"))
    before = files_of(tmp_path)
    with pytest.raises(StateIsDamaged) as raised:
        load(store)
    assert raised.value.file == file
    assert "changed by hand" in raised.value.reason
    assert files_of(tmp_path) == before


def test_a_damaged_ciphertext_is_damage_and_not_a_wrong_passphrase(store, tmp_path):
    compact(store, thing("a", inputs={"s": Secret("x")}))
    file = tmp_path / ".pulumi/stacks/foundation/dev.eu-west-1.json"
    content = json.loads(file.read_bytes())
    content["checkpoint"]["latest"]["resources"][0]["inputs"]["s"]["ciphertext"] = "v1:AAAAAAAAAAAAAAAA:AAAA"
    del content["checksum"]
    file.write_text(json.dumps(content))
    with pytest.raises(StateIsDamaged):
        load(store)


def test_a_newer_state_is_refused_with_its_version(store, tmp_path):
    compact(store, thing("a"))
    file = tmp_path / ".pulumi/stacks/foundation/dev.eu-west-1.json"
    file.write_bytes(b'{"version":4,"features":["taint"],"checkpoint":{}}')
    with pytest.raises(NewerState) as raised:
        load(store)
    assert (raised.value.file, raised.value.version) == (file, "taint")


def test_a_damaged_journal_is_refused_and_left_alone(store, tmp_path):
    append(store, Noted((Put(thing("a")),)), Noted((Put(thing("b")),)))
    file = tmp_path / ".pulumi/journals/foundation/dev.eu-west-1.jsonl"
    file.write_bytes(file.read_bytes().replace(b"vpc-a", b"vpc-z", 1))
    before = files_of(tmp_path)
    with pytest.raises(StateIsDamaged) as raised:
        load(store)
    assert raised.value.file == file
    assert raised.value.reason == "line 2 is not what was written"
    assert files_of(tmp_path) == before


def test_a_file_that_cannot_be_read_is_told(store, tmp_path):
    (tmp_path / ".pulumi/stacks/foundation/dev.eu-west-1.json").mkdir(parents=True)
    with pytest.raises(StateIsDamaged) as raised:
        load(store)
    assert "cannot be read" in raised.value.reason


def test_a_folder_that_takes_no_files_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StateNotWritten):
        compact(store_in(tmp_path / "file"), thing("a"))
    with pytest.raises(StateNotWritten), store_in(tmp_path / "file").lock():
        pass


def test_a_journal_left_behind_by_a_compaction_is_not_replayed(store, tmp_path):
    """Killed between the new state file and the end of its journal."""
    compact(store, thing("a", id="1"))
    append(store, Noted((Put(thing("b")), Rename(urn("a"), urn("c")))))
    file = tmp_path / ".pulumi/journals/foundation/dev.eu-west-1.jsonl"
    found = load(store)
    with pytest.MonkeyPatch.context() as killed:
        killed.setattr(module.durable, "remove", lambda file: None)
        store.compact(found.snapshot, (), sealer_for(store))
    assert file.exists()
    assert load(store).snapshot.records() == found.snapshot.records()
    append(store, Noted((Put(thing("d")),)))
    assert len(load(store).snapshot) == 3


def test_a_reader_never_mixes_two_moments(store, monkeypatch):
    """Another process compacts between the look at the state file and the one at the journal."""
    compact(store, thing("a"))
    append(store, Noted((Put(thing("b")),)))
    writer = StackStore(store._place)
    content, done = module._bytes_of, []

    def disturbed(file):
        data = content(file)
        if file.suffix == ".json" and not done:
            done.append(file)
            found = load(writer)
            writer.compact(found.snapshot, (), sealer_for(writer))
        return data

    monkeypatch.setattr(module, "_bytes_of", disturbed)
    assert words(load(store).snapshot.records()) == ["a", "b"]
    assert done


def test_a_reader_ignores_the_line_that_is_just_being_written(store, tmp_path):
    append(store, Noted((Put(thing("a")),)))
    with (tmp_path / ".pulumi/journals/foundation/dev.eu-west-1.jsonl").open("ab") as half:
        half.write(b'{"sum":"0123')
    assert words(load(store).snapshot.records()) == ["a"]


operations = st.lists(
    st.one_of(
        st.tuples(st.just("note"), st.lists(edits(), max_size=3)),
        st.tuples(st.just("begin"), edits()),
        st.tuples(st.just("end"), st.lists(edits(), max_size=3)),
        st.tuples(st.just("compact"), st.none()),
        st.tuples(st.just("reopen"), st.none()),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(history=operations)
def test_what_is_loaded_is_what_was_in_memory(tmp_path_factory, history):
    """Whatever the history: the files say what the one who wrote them knew. (Rules are another test's business.)"""
    store = store_in(tmp_path_factory.mktemp("stack"))
    memory, pending, number = Snapshot(), {}, 1
    sealer = sealer_for(store)
    journal = store.journal(sealer)
    with pytest.MonkeyPatch.context() as lenient:
        lenient.setattr(store_module, "breaches", lambda records: ())
        for word, what in history:
            match word:
                case "note":
                    journal.append(Noted(tuple(what)))
                    for edit in what:
                        memory.apply(edit)
                case "begin":
                    pending[number] = Began(number, "updating", thing(str(number)))
                    journal.append(pending[number])
                    number += 1
                case "end" if pending:
                    journal.append(Ended(max(pending), tuple(what)))
                    del pending[max(pending)]
                    for edit in what:
                        memory.apply(edit)
                case "compact":
                    store.compact(memory, tuple(pending.values()), sealer)
                    journal = store.journal(sealer)
                case "reopen":
                    journal.close()
                    sealer = sealer_for(store)
                    store.load(sealer)
                    journal = store.journal(sealer)
                case _:
                    pass
        journal.close()
        found = load(store)
    key = lambda state: (state.key.urn, state.delete, state.id)
    assert sorted(found.snapshot.records(), key=key) == sorted(memory.records(), key=key)
    assert found.pending == tuple(pending.values())
    assert found.next_operation > max(pending, default=0)


@pytest.fixture(scope="module")
def two_files(tmp_path_factory):
    root = tmp_path_factory.mktemp("flips")
    store = store_in(root)
    compact(store, thing("a", inputs={"n": 1}), thing("b"))
    append(store, Began(1, "creating", thing("c")), Noted((Put(thing("d")),)))
    stored = load(store)
    files = (store._place.checkpoint, store._place.journal)
    return store, {file: file.read_bytes() for file in files}, stored.snapshot.records(), stored.pending


@settings(max_examples=100, deadline=None)
@given(flips=st.sets(st.floats(0, 1, exclude_max=True), min_size=1, max_size=4), which=st.integers(0, 1))
def test_flipped_bits_in_either_file_never_give_wrong_data(two_files, flips, which):
    store, contents, records, pending = two_files
    for file, content in contents.items():
        file.write_bytes(content)
    file, content = list(contents.items())[which]
    flipped = bytearray(content)
    bits = [int(flip * len(content) * 8) for flip in flips]
    # A line that lost its end, and whose size says more than there is, is what a power cut leaves.
    assume(len(bits) == 1 or max(bits) // 8 < len(content) - 1)
    for bit in bits:
        flipped[bit // 8] ^= 1 << (bit % 8)
    file.write_bytes(flipped)
    try:
        found = load(store)
    except (StateIsDamaged, NewerState):
        return
    assert (found.snapshot.records(), found.pending) == (records, pending)


def test_five_thousand_records_cost_five_times_a_thousand(tmp_path):
    """Counted: values written and read in a compaction and a load."""

    def looks(size: int) -> int:
        calls = []
        with pytest.MonkeyPatch.context() as counting:
            for name in ("written", "read"):
                real = getattr(property_json, name)
                counting.setattr(
                    checkpoint, name, lambda value, sealer, real=real: calls.append(1) or real(value, sealer)
                )
            store = store_in(tmp_path / str(size))
            needs = [(urn(str(n // 2)),) if n else () for n in range(size)]
            compact(store, *(thing(str(n), inputs={"n": n}, dependencies=needs[n]) for n in range(size)))
            append(store, *(Noted((Put(thing(str(n), inputs={"n": -n})),)) for n in range(0, size, 100)))
            assert len(load(store).snapshot.records()) == size
        return len(calls)

    assert looks(5000) == 5 * looks(1000)


def salt_of(secrets):
    return secrets["state"]["salt"] if secrets else None
