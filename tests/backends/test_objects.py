"""Objects of a bucket, each call on moto's S3 and on the one in memory: both have to answer the same."""

import itertools

import pytest

from provisioner.backends import objects as module
from provisioner.backends.objects import Objects, SomebodyElse
from provisioner.engine.state_failures import StateIsAway
from tests.support.buckets import BUCKET, refusing
from tests.support.fake_s3 import FakeS3

_prefixes = itertools.count()


@pytest.fixture
def objects(client):
    return Objects(BUCKET, f"objects-{next(_prefixes)}", lambda: client)


def test_what_is_not_there_is_none(objects):
    assert objects.get("nothing") is None
    assert objects.tag("nothing") is None
    assert objects.sizes("") == {}


def test_an_object_is_made_once_and_says_by_whom(objects):
    tag = objects.create("a", b"one", "us")
    found = objects.get("a")
    assert (found.body, found.tag, found.token) == (b"one", tag, "us")
    assert 0 <= found.age < 60
    with pytest.raises(SomebodyElse):
        objects.create("a", b"two", "them")
    assert objects.get("a").body == b"one"


def test_a_write_that_meets_itself_has_succeeded(objects):
    tag = objects.create("a", b"one", "us")
    assert objects.create("a", b"one", "us") == tag
    with pytest.raises(SomebodyElse):
        objects.create("a", b"one", "them")


def test_only_who_knows_an_object_replaces_it(objects):
    first = objects.create("a", b"one", "us")
    second = objects.replace("a", b"two", "us", first)
    assert objects.get("a").body == b"two"
    with pytest.raises(SomebodyElse):
        objects.replace("a", b"three", "them", first)
    assert objects.tag("a") == second
    with pytest.raises(SomebodyElse):
        objects.replace("nothing", b"three", "them", first)


def test_conditions_are_kept_before_anything_is_trusted_to_them(objects):
    assert objects.keeps_conditions("probe", b"x")


@pytest.mark.parametrize("moment", range(3))
def test_two_that_meet_in_one_moment_are_no_bucket_that_is_away(moment, monkeypatch):
    """S3 answers 409 to one of them, or to both: they try again, also in the first look at a bucket."""
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)
    client = FakeS3().client()
    objects = Objects(BUCKET, "met", lambda: client)
    client.at_request(moment, refusing("ConditionalRequestConflict", 409))
    assert objects.keeps_conditions("probe", b"x")
    client.at_request(0, refusing("ConditionalRequestConflict", 409))
    assert objects.create("a", b"one", "us")
    client.from_request(0, refusing("ConditionalRequestConflict", 409))
    with pytest.raises(StateIsAway, match="ConditionalRequestConflict"):
        objects.keeps_conditions("probe", b"x")
    assert len(client.requests) == 5, "it gives up in the end"


def test_objects_are_listed_below_a_name_copied_and_deleted(objects):
    objects.put("x/2", b"two!")
    objects.put("x/1", b"one")
    objects.put("y/1", b"")
    objects.copy("x/2", "x/3")
    assert list(objects.sizes("x/").items()) == [("x/1", 3), ("x/2", 4), ("x/3", 4)]
    assert objects.get("x/3").body == b"two!"
    objects.delete(["x/1", "x/2", "nothing"])
    assert list(objects.sizes("")) == ["x/3", "y/1"]
