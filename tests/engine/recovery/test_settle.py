"""What a killed run had begun is found out about before anything else, by asking the cloud."""

import threading

import pulumi
import pytest

from provisioner.engine.embedded import store
from provisioner.engine.embedded.state import Began
from provisioner.engine.failures import AmbiguousObject, CloudNotRead
from provisioner.engine.interface import Access, Result
from provisioner.plan.model import Mode, Source
from provisioner.providers.interface import Refused
from tests.support.fake_cloud import FakeProvider
from tests.support.programs import things
from tests.support.runs import marks, nothing


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it but the test."""


@pytest.fixture
def killed(desk):
    """Applies a program that is killed in the first call of this kind, or in the first so many together."""

    def apply(program, operation, mode=Mode.UPDATE, together=1):
        all_there = threading.Barrier(together)

        def die(happening, inputs):
            if happening == operation:
                all_there.wait(30)
                raise Killed

        desk.cloud.before = die
        with pytest.raises(Killed):
            desk.apply(program, mode)
        desk.cloud.before = lambda *_: None
        desk.cloud.calls.clear()

    return apply


def found(plan):
    return [(each.op, each.urn.rsplit("::", 1)[1], each.found.split(",")[0]) for each in plan.unfinished]


def files(desk):
    return {file: file.read_bytes() for file in (desk.folder / "state").rglob("*") if file.is_file()}


def converges(desk, program, objects):
    assert desk.apply(program).result is Result.DONE
    assert len(desk.cloud.all()) == objects
    assert desk.breaches() == ()
    plan = desk.plan(program)
    assert plan.is_empty
    assert plan.unfinished == ()


A = things(a={"size": 1})


@pytest.mark.parametrize(
    ("operation", "said", "planned"),
    [
        pytest.param("create", "was not made", ["+ a"], id="before the cloud acted"),
        pytest.param("created", "was made", [], id="after the cloud acted"),
    ],
)
def test_a_creation(desk, killed, operation, said, planned):
    killed(A, operation)
    plan = desk.plan(A)
    assert found(plan) == [("creating", "a", said)]
    assert marks(plan) == planned
    converges(desk, A, 1)


@pytest.mark.parametrize("operation", ["update", "updated"])
def test_a_change(desk, killed, operation):
    """The object is read again; what is still missing is an update."""
    desk.apply(A)
    second = things(a={"size": 2})
    killed(second, operation)
    plan = desk.plan(second)
    assert found(plan) == [("updating", "a", "was read again")]
    assert marks(plan) == (["~ a (size)"] if operation == "update" else [])
    converges(desk, second, 1)
    assert [thing["size"] for thing in desk.cloud.all().values()] == [2]


def test_a_change_of_what_is_gone_since(desk, killed):
    desk.apply(A)
    killed(things(a={"size": 2}), "update")
    with desk.cloud.objects() as objects:
        objects.clear()
    plan = desk.plan(A)
    assert (found(plan), marks(plan)) == ([("updating", "a", "is gone")], ["+ a"])
    converges(desk, A, 1)


@pytest.mark.parametrize(
    ("operation", "said", "planned"),
    [
        pytest.param("delete", "is still there", ["- a"], id="before the cloud acted"),
        pytest.param("deleted", "is gone", [], id="after the cloud acted"),
    ],
)
def test_a_deletion(desk, killed, operation, said, planned):
    desk.apply(A)
    killed(nothing, operation, Mode.DESTROY)
    plan = desk.plan(nothing, Mode.DESTROY)
    assert found(plan) == [("deleting", "a", said)]
    assert marks(plan) == planned
    assert desk.destroy().result is Result.DONE
    assert (desk.cloud.all(), desk.resources()) == ({}, {})


def test_a_deletion_of_what_is_wanted_again(desk, killed):
    desk.apply(A)
    killed(things(), "deleted")
    assert marks(desk.plan(A)) == ["+ a"]
    converges(desk, A, 1)


@pytest.mark.parametrize("operation", ["create", "created", "delete", "deleted"])
@pytest.mark.parametrize("name", [None, "typed"], ids=["the new object first", "the old object first"])
def test_a_replacement(desk, killed, operation, name):
    def zoned(zone):
        return things(a={"zone": zone, **({"name": name} if name else {})}, b={"needs": "a"})

    desk.apply(zoned("x"))
    killed(zoned("y"), operation)
    converges(desk, zoned("y"), 2)
    assert [thing.get("zone") for thing in desk.cloud.all().values() if "zone" in thing] == ["y"]


def test_several_at_once(desk, killed):
    """What is found for one is not found for another."""
    program = things(**{f"t{number}": {} for number in range(8)})
    killed(program, "created", together=8)
    assert len(desk.plan(program).unfinished) == 8
    converges(desk, program, 8)


def test_two_candidates_are_named_and_left_alone(desk, killed):
    killed(A, "created")
    with desk.cloud.objects() as objects:
        [made] = objects.values()
        objects["thing-other"] = made
    with pytest.raises(AmbiguousObject) as caught:
        desk.plan(A)
    assert caught.value.urn.endswith("::a")
    assert sorted(caught.value.ids) == sorted(desk.cloud.all())
    with pytest.raises(AmbiguousObject):
        desk.apply(A)
    with desk.cloud.objects() as objects:
        del objects["thing-other"]
    converges(desk, A, 1)


def test_without_an_answer_there_is_no_plan(desk, killed, monkeypatch):
    killed(A, "create")

    def refuse(self, type, new, known):
        raise Refused("not reachable", code="Down")

    monkeypatch.setattr(FakeProvider, "find", refuse)
    with pytest.raises(CloudNotRead) as caught:
        desk.plan(A)
    assert (caught.value.type, caught.value.code) == ("fake:index:Thing", "Down")


def test_a_refresh_that_is_refused_says_so(desk):
    desk.apply(A)

    def refuse(operation, inputs):
        raise Refused("no permission", code="Denied")

    desk.cloud.before = refuse
    before = files(desk)
    for access in (desk.plan, desk.apply):
        with pytest.raises(CloudNotRead) as caught:
            access(A, source=Source.CLOUD)
        assert (caught.value.reason, caught.value.code) == ("no permission", "Denied")
    assert files(desk) == before


def test_a_plan_writes_nothing(desk, killed):
    killed(A, "created")
    before = files(desk)
    desk.plan(A)
    desk.plan(nothing, Mode.DESTROY)
    assert files(desk) == before


def test_an_apply_with_nothing_to_do_records_what_was_found(desk, killed):
    killed(A, "created")
    desk.cloud.calls.clear()
    applied = desk.apply(A)
    assert applied.counts == {"same": 3}
    assert "create" not in [operation for operation, _ in desk.cloud.calls]
    assert desk.resources()["a"].id in desk.cloud.all()


def test_a_secret_that_was_on_its_way_is_secret_when_it_is_found(desk, killed):
    from tests.engine.lifecycle.test_secrets_stay_secret import CANARY, program

    killed(program, "created")
    plan = desk.plan(program)
    assert CANARY not in repr(plan)
    desk.apply(program)
    assert not [file for file, content in files(desk).items() if CANARY.encode() in content]


def test_an_operation_that_only_pulumi_knows_is_left_alone(desk, monkeypatch):
    """`importing` in a state that came from Pulumi: it changed nothing in the cloud."""
    desk.apply(A)
    load = store.StackStore.load

    def with_import(self, sealer):
        stored = load(self, sealer)
        record = next(each for each in stored.snapshot.records() if each.urn.endswith("::a"))
        return store.Stored(stored.snapshot, (Began(77, "importing", record),), 78)

    monkeypatch.setattr(store.StackStore, "load", with_import)
    assert found(desk.plan(A)) == [("importing", "a", "changed nothing")]


def test_a_rename_in_a_killed_run_is_kept(desk, killed):
    desk.apply(things(a={}, b={"needs": "a"}))
    alias = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="a")])
    renamed = things(z={"size": 2, "opts": alias}, b={"needs": "z"})
    killed(renamed, "updated")
    with desk.engine().open(desk.stack(nothing), Access.READ) as run:
        assert run.breaches() == ()
        assert {each.urn.rsplit("::", 1)[1] for each in run.resources()} >= {"z", "b"}
    assert marks(desk.plan(renamed)) == []
    converges(desk, renamed, 2)
