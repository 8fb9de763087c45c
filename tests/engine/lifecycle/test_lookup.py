"""Objects that a program reads and does not manage (`Thing.get`)."""

import pulumi
import pytest

from provisioner.engine.failures import CloudNotRead, ProtectedResources
from provisioner.engine.interface import Access, Result
from provisioner.plan.model import Op
from provisioner.plan.values import UNKNOWN, Secret
from provisioner.providers.interface import Refused
from tests.support.fake_cloud import FakeProvider, FakeRegistry, Thing
from tests.support.lookups import get_thing
from tests.support.runs import marks


@pytest.fixture
def theirs(desk):
    """The id of an object that somebody else made."""
    with desk.cloud.objects() as objects:
        objects["thing-theirs"] = {"name": "theirs", "size": 7}
    return "thing-theirs"


def looking(id, name="found", **options):
    def program():
        here = FakeRegistry("here")
        found = get_thing(name, id, pulumi.ResourceOptions(provider=here, **options))
        Thing(
            "mine",
            parent_id=found.id,
            note=found.arn,
            size=found.size,
            opts=pulumi.ResourceOptions(provider=here),
        )

    return program


def managing(name, **inputs):
    def program():
        Thing(name, opts=pulumi.ResourceOptions(provider=FakeRegistry("here")), **inputs)

    return program


def test_it_is_read_in_the_plan_and_known_there(desk, theirs):
    plan = desk.plan(looking(theirs))
    [found] = [step for step in plan.steps if step.name == "found"]
    [mine] = [step for step in plan.steps if step.name == "mine"]
    assert (found.op, mine.new["size"], mine.new["note"]) == (Op.READ, 7, f"arn:{theirs}")


def test_it_is_recorded_as_external_and_never_deleted(desk, theirs):
    desk.apply(looking(theirs))
    with desk.engine().open(desk.stack(lambda: None), Access.READ) as run:
        [found] = [
            each for each in run.export()["deployment"]["resources"] if each["urn"].endswith("::found")
        ]
    assert found["external"] is True
    assert desk.plan(looking(theirs)).is_empty
    assert desk.destroy().result is Result.DONE
    assert list(desk.cloud.all()) == [theirs]
    assert desk.resources() == {}


def test_one_that_is_gone_stops_the_plan_with_its_name(desk):
    with pytest.raises(CloudNotRead) as caught:
        desk.plan(looking("thing-gone"))
    assert "thing-gone" in caught.value.reason


def test_one_that_cannot_be_read_stops_the_plan_too(desk, theirs):
    def refuse(operation, inputs):
        if operation == "read":
            raise Refused("not for you", code="Denied")

    desk.cloud.before = refuse
    with pytest.raises(CloudNotRead) as caught:
        desk.plan(looking(theirs))
    assert (caught.value.reason, caught.value.code) == ("not for you", "Denied")


def test_without_credentials_it_is_unknown_in_the_plan_which_says_so(desk, theirs):
    def refuse(operation, inputs):
        if operation == "read":
            raise Refused("no credentials", code="NoCredentials")

    desk.cloud.before = refuse
    plan = desk.plan(looking(theirs))
    [mine] = [step for step in plan.steps if step.name == "mine"]
    assert mine.new["note"] is UNKNOWN
    assert plan.notes == (f"fake:index:Thing with id {theirs} was not read: no credentials",)


def test_what_a_provider_says_of_the_plan_it_made_is_told(desk, theirs, monkeypatch):
    monkeypatch.setattr(FakeProvider, "remarks", lambda _: ("Nobody was asked.",), raising=False)
    assert desk.plan(looking(theirs)).notes == ("Nobody was asked.",)


def test_one_that_is_gone_when_the_apply_comes_stops_it(desk, theirs):
    """What was made before is kept, and nothing that needs it is begun."""

    def vanish(operation, inputs):
        if operation == "read" and len([each for each in desk.cloud.calls if each[0] == "read"]) == 2:
            with desk.cloud.objects() as objects:
                objects.clear()

    desk.cloud.before = vanish
    applied = desk.apply(looking(theirs))
    assert applied.result is Result.FAILED
    assert [failure.urn.rsplit("::", 1)[1] for failure in applied.failures] == ["found"]
    assert desk.cloud.all() == {}


def test_an_id_of_the_future_is_read_in_the_apply_only(desk):
    def program():
        here = FakeRegistry("here")
        a = Thing("a", size=5, opts=pulumi.ResourceOptions(provider=here))
        found = get_thing("found", a.id, pulumi.ResourceOptions(provider=here))
        pulumi.export("size", found.size)

    assert desk.plan(program).outputs == {"size": UNKNOWN}
    desk.apply(program)
    assert desk.outputs() == {"size": 5}
    assert desk.plan(program).is_empty


def test_its_secret_outputs_are_secret_in_the_plan_already(desk, theirs):
    def program():
        found = get_thing(
            "found",
            theirs,
            pulumi.ResourceOptions(provider=FakeRegistry("here"), additional_secret_outputs=["arn"]),
        )
        pulumi.export("arn", found.arn)

    assert desk.plan(program).outputs == {"arn": Secret(f"arn:{theirs}")}
    desk.apply(program)
    assert desk.outputs() == {"arn": Secret(f"arn:{theirs}")}


def test_managing_what_was_only_read_makes_an_object_of_ones_own(desk, theirs):
    def reading():
        get_thing("a", theirs, pulumi.ResourceOptions(provider=FakeRegistry("here")))

    desk.apply(reading)
    assert marks(desk.plan(managing("a"))) == ["+ a"]
    desk.apply(managing("a"))
    assert len(desk.cloud.all()) == 2
    assert desk.resources()["a"].id != theirs
    assert desk.plan(managing("a")).is_empty


def test_reading_another_object_under_the_name_of_a_managed_one_deletes_that(desk, theirs):
    def reading():
        get_thing("a", theirs, pulumi.ResourceOptions(provider=FakeRegistry("here")))

    desk.apply(managing("a"))
    plan = desk.plan(reading)
    assert marks(plan) == ["- a"]
    applied = desk.apply(reading)
    assert (applied.result, applied.not_done) == (Result.DONE, ())
    assert list(desk.cloud.all()) == [theirs]
    assert desk.breaches() == ()
    assert desk.plan(reading).is_empty


def test_reading_another_object_does_not_get_round_protection(desk, theirs):
    def protected():
        Thing("a", opts=pulumi.ResourceOptions(provider=FakeRegistry("here"), protect=True))

    def reading():
        get_thing("a", theirs, pulumi.ResourceOptions(provider=FakeRegistry("here")))

    desk.apply(protected)
    with pytest.raises(ProtectedResources):
        desk.plan(reading)


def test_reading_an_object_that_was_managed_lets_go_of_it(desk):
    desk.apply(managing("a"))
    id = desk.resources()["a"].id

    def reading():
        get_thing("a", id, pulumi.ResourceOptions(provider=FakeRegistry("here")))

    assert marks(desk.plan(reading)) == []
    desk.apply(reading)
    desk.destroy()
    assert list(desk.cloud.all()) == [id]


def test_a_lookup_follows_the_alias_of_its_parent(desk, theirs):
    def below(name, aliases=None):
        def program():
            here = FakeRegistry("here")
            options = pulumi.ResourceOptions(providers=[here], aliases=aliases)
            parent = pulumi.ComponentResource("test:index:Hall", name, {}, options)
            get_thing(f"{name}-found", theirs, pulumi.ResourceOptions(parent=parent))

        return program

    desk.apply(below("old"))
    desk.apply(below("new", [pulumi.Alias(name="old")]))
    assert sorted(desk.resources()) == ["here", "layer-test.here", "new", "new-found"]
