"""Whenever the bucket goes away, nothing done is lost, nothing is done twice, and the message says what to do."""

import contextlib

import pulumi
import pytest

from provisioner.engine.interface import Access
from provisioner.engine.state_failures import StateIsAway
from provisioner.report.explain import explain
from provisioner.report.message import render
from tests.support.buckets import BucketDesk, losing, refusing, silent
from tests.support.fake_cloud import FakeRegistry, Thing

FAULTS = {
    "503": refusing("SlowDown", 503),
    "expired token": refusing("ExpiredToken", 403),
    "no answer": silent,
    "lost answers": losing,
}


def first():
    """Two things, one after the other, and a secret."""
    options = pulumi.ResourceOptions(provider=FakeRegistry("here"))
    a = Thing("a", size=1, opts=options)
    Thing("b", parent_id=a.id, note=pulumi.Output.secret("s3cret"), opts=options)


def second():
    """One changes, one goes, one comes."""
    options = pulumi.ResourceOptions(provider=FakeRegistry("here"))
    a = Thing("a", size=2, opts=options)
    Thing("c", parent_id=a.id, opts=options)


@pytest.fixture
def new_desk(tmp_path_factory, quick_passphrase):
    return lambda: BucketDesk(tmp_path_factory.mktemp("desk"))


def converges(desk):
    """The next apply goes on, and in the end there is what is recorded, once."""
    desk.client.clear()
    desk.apply(second)
    assert [name[0] for name in desk.cloud.names()] == ["a", "c"]
    assert desk.plan(second).is_empty
    assert desk.breaches() == ()
    made = [name for operation, name in desk.cloud.calls if operation == "create"]
    assert len(made) == len(set(made)), "something was made twice"


@pytest.mark.parametrize("fault", FAULTS)
def test_from_any_request_on_an_apply_stops_and_goes_on_later(new_desk, fault):
    pushed = 0
    for moment in range(100):
        desk = new_desk()
        desk.apply(first)
        desk.client.from_request(moment, FAULTS[fault])
        try:
            desk.apply(second)
        except StateIsAway as away:
            text = render(explain(away, "dev"))
            assert "s3://example-state/" in text
            assert ("provisioner state push dev" in text) == (desk.kept() is not None)
            desk.client.clear()
            foreseen = desk.engine().push(desk.stack(second), Access.READ)
            done = desk.engine().push(desk.stack(second))
            assert done == foreseen
            pushed += done.added
            assert desk.kept() is None
        else:
            break  # what can be left out at the end of a run was left out
        converges(desk)
    assert moment > 20
    assert pushed > 5 or fault == "lost answers"
    converges(desk)


@pytest.mark.parametrize("fault", ["503", "lost answers"])
def test_it_goes_on_from_another_machine_without_what_was_kept(new_desk, fault, tmp_path):
    """The laptop is lost: what was begun is known, and is looked for."""
    for moment in range(10, 40, 3):
        desk = new_desk()
        desk.apply(first)
        desk.client.from_request(moment, FAULTS[fault])
        with contextlib.suppress(StateIsAway):
            desk.apply(second)
        other = desk.elsewhere(tmp_path / str(moment))
        with pytest.MonkeyPatch.context() as later:
            a_minute_later(later)
            converges(other)


COMMANDS = {
    "plan": lambda desk: desk.plan(second),
    "destroy": lambda desk: desk.destroy(),
    "state push": lambda desk: desk.engine().push(desk.stack(second)),
    "state unlock": lambda desk: desk.engine().unlock(desk.stack(second)),
    "state history": lambda desk: archive(desk, Access.READ, lambda found: found.newest(9)),
    "state rollback": lambda desk: archive(desk, Access.WRITE, lambda found: found.roll_back(1)),
}


def archive(desk, access, do):
    with desk.engine().open(desk.stack(second), access) as run:
        return do(run.archive)


@pytest.mark.parametrize("command", COMMANDS)
def test_from_any_request_on_any_command_stops_and_loses_nothing(new_desk, command):
    for moment in range(100):
        desk = new_desk()
        desk.apply(first)
        desk.client.from_request(moment, silent)
        try:
            COMMANDS[command](desk)
        except StateIsAway as away:
            said = render(explain(away, "dev"))
            assert "fix: see that the endpoint can be reached, then" in " ".join(said.split())
        else:
            break
        converges(desk)
    assert moment > 1


def a_minute_later(patch):
    """The lease of whoever is silent has run out."""
    from provisioner.backends import objects

    age = objects._age
    patch.setattr(objects, "_age", lambda answer: age(answer) + 61)


def test_one_request_that_fails_is_enough_to_stop_before_the_next_step(new_desk):
    desk = new_desk()
    desk.apply(first)
    done = []
    desk.cloud.before = lambda operation, inputs: (
        done.append(operation) or desk.client.from_request(0, refusing("SlowDown", 503))
    )
    with pytest.raises(StateIsAway) as away:
        desk.apply(second)
    assert done == ["update", "updated"], "the call that was under way has ended, and no other began"
    assert away.value.kept.read_bytes() == desk.kept()
    desk.client.clear()
    desk.cloud.before = lambda operation, inputs: None
    assert desk.engine().push(desk.stack(second)).added > 0
    assert desk.resources()["a"].inputs["size"] == 2, "known without looking into the cloud"
    assert desk.plan(second).unfinished == ()
    converges(desk)


def test_a_plan_that_cannot_read_the_state_says_so(new_desk, golden):
    desk = new_desk()
    desk.apply(first)
    desk.prefix = "state"
    desk.client.from_request(0, refusing("AccessDenied", 403))
    with pytest.raises(StateIsAway) as away:
        desk.plan(first)
    golden(render(explain(away.value, "dev")))


def test_a_bucket_that_is_not_there_is_told(new_desk):
    desk = new_desk()
    desk.client.from_request(0, refusing("NoSuchBucket", 404))
    with pytest.raises(StateIsAway) as away:
        desk.apply(first)
    assert "make the bucket" in render(explain(away.value, "dev"))
