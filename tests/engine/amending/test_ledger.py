"""Changes by hand on real states: in a folder and in a bucket, with secrets, backups, and deaths on the way."""

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.engine.amending import (
    Document,
    Fit,
    Forgetting,
    Kind,
    Mending,
    Misfit,
    Moving,
    Record,
    Renaming,
    Unprotecting,
)
from provisioner.engine.amendment_failures import DoesNotFit, ImportBreaksRules, ImportUnreadable, RepairFirst
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.ledger import opened
from provisioner.engine.embedded.secrets import PassphraseSealer
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.failures import PassphraseWrong, RecordedTwice, StateIsLocked
from provisioner.engine.interface import Access
from provisioner.plan.values import Secret
from tests.backends.test_seals import FakeKey
from tests.support.buckets import BucketDesk
from tests.support.crash import run_killed
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.records import component, provider, reference, thing, urn, words
from tests.support.runs import Desk, marks

AWS = provider()
RECORDS = (
    AWS,
    component("net"),
    thing("net-vpc", parent=urn("net", "mlplat:net:Net"), provider=reference(AWS)),
    thing("key", protect=True, inputs={"s": Secret("canary")}, dependencies=(urn("net-vpc"),)),
)


@pytest.fixture(params=["folder", "bucket"])
def backend(request, tmp_path, quick_passphrase):
    return Folder(tmp_path) if request.param == "folder" else BucketDesk(tmp_path).backend()


def keys(phrase="open sesame"):
    return Keys(lambda: phrase)


def place(backend, layer="foundation"):
    return backend.place(layer, "dev.eu-west-1")


def written(backend, records=RECORDS, layer="foundation", phrase="open sesame"):
    """A state with these records; its place."""
    there = place(backend, layer)
    store = StackStore(there)
    with store.lock():
        sealer = PassphraseSealer("dev.eu-west-1", lambda: phrase)
        store.compact(Snapshot(records), (), sealer)
    return there


def done(there, amendment, phrase="open sesame"):
    with opened(there, keys(phrase), Access.WRITE) as ledger:
        amended = ledger.amended(amendment)
        return amended, ledger.record(amended, "by hand")


def records_of(there, phrase="open sesame"):
    store = StackStore(there)
    return store.load(keys(phrase).sealer("dev.eu-west-1", store.secrets())).snapshot.records()


def test_a_rename_is_recorded_with_a_backup_and_a_version_and_needs_no_passphrase(backend):
    there = written(backend)
    before = there.content().checkpoint
    _, backup = done(there, Renaming(((urn("net", "mlplat:net:Net"), "grid"),)), phrase=None)
    assert sorted(words(records_of(there))) == ["aws", "grid", "grid-vpc", "key"]
    assert "foundation/dev.eu-west-1" in backup
    assert there.versions()
    ciphertexts = [line.split(b'"')[2] for line in (before, there.content().checkpoint)]
    assert ciphertexts[0] == ciphertexts[1]


def test_what_is_only_shown_changes_nothing_and_takes_no_lock(backend):
    there = written(backend)
    before = there.content()
    with opened(there, keys(), Access.WRITE), opened(there, keys(), Access.READ) as ledger:
        assert ledger.amended(Unprotecting(None)).notes[0].kind is Kind.UNPROTECTED
    assert there.content().checkpoint == before.checkpoint


def test_a_live_run_keeps_its_lock(backend):
    there = written(backend)
    with StackStore(there).lock(), pytest.raises(StateIsLocked), opened(there, keys(), Access.WRITE):
        pass


def test_protection_goes_and_then_the_record(backend):
    there = written(backend)
    done(there, Unprotecting(frozenset({urn("key")})))
    done(there, Forgetting((Record(urn("key")),)))
    assert "key" not in words(records_of(there))


def test_a_resource_moves_to_another_stack_with_its_secrets_under_the_key_of_that_stack(backend):
    here = written(backend)
    other_key = replace(thing("own"), urn=over_there("own"), inputs={"s": Secret("own")})
    there = written(backend, (over(AWS), other_key), layer="cluster")
    salt = StackStore(there).secrets()
    with opened(here, keys(), Access.WRITE) as mine, opened(there, keys(), Access.WRITE) as other:
        for ledger, amended in mine.handed_over(Moving(urn("key"), over_there("key")), other):
            ledger.record(amended, "by hand")
    assert words(records_of(here)) == ["aws", "net", "net-vpc"]
    moved = next(each for each in records_of(there) if each.urn == over_there("key"))
    assert moved.inputs == {"s": Secret("canary")}
    assert StackStore(there).secrets() == salt


@pytest.mark.parametrize("cut", range(4))
def test_a_move_to_another_stack_that_was_cut_off_can_be_typed_again(tmp_path, quick_passphrase, cut):
    here = written(Folder(tmp_path))
    there = written(Folder(tmp_path), (over(AWS),), layer="cluster")
    moving = Moving(urn("key"), over_there("key"))
    with opened(here, keys(), Access.WRITE) as mine, opened(there, keys(), Access.WRITE) as other:
        for ledger, amended in mine.handed_over(moving, other)[:cut]:
            ledger.record(amended, "by hand")
    ids = [each.id for each in (*records_of(here), *records_of(there))]
    assert "vpc-key" in ids
    if ids.count("vpc-key") == 2:
        assert next(each for each in records_of(here) if each.urn == urn("key")).retain_on_delete
    if cut < 3:
        with opened(here, keys(), Access.WRITE) as mine, opened(there, keys(), Access.WRITE) as other:
            for ledger, amended in mine.handed_over(moving, other):
                ledger.record(amended, "by hand")
    assert words(records_of(here)) == ["aws", "net", "net-vpc"]
    assert words(records_of(there)) == ["aws", "key"]
    assert not any(each.retain_on_delete or each.other for each in records_of(there))


def over_there(name, type="aws:ec2/vpc:Vpc"):
    return urn(name, type).replace("::foundation::", "::cluster::")


def over(state):
    return replace(state, urn=over_there(state.urn.rsplit("::", 1)[1], state.type))


def edited(there, change):
    """The state file as Pulumi or an editor would leave it: no checksum, and something else in it."""
    raw = json.loads(there.content().checkpoint)
    change(raw["checkpoint"]["latest"]["resources"])
    there.checkpoint.write_text(json.dumps({"version": 3, "checkpoint": raw["checkpoint"]}))


def test_a_state_that_records_something_twice_is_repaired_and_its_file_kept_as_it_was(
    tmp_path, quick_passphrase
):
    there = written(Folder(tmp_path))
    edited(there, lambda resources: resources.extend([{**resources[2], "id": "vpc-2"}, resources.pop(0)]))
    damaged = there.content().checkpoint
    with pytest.raises(RecordedTwice), opened(there, keys(), Access.READ) as ledger:
        ledger.amended(Unprotecting(None))
    amended, backup = done(there, Mending())
    assert [note.kind for note in amended.notes] == [Kind.FORGOTTEN, Kind.REORDERED]
    assert Path(backup).read_bytes() == damaged
    assert sorted(words(records_of(there))) == ["aws", "key", "net", "net-vpc"]
    with opened(there, keys(), Access.READ) as ledger:
        assert ledger.amended(Mending()).is_empty


def test_a_state_that_breaks_rules_is_repaired_first(tmp_path, quick_passphrase):
    there = written(Folder(tmp_path))
    edited(there, lambda resources: resources[3].update(dependencies=[urn("gone")]))
    with opened(there, keys(), Access.READ) as ledger, pytest.raises(RepairFirst):
        ledger.amended(Unprotecting(None))
    done(there, Mending())
    done(there, Unprotecting(None))


def exported(there):
    return json.loads(json.dumps(StackStore(there).export()))


def imported(there, raw, fit=Fit.EXACT, phrase="open sesame"):
    with opened(there, keys(phrase), Access.WRITE) as ledger:
        amended = ledger.imported(Document(raw, "state.json"), fit)
        ledger.record(amended, "import")
    return amended


def test_an_export_is_imported_again_and_goes_on(backend):
    there = written(backend)
    raw = exported(there)
    raw["deployment"]["resources"].pop()
    amended = imported(there, raw)
    assert [(note.kind, note.urn) for note in amended.notes] == [(Kind.FORGOTTEN, urn("key"))]
    assert words(records_of(there)) == ["aws", "net", "net-vpc"]
    lineage = raw["deployment"]["metadata"]["provisioner"]["lineage"]
    assert StackStore(there).descent() == (lineage, 2)


def test_an_empty_place_takes_the_lineage_of_what_comes_and_not_its_key(tmp_path, quick_passphrase):
    """The file's key may be one that was given up."""
    raw = exported(written(Folder(tmp_path / "a")))
    empty = place(Folder(tmp_path / "b"))
    imported(empty, raw)
    assert records_of(empty) == records_of(place(Folder(tmp_path / "a")))
    assert StackStore(empty).secrets() not in (None, raw["deployment"]["secrets_providers"])
    assert StackStore(empty).descent()[0] == raw["deployment"]["metadata"]["provisioner"]["lineage"]


def test_an_empty_place_is_sealed_as_the_environment_says(tmp_path, quick_passphrase):
    raw = exported(written(Folder(tmp_path / "a")))
    empty = place(Folder(tmp_path / "b"))
    kms = Keys(lambda: "open sesame", "awskms://alias/k", lambda url, _: FakeKey(url))
    with opened(empty, kms, Access.WRITE) as ledger:
        ledger.record(ledger.imported(Document(raw, "state.json"), Fit.EXACT), "import")
    assert StackStore(empty).secrets()["type"] == "cloud"


def misfits(there, raw):
    with pytest.raises(DoesNotFit) as refused, opened(there, keys(), Access.READ) as ledger:
        ledger.imported(Document(raw, "state.json"), Fit.EXACT)
    return [why for why, _, _ in refused.value.misfits]


def test_what_is_not_the_next_state_is_refused_unless_it_is_forced(tmp_path, quick_passphrase):
    there = written(Folder(tmp_path / "a"))
    old = exported(there)
    done(there, Unprotecting(None))
    assert misfits(there, old) == [Misfit.SERIAL]
    foreign = exported(written(Folder(tmp_path / "b")))
    assert misfits(there, foreign) == [Misfit.LINEAGE]
    pulumis = exported(there)
    pulumis["deployment"]["metadata"] = {}
    assert misfits(there, pulumis) == [Misfit.NO_LINEAGE]
    assert misfits(place(Folder(tmp_path / "c"), "cluster"), old) == [Misfit.STACK]
    imported(there, old, Fit.FORCED)
    assert next(each for each in records_of(there) if each.urn == urn("key")).protect
    assert StackStore(there).descent()[1] == 3


@pytest.mark.parametrize("foreign", [slice(None), slice(1, 2)], ids=["all", "one"])
def test_a_state_of_another_stack_is_refused_even_if_it_is_forced(tmp_path, quick_passphrase, foreign):
    """Every name in it is that of another environment: the next plan would delete it all."""
    raw = exported(written(Folder(tmp_path / "a")))
    other = written(Folder(tmp_path / "b"), (over(AWS),), layer="cluster")
    own = [each["urn"] for each in exported(other)["deployment"]["resources"]]
    for each in raw["deployment"]["resources"]:
        each["urn"] = each["urn"].replace("::foundation::", "::cluster::")
    for each in raw["deployment"]["resources"][foreign]:
        each["urn"] = each["urn"].replace("::cluster::", "::foundation::")
    with pytest.raises(DoesNotFit) as refused:
        imported(other, raw, Fit.FORCED)
    assert refused.value.misfits[0] == (Misfit.STACK, "foundation/dev.eu-west-1", "cluster/dev.eu-west-1")
    assert [each.urn for each in records_of(other)] == own


def test_secrets_are_sealed_with_the_key_of_the_stack(tmp_path, quick_passphrase):
    raw = exported(written(Folder(tmp_path / "a")))
    there = written(Folder(tmp_path / "b"))
    salt = StackStore(there).secrets()
    imported(there, raw, Fit.FORCED)
    assert StackStore(there).secrets() == salt
    assert records_of(there)[3].inputs == {"s": Secret("canary")}
    assert b"canary" not in there.content().checkpoint


def test_a_secret_in_plain_text_is_sealed(tmp_path, quick_passphrase):
    there = written(Folder(tmp_path / "a"), RECORDS[:2])
    raw = exported(there)
    mark = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"canary"'}
    raw["deployment"]["resources"].append(
        {"urn": urn("k"), "custom": True, "id": "k", "type": "aws:ec2/vpc:Vpc", "inputs": {"s": mark}}
    )
    imported(there, raw)
    assert b"canary" not in there.content().checkpoint
    assert records_of(there)[2].inputs == {"s": Secret("canary")}


def test_a_wrong_key_never_overwrites(backend):
    there = written(backend)
    raw, before = exported(there), there.content().checkpoint
    with pytest.raises(PassphraseWrong):
        imported(there, raw, phrase="guessed")
    assert there.content().checkpoint == before


@pytest.mark.parametrize(
    ("change", "failure"),
    [
        (lambda raw: raw.update(version=1), ImportUnreadable),
        (lambda raw: raw.update(deployment=[]), ImportUnreadable),
        (
            lambda raw: raw["deployment"]["resources"].append(raw["deployment"]["resources"][0]),
            ImportUnreadable,
        ),
        (lambda raw: raw["deployment"]["resources"].pop(0), ImportBreaksRules),
    ],
)
def test_a_file_that_is_no_whole_state(tmp_path, quick_passphrase, change, failure):
    there = written(Folder(tmp_path))
    raw, before = exported(there), there.content().checkpoint
    change(raw)
    with pytest.raises(failure):
        imported(there, raw)
    assert there.content().checkpoint == before


def _rename_and_die(folder, moment):
    """In a process of its own: dies just before the n-th step that changes a name on the disk."""
    from provisioner.engine.embedded import durable, secrets

    secrets.ROUNDS = 10
    moves = iter(range(1000))
    move = durable.move

    def mortal(*names):
        if next(moves) == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        move(*names)

    durable.move = mortal
    there = place(Folder(folder))
    done(there, Renaming(((urn("net", "mlplat:net:Net"), "grid"),)))


@pytest.mark.parametrize("moment", range(3))
def test_a_change_that_is_killed_while_it_is_written_was_made_or_was_not(tmp_path, quick_passphrase, moment):
    there = written(Folder(tmp_path))
    code = run_killed(_rename_and_die, tmp_path, moment)
    assert code in (0, -signal.SIGKILL)
    assert words(records_of(there))[1:3] in (["net", "net-vpc"], ["grid", "grid-vpc"])
    if code:
        done(there, Renaming(((urn("key"), "lock"),)))
    assert StackStore(there).holder() is None


def two(first, second):
    def program():
        here = FakeRegistry("here")
        one = Thing(first, opts=opts(here), size=1)
        Thing(second, opts=opts(here), size=2, parent_id=one.id)

    return program


def opts(provider):
    import pulumi

    return pulumi.ResourceOptions(provider=provider)


@pytest.mark.parametrize("make", [Desk, BucketDesk])
def test_after_a_rename_in_the_state_the_plan_of_the_renamed_program_makes_nothing(
    tmp_path, quick_passphrase, make
):
    desk = make(tmp_path)
    desk.apply(two("a", "b"))
    assert marks(desk.plan(two("c", "b"))) == ["± b (parentId)", "+ c", "- a"]
    backend = Folder(tmp_path / "state") if make is Desk else desk.backend()
    with opened(backend.place("layer", "test.here"), Keys(lambda: "a passphrase"), Access.WRITE) as ledger:
        ledger.record(ledger.amended(Renaming(((desk.resources()["a"].urn, "c"),))), "by hand")
    assert marks(desk.plan(two("c", "b"))) == []
    assert desk.breaches() == ()
