"""A look at what others did to the cloud reads a state in a bucket, and leaves every object of it as it is."""

import pytest

from provisioner.engine.interface import Access
from tests.support.buckets import BucketDesk
from tests.support.fake_s3 import FakeS3
from tests.support.programs import things
from tests.support.runs import nothing


@pytest.fixture
def desk(tmp_path, quick_passphrase):
    return BucketDesk(tmp_path / "one", client=FakeS3().client())


def objects(desk):
    there = desk.objects()
    return {key: there.get(key) for key in desk.keys()}


def test_a_look_writes_no_object_and_an_acceptance_is_one_version_more(desk):
    desk.apply(things(a={"size": 1}, b={}))
    [id] = [id for id, thing in desk.cloud.all().items() if "size" in thing]
    with desk.cloud.objects() as things_there:
        things_there[id]["size"] = 7
    before = objects(desk)
    with desk.engine().open(desk.stack(nothing), Access.READ) as run:
        assert len(run.look().outside) == 1
    assert objects(desk) == before
    with desk.engine().open(desk.stack(nothing), Access.WRITE) as run:
        backup = run.accept(run.look().urns)
        assert [version.kind for version in run.archive.newest(2)] == ["refresh", "update"]
    assert any(key in backup for key in objects(desk) if "/backups/" in key)
    with desk.engine().open(desk.stack(nothing), Access.READ) as run:
        assert run.look().is_as_recorded
