"""A secret is found by no byte search over anything that is written, and reaches the provider in plain."""

import pulumi
import pytest

from provisioner.engine.failures import PassphraseMissing
from provisioner.plan.values import Secret
from tests.support.fake_cloud import FakeRegistry, Thing

CANARY = "canary-4f1d"


def program():
    here = FakeRegistry("here")
    a = Thing("a", note=pulumi.Output.secret(CANARY), opts=pulumi.ResourceOptions(provider=here))
    pulumi.export("note", pulumi.Output.secret(CANARY))
    pulumi.export("name", a.name)


def test_a_secret_is_in_no_file_but_the_clouds(desk):
    desk.apply(program)
    assert [thing["note"] for thing in desk.cloud.all().values()] == [CANARY]
    files = [file for file in (desk.folder / "state").rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if CANARY.encode() in file.read_bytes()]
    assert not [event for event in desk.events if CANARY in repr(event)]
    assert desk.outputs()["note"] == Secret(CANARY)


def test_a_secret_is_no_difference_the_next_time(desk):
    desk.apply(program)
    plan = desk.plan(program)
    assert plan.is_empty
    assert CANARY not in repr(plan)


def test_without_a_passphrase_nothing_with_a_secret_is_made(desk):
    desk.passphrase = None
    with pytest.raises(PassphraseMissing):
        desk.apply(program)
    assert desk.cloud.all() == {}


def test_no_passphrase_is_needed_where_there_are_no_secrets(desk):
    from tests.support.programs import things

    desk.passphrase = None
    desk.apply(things(a={}))
    assert desk.plan(things(a={})).is_empty


def test_to_look_at_the_records_takes_no_passphrase(desk):
    """Secrets stay sealed; the rest can be read, checked and exported."""
    desk.apply(program)
    desk.passphrase = None
    note = desk.resources()["a"].inputs["note"]
    assert isinstance(note, Secret)
    assert CANARY not in note.value
    assert desk.breaches() == ()
