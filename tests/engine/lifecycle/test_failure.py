"""When something fails, what was made is kept, nothing more is started, and the next apply goes on."""

import pytest

from provisioner.engine.failures import DuplicateUrn, InvalidInputs, NoProvider, ProgramFailed, UnknownType
from provisioner.engine.interface import Result
from provisioner.providers.interface import Object, Refused
from tests.support.fake_cloud import FakeProvider, FakeRegistry, Thing
from tests.support.programs import things
from tests.support.runs import marks

import pulumi


def test_what_was_made_before_a_failure_is_kept(desk):
    def refuse(operation, inputs):
        if operation == "create" and inputs["name"].startswith("b"):
            raise Refused("no capacity", code="InsufficientCapacity")

    desk.cloud.before = refuse
    applied = desk.apply(things(a={}, b={"needs": "a"}, c={"needs": "b"}))
    assert applied.result is Result.FAILED
    assert [(failure.urn[-1], failure.error) for failure in applied.failures] == [("b", "no capacity")]
    assert {urn[-1] for urn in applied.not_done if "Thing" in urn} == {"b", "c"}
    assert [name[0] for name in desk.cloud.names()] == ["a"]
    desk.cloud.before = lambda *_: None
    assert marks(desk.plan(things(a={}, b={"needs": "a"}, c={"needs": "b"}))) == ["+ b", "+ c"]
    assert desk.apply(things(a={}, b={"needs": "a"}, c={"needs": "b"})).result is Result.DONE
    assert len(desk.cloud.all()) == 3


def test_an_object_that_was_only_half_made_is_finished_by_the_next_apply(desk, monkeypatch):
    """The provider names what exists; the next plan is an update, not a second creation."""
    create = FakeProvider.create

    def half(self, type, new):
        made = create(self, type, {key: value for key, value in new.items() if key != "size"})
        inputs = {key: value for key, value in new.items() if key != "size"}
        raise Refused("size was refused", made=Object(made.id, inputs, made.outputs))

    monkeypatch.setattr(FakeProvider, "create", half)
    assert desk.apply(things(a={"size": 3})).result is Result.FAILED
    monkeypatch.setattr(FakeProvider, "create", create)
    assert marks(desk.plan(things(a={"size": 3}))) == ["~ a (size)"]
    assert desk.apply(things(a={"size": 3})).result is Result.DONE
    assert [thing["size"] for thing in desk.cloud.all().values()] == [3]
    assert desk.plan(things(a={"size": 3})).is_empty


def test_a_program_that_raises_deletes_nothing(desk):
    desk.apply(things(a={}))

    def broken():
        FakeRegistry("here")
        raise ValueError("no such setting")

    with pytest.raises(ProgramFailed) as caught:
        desk.plan(broken)
    assert "no such setting" in caught.value.error
    with pytest.raises(ProgramFailed):
        desk.apply(broken)
    assert len(desk.cloud.all()) == 1


def test_every_refused_input_is_reported_at_once(desk):
    with pytest.raises(InvalidInputs) as caught:
        desk.plan(things(a={"size": -1}, b={"size": 1}, c={"size": -1}))
    assert sorted(urn[-1] for urn, _, _ in caught.value.problems) == ["a", "c"]


def test_the_same_name_twice_is_refused(desk):
    def twice():
        here = FakeRegistry("here")
        Thing("a", opts=pulumi.ResourceOptions(provider=here))
        Thing("a", opts=pulumi.ResourceOptions(provider=here))

    with pytest.raises(DuplicateUrn):
        desk.plan(twice)


def test_nothing_lands_on_a_default_provider(desk):
    with pytest.raises(NoProvider):
        desk.plan(lambda: Thing("a") and None)


def test_an_unknown_type_is_refused_with_the_nearest_one(desk):
    def program():
        pulumi.CustomResource(
            "fake:index:Thin", "a", {}, pulumi.ResourceOptions(provider=FakeRegistry("here"))
        )

    with pytest.raises(UnknownType) as caught:
        desk.plan(program)
    assert caught.value.nearest == ("fake:index:Thing",)


def test_a_bug_in_a_provider_does_not_hang_the_run(desk):
    def explode(operation, inputs):
        if operation == "create":
            raise ZeroDivisionError

    desk.cloud.before = explode
    with pytest.raises(ZeroDivisionError):
        desk.apply(things(a={}, b={"needs": "a"}))
