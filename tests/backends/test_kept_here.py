"""A journal that is kept for a bucket goes to no other one of its name; what an earlier version kept is found."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from environments.bucket_address import parsed
from provisioner.backends.bucket import Bucket
from provisioner.engine.embedded import durable
from provisioner.engine.interface import Access
from provisioner.engine.state_failures import StateIsAway
from provisioner.state_wiring import backend_of
from tests.backends.test_bucket_away import first, second
from tests.support.buckets import BucketDesk, refusing
from tests.support.fake_s3 import FakeS3

AWAY = refusing("SlowDown", 503)


@dataclass
class UpgradedDesk(BucketDesk):
    """A machine on which an earlier version has kept journals, by the bucket's name alone."""

    earlier: Path | None = None

    def __post_init__(self):
        super().__post_init__()
        self.earlier = self.earlier or self.folder / "earlier" / "journals" / "layer" / "test.here.jsonl"

    def backend(self):
        return Bucket(self.objects(), self.folder / "here", self.lease, self.earlier.parents[2])

    def as_before(self):
        """What is kept lies where the earlier version put it."""
        durable.make_folder(self.earlier.parent)
        (self.folder / "here" / "journals" / "layer" / "test.here.jsonl").rename(self.earlier)

    def at_another_endpoint(self):
        """The same machine, and a bucket of the same name elsewhere."""
        there = self.folder / "another endpoint"
        return UpgradedDesk(there, client=FakeS3().client(), prefix=self.prefix, earlier=self.earlier)


@pytest.fixture
def new_desk(tmp_path_factory, quick_passphrase):
    return lambda: UpgradedDesk(tmp_path_factory.mktemp("desk"))


def cut_off(desk, program, moment):
    """An apply that loses its bucket; whether anything is kept."""
    desk.client.from_request(moment, AWAY)
    with pytest.raises(StateIsAway):
        desk.apply(program)
    desk.client.clear()
    return desk.kept() is not None


def push(desk):
    """What comes of it is what was foreseen, before anything was changed."""
    before = desk.kept()
    foreseen = desk.engine().push(desk.stack(second), Access.READ)
    assert desk.kept() == before
    pushed = desk.engine().push(desk.stack(second))
    assert pushed == foreseen
    return pushed


def test_each_endpoint_has_a_folder_of_its_own():
    def desk_of(address):
        return backend_of(SimpleNamespace(backend=parsed(address)), "us-east-1")._desk.as_posix()

    aws = desk_of("s3://example-state/ml")
    assert aws == ".provisioner/buckets/example-state@aws/ml"
    one = desk_of("s3://example-state/ml?endpoint=https://one.example.com")
    two = desk_of("s3://example-state/ml?endpoint=https://two.example.com")
    assert len({aws, one, two}) == 3
    assert one == desk_of("s3://example-state/ml?endpoint=https://ONE.example.com/&region=eu-west-1")


def test_what_an_earlier_version_kept_is_added_wherever_the_run_was_cut_off(new_desk):
    added = 0
    for moment in range(8, 40):
        desk = new_desk()
        desk.apply(first)
        desk.client.from_request(moment, AWAY)
        try:
            desk.apply(second)
        except StateIsAway:
            desk.client.clear()
        else:
            break
        if desk.kept() is not None:
            desk.as_before()
            added += push(desk).added
        desk.apply(second)
        assert [name[0] for name in desk.cloud.names()] == ["a", "c"]
        assert desk.breaches() == ()
    assert added > 5


def test_it_is_not_added_to_a_bucket_of_the_same_name(new_desk):
    """Neither to an empty one, nor to one that has another state."""
    desk = new_desk()
    desk.apply(first)
    assert cut_off(desk, second, 14)
    desk.as_before()
    kept = desk.earlier.read_bytes()
    other = desk.at_another_endpoint()
    assert push(other).added == 0
    assert other.resources() == {}
    other.apply(first)
    assert push(other).added == 0
    assert other.breaches() == ()
    assert desk.earlier.read_bytes() == kept, "it is left for the one that it is about"
    assert push(desk).added > 0


def test_what_a_first_run_wrote_proves_nothing(new_desk):
    """It may look alike in both buckets; what a state file is called by its digest does not."""
    found = 0
    for moment in range(4, 24):
        desk = new_desk()
        if not cut_off(desk, first, moment):
            continue
        desk.as_before()
        other = desk.at_another_endpoint()
        found += cut_off(other, first, moment)
        (other.folder / "here" / "journals" / "layer" / "test.here.jsonl").unlink(missing_ok=True)
        before = other.resources()
        assert push(other).added == 0, moment
        assert other.resources() == before
        assert desk.earlier.exists()
    assert found
