"""Each applied version is kept, wherever the state is, and can be recorded again; the cloud stays as it is."""

import json

import pulumi
import pytest

from provisioner.engine.failures import StateIsDamaged
from provisioner.engine.interface import Access
from provisioner.engine.state_failures import NoSuchVersion
from provisioner.plan.model import Source
from provisioner.providers.interface import Refused
from provisioner.report.versions_text import history_document, history_text, rollback_text
from tests.support.buckets import BucketDesk
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.programs import things
from tests.support.runs import Desk, marks

ONE = things(a={"size": 1}, b={})
TWO = things(a={"size": 2}, c={})


def secret():
    """A thing with a secret."""
    Thing(
        "a", note=pulumi.Output.secret("s3cret"), opts=pulumi.ResourceOptions(provider=FakeRegistry("here"))
    )


@pytest.fixture(params=[Desk, BucketDesk], ids=["folder", "bucket"])
def desk(request, tmp_path, quick_passphrase):
    return request.param(tmp_path)


def history(desk, count=100):
    with desk.engine().open(desk.stack(ONE), Access.READ) as run:
        return run.archive.newest(count)


def roll_back(desk, version):
    with desk.engine().open(desk.stack(ONE), Access.WRITE) as run:
        return run.archive.roll_back(version)


def test_each_apply_is_a_version(desk):
    assert history(desk) == ()
    desk.apply(ONE)
    desk.apply(TWO)
    desk.destroy()
    versions = history(desk)
    assert [(each.number, each.kind, each.result) for each in versions] == [
        (3, "destroy", "succeeded"),
        (2, "update", "succeeded"),
        (1, "update", "succeeded"),
    ]
    assert versions[1].changes["update"] == 1
    assert "@" in versions[0].by
    assert versions[0].time >= versions[1].time
    assert history(desk, 1) == versions[:1]


def is_current(desk, version):
    with desk.engine().open(desk.stack(ONE), Access.READ) as run:
        return run.archive.is_current(version)


def test_the_version_that_is_recorded_is_told_from_the_others(desk):
    desk.apply(secret)
    desk.apply(TWO)
    assert (is_current(desk, 1), is_current(desk, 2)) == (False, True)
    roll_back(desk, 1)
    assert (is_current(desk, 1), is_current(desk, 2), is_current(desk, 3)) == (True, False, True)
    with pytest.raises(NoSuchVersion):
        is_current(desk, 9)


def test_a_plan_is_no_version(desk):
    desk.apply(ONE)
    desk.plan(TWO)
    assert len(history(desk)) == 1


def test_a_version_holds_what_was_recorded_then(desk):
    desk.apply(ONE)
    desk.apply(TWO)
    with desk.engine().open(desk.stack(ONE), Access.READ) as run:
        then = {each.urn.rsplit("::", 1)[1]: each for each in run.archive.resources(1)}
    assert then["a"].inputs["size"] == 1
    assert "b" in then
    assert "c" not in then


def test_back_to_a_version_and_what_the_cloud_says_to_that(desk):
    desk.apply(ONE)
    desk.apply(TWO)
    before = desk.cloud.all()
    backup = roll_back(desk, 1)
    assert desk.cloud.all() == before, "the cloud stays as it is"
    assert sorted(name for name in desk.resources() if len(name) == 1) == ["a", "b"]
    assert desk.breaches() == ()
    assert "backups/layer/test.here/test.here." in str(backup)
    assert [each.message for each in history(desk)][:1] == ["rolled back to version 1"]
    desk.apply(ONE, source=Source.CLOUD)
    assert desk.plan(ONE, source=Source.CLOUD).is_empty


def test_back_and_forth(desk):
    desk.apply(ONE)
    desk.apply(TWO)
    roll_back(desk, 1)
    roll_back(desk, 2)
    assert desk.plan(TWO, source=Source.CLOUD).is_empty
    assert len(history(desk)) == 4


def test_it_needs_no_passphrase(desk):
    desk.apply(secret)
    desk.apply(ONE)
    desk.passphrase = None
    roll_back(desk, 1)
    desk.passphrase = "a passphrase"
    assert marks(desk.plan(secret)) == []


def test_a_version_that_is_not_there(desk):
    desk.apply(ONE)
    for number in (0, 2):
        with pytest.raises(NoSuchVersion) as missing:
            roll_back(desk, number)
        assert (missing.value.number, missing.value.newest) == (number, 1)


def test_an_open_operation_stays_open(desk):
    """Going back must not forget what nobody knows the end of."""
    desk.apply(ONE)

    class Died(BaseException):
        pass

    def die(operation, inputs):
        if operation == "updated":
            raise Died

    desk.cloud.before = die
    with pytest.raises(Died):
        desk.apply(TWO)
    desk.cloud.before = lambda operation, inputs: None
    roll_back(desk, 1)
    assert desk.plan(ONE).unfinished != ()
    desk.apply(TWO)
    assert desk.plan(TWO, source=Source.CLOUD).is_empty


def test_a_failed_apply_is_a_version_that_says_so(desk):
    def refuse(operation, inputs):
        if operation == "create" and inputs["name"].startswith("b"):
            raise Refused("no", code="No")

    desk.cloud.before = refuse
    desk.apply(ONE)
    assert history(desk)[0].result == "failed"
    assert "(failed)" in history_text("layer", "test.here", history(desk))


def place_of(desk):
    return desk.engine()._backend.place("layer", "test.here")


def test_pulumi_can_read_them(desk):
    """Names and fields as its self-managed backend writes them."""
    desk.apply(ONE)
    (name,) = place_of(desk).versions()
    assert name.startswith("test.here-1")
    entry = json.loads(place_of(desk).entry(name))
    assert set(entry) == {
        "version", "kind", "startTime", "message", "environment", "config", "result", "endTime",
        "resourceChanges",
    }  # fmt: skip
    assert json.loads(place_of(desk).version(name))["checkpoint"]["stack"] == "organization/layer/test.here"


def test_a_damaged_version_is_refused_and_its_entry_is_told_as_far_as_it_goes(tmp_path, quick_passphrase):
    desk = BucketDesk(tmp_path)
    desk.apply(ONE)
    (name,) = place_of(desk).versions()
    key = f".pulumi/history/layer/test.here/{name}"
    body = desk.objects().get(f"{key}.checkpoint.json").body
    desk.objects().put(f"{key}.checkpoint.json", body.replace(b"thing-", b"thong-", 1))
    with pytest.raises(StateIsDamaged):
        roll_back(desk, 1)
    for damaged in (b"{", b"[]", b'{"environment": 7, "resourceChanges": "x"}'):
        desk.objects().put(f"{key}.history.json", damaged)
        assert [each.number for each in history(desk)] == [1]


def test_before_a_state_of_pulumis_becomes_one_of_ours_it_is_backed_up(desk):
    """Also one that somebody has edited: what is replaced there could not be told from our own otherwise."""
    desk.apply(ONE)
    place = place_of(desk)
    content = json.loads(place.content().checkpoint)
    del content["checksum"]
    theirs = json.dumps(content, indent=4).encode()
    if isinstance(desk, BucketDesk):
        desk.objects().put(place._state, theirs)
    else:
        place.checkpoint.write_bytes(theirs)
    desk.apply(TWO)
    assert theirs in backups_of(desk)
    count = len(backups_of(desk))
    desk.apply(ONE)
    assert len(backups_of(desk)) == count


def backups_of(desk):
    if isinstance(desk, BucketDesk):
        return [desk.objects().get(key).body for key in desk.keys() if "/backups/" in key]
    return [file.read_bytes() for file in desk.folder.rglob("backups/layer/test.here/*.json")]


def test_a_version_costs_no_room_in_a_folder(tmp_path, quick_passphrase):
    desk = Desk(tmp_path)
    desk.apply(ONE)
    state = tmp_path / "state/.pulumi/stacks/layer/test.here.json"
    assert state.stat().st_nlink == 2


def test_texts(desk):
    desk.apply(ONE)
    desk.apply(TWO)
    with desk.engine().open(desk.stack(ONE), Access.READ) as run:
        text = rollback_text(run.resources(), run.archive.resources(1))
        assert "No property would change" in rollback_text(run.resources(), run.resources())
    assert "Thing  a  (recorded as it was: size)" in text
    marked = [line.split("  (")[0].strip() for line in text.splitlines()]
    assert [line for line in marked if "Thing" in line] == [
        "~ fake:index:Thing  a",
        "+ fake:index:Thing  b",
        "- fake:index:Thing  c",
    ]
    document = history_document([("layer", "test.here", history(desk))])
    assert document["schema"] == "provisioner/history/1"
    assert [each["version"] for each in document["stacks"][0]["versions"]] == [2, 1]
    assert history_text("layer", "empty", ()) == "layer empty: no version was kept yet.\n"
