"""A secret is found by no byte search over anything that is written, and reaches the provider in plain."""

import pulumi
import pytest

from provisioner.engine.failures import InvalidInputs, PassphraseMissing
from provisioner.engine.interface import Result
from provisioner.plan.values import Secret
from provisioner.providers.interface import Checked, Problem, Refused
from tests.support.fake_cloud import FakeProvider, FakeRegistry, Thing

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


def written(desk):
    return b"".join(file.read_bytes() for file in (desk.folder / "state").rglob("*") if file.is_file())


def test_a_secret_that_a_provider_copies_stays_secret(desk, monkeypatch):
    """As `tagsAll`, which holds the tags and the provider's own."""
    check = FakeProvider.check

    def copying(self, type, name, old, new, seed):
        found = check(self, type, name, old, new, seed)
        return Checked({**found.inputs, "tagsAll": {"by": "us", **new["tags"]}})

    monkeypatch.setattr(FakeProvider, "check", copying)

    def tagged():
        tags = {"pw": pulumi.Output.secret(CANARY), "a": "plain"}
        Thing("a", tags=tags, opts=pulumi.ResourceOptions(provider=FakeRegistry("here")))

    plan = desk.plan(tagged)
    [step] = [step for step in plan.steps if step.name == "a"]
    assert (step.new["tags"]["a"], isinstance(step.new["tagsAll"], Secret)) == ("plain", True)
    assert CANARY not in repr(plan)
    desk.apply(tagged)
    assert CANARY.encode() not in written(desk)
    assert desk.plan(tagged).is_empty


def test_a_secret_that_the_cloud_repeats_in_a_refusal_is_masked(desk):
    def refuse(operation, inputs):
        if operation == "create":
            raise Refused(f"Value '{inputs['note']}' at 'note' is too simple")

    desk.cloud.before = refuse
    applied = desk.apply(program)
    assert applied.result is Result.FAILED
    assert [failure.error for failure in applied.failures] == ["Value '[secret]' at 'note' is too simple"]
    assert CANARY not in repr(desk.events)
    assert CANARY.encode() not in written(desk)


def test_a_secret_that_a_provider_repeats_in_a_problem_is_masked(desk, monkeypatch):
    def strict(self, type, name, old, new, seed):
        return Checked(new, (Problem("note", f"{new['note']} has no digits"),))

    monkeypatch.setattr(FakeProvider, "check", strict)
    with pytest.raises(InvalidInputs) as caught:
        desk.plan(program)
    assert [reason for _, _, reason in caught.value.problems] == ["[secret] has no digits"]
