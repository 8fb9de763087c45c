"""A run whose state is in a bucket: what it leaves, what a second machine sees, and what each part costs."""

import json
import re

import pytest

from provisioner.engine.failures import StateIsLocked
from provisioner.engine.interface import Access
from provisioner.engine.state_failures import NoConditionalWrites
from tests.engine.recovery.sweep import build, change
from tests.support.buckets import BUCKET, BucketDesk
from tests.support.runs import nothing


@pytest.fixture
def desk(client, tmp_path, quick_passphrase):
    return BucketDesk(tmp_path / "one", client=client)


@pytest.fixture
def other(desk, tmp_path):
    return desk.elsewhere(tmp_path / "two")


def test_what_one_machine_made_another_changes_and_removes(desk, other):
    desk.apply(build)
    assert other.plan(build).is_empty
    other.apply(change)
    assert desk.plan(change).is_empty
    assert desk.breaches() == ()
    desk.destroy()
    assert other.resources() == {}
    assert desk.cloud.names() == []


def test_the_layout_is_that_of_pulumis_own_backend(desk):
    desk.apply(build)
    desk.apply(change)
    first, second = [key for key in sorted(desk.keys()) if key.endswith(".history.json")]
    stem = ".pulumi/history/layer/test.here/test.here-"
    assert sorted(desk.keys()) == sorted(
        [
            first,
            first.replace(".history.", ".checkpoint."),
            second,
            second.replace(".history.", ".checkpoint."),
            ".pulumi/leases/layer/test.here.json",
            ".pulumi/meta.yaml",
            ".pulumi/stacks/layer/test.here.json",
            ".pulumi/stacks/layer/test.here.json.bak",
        ]
    )
    assert first.startswith(stem)
    state = json.loads(desk.objects().get(".pulumi/stacks/layer/test.here.json").body)
    assert (state["version"], state["checkpoint"]["stack"]) == (3, "organization/layer/test.here")
    assert desk.objects().get(".pulumi/meta.yaml").body == b"version: 1\n"


def test_while_it_runs_its_lock_is_there_for_pulumi_too(desk):
    with desk.engine().open(desk.stack(build), Access.WRITE):
        (lock,) = [key for key in sorted(desk.keys()) if "/locks/" in key]
    assert lock.startswith(".pulumi/locks/organization/layer/test.here/")
    assert not [key for key in sorted(desk.keys()) if "/locks/" in key]


def test_pulumi_at_work_keeps_it_out(desk):
    theirs = {"pid": 7, "username": "ann", "hostname": "desk", "timestamp": "2026-11-21T08:00:00Z"}
    lock = ".pulumi/locks/organization/layer/test.here/0b1c.json"
    desk.objects().put(lock, json.dumps(theirs).encode())
    with pytest.raises(StateIsLocked) as locked:
        desk.apply(build)
    assert locked.value.holder == "Pulumi: ann@desk, process 7, since 2026-11-21T08:00:00Z"
    assert desk.cloud.names() == []
    desk.objects().delete([lock])
    desk.apply(build)


def test_a_holder_is_named_to_all_others_and_freed_in_the_end(desk, other):
    with desk.engine().open(desk.stack(build), Access.WRITE):
        with pytest.raises(StateIsLocked) as locked:
            other.apply(build)
        assert other.engine().holder(other.stack(build)) == locked.value.holder
        with pytest.raises(StateIsLocked):
            other.engine().unlock(other.stack(build))
    assert "process " in locked.value.holder
    assert "since 20" in locked.value.holder
    assert other.engine().holder(other.stack(build)) is None
    assert other.engine().unlock(other.stack(build)) is None
    other.apply(build)


def test_the_lease_tells_people_everything(desk):
    with desk.engine().open(desk.stack(build), Access.WRITE):
        words = json.loads(desk.objects().get(".pulumi/leases/layer/test.here.json").body)
    assert set(words) == {
        "pid", "username", "hostname", "timestamp",
        "token", "generation", "seconds", "renewed", "expires",
    }  # fmt: skip
    assert words["generation"] == 1
    with desk.engine().open(desk.stack(build), Access.WRITE):
        words = json.loads(desk.objects().get(".pulumi/leases/layer/test.here.json").body)
    assert words["generation"] == 2


class Forgetful:
    """A client of something that calls itself S3 and has never heard of conditions."""

    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        return getattr(self._client, name)

    def put_object(self, IfMatch=None, IfNoneMatch=None, **sent):
        return self._client.put_object(**sent)


def test_an_endpoint_that_ignores_conditions_is_refused(desk):
    """Before anything is done: two runs there would overwrite each other."""
    desk.client = Forgetful(desk.client)
    with pytest.raises(NoConditionalWrites) as refused:
        desk.apply(build)
    assert refused.value.address == f"s3://{BUCKET}/{desk.prefix}"
    assert desk.cloud.names() == []


def test_looking_takes_no_lock_and_writes_nothing(tmp_path, quick_passphrase):
    desk = BucketDesk(tmp_path)
    desk.apply(build)
    desk.client.clear()
    desk.plan(build)
    desk.resources()
    assert {request.split()[0] for request in desk.client.requests} == {"GET", "HEAD", "LIST"}


def test_each_group_of_entries_is_one_request(tmp_path, quick_passphrase, golden):
    """The price of a journal that outlives the machine does not grow with it; the rest of a run is this."""
    desk = BucketDesk(tmp_path)
    desk.apply(build)
    written = [request for request in desk.client.requests if request.startswith("PUT journals/")]
    assert len(written) == len(set(written))
    assert len(written) <= 2 * 15 + 10
    around = [plain(request) for request in desk.client.requests if request not in written]
    assert not [key for key in desk.keys() if "/journals/" in key]
    golden("\n".join(around) + "\n")


def plain(request):
    """Without what is drawn at random, and without times."""
    return re.sub(r"[0-9a-f]{32}|[0-9]{19}|[0-9]{12}", "*", request)


def test_nothing_is_left_on_the_machine_after_a_run(desk):
    desk.apply(build)
    assert desk.kept() is None


def test_no_secret_can_be_read_in_the_bucket_or_on_the_machine(desk):
    desk.apply(build)
    desk.apply(change)
    everything = [desk.objects().get(key).body for key in sorted(desk.keys())]
    everything += [file.read_bytes() for file in (desk.folder / "here").rglob("*") if file.is_file()]
    for secret in (b"s3cret", b"an0ther"):
        assert not [content for content in everything if secret in content]


def test_the_stacks_of_a_project_are_found_by_their_state(desk):
    assert desk.backend().names("layer") == ()
    desk.apply(build)
    assert desk.backend().names("layer") == ("test.here",)
    assert desk.backend().names("another") == ()
    assert desk.plan(nothing).steps
