"""A look finds what others did and writes nothing; what is accepted of it goes into the records alone."""

import hashlib

import pulumi
import pytest

from provisioner.engine.embedded.store import StackStore
from provisioner.engine.interface import Access, Result, Stack
from provisioner.plan.model import DriftKind, Mode, Source
from provisioner.plan.scope import Scope
from provisioner.plan.values import Secret
from provisioner.schedule import Task
from provisioner.workflow import Change, carry_out
from provisioner.workflow import accept as accept_all
from provisioner.workflow import look as look_at_all
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.programs import things
from tests.support.runs import marks, nothing

PROGRAM = things(a={"size": 1}, b={"needs": "a"}, c={"needs": "b"}, d={"size": 4})


def name(urn):
    return urn.rsplit("::", 1)[1]


def look(desk):
    with desk.engine().open(desk.stack(nothing), Access.READ) as run:
        return run.look()


def accept(desk, *names):
    with desk.engine().open(desk.stack(nothing), Access.WRITE) as run:
        return run.accept([urn for urn in run.look().urns if not names or name(urn) in names])


def found(looked):
    return {name(each.drift.urn): each.drift.kind.value for each in looked.outside}


def bytes_of(folder):
    files = sorted(folder.rglob("*"))
    return [
        (
            str(file),
            file.stat().st_mtime_ns,
            hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "",
        )
        for file in files
    ]


def resized(desk, thing, size):
    with desk.cloud.objects() as objects:
        objects[desk.resources()[thing].id]["size"] = size


def deleted(desk, *names):
    ids = [desk.resources()[each].id for each in names]
    with desk.cloud.objects() as objects:
        for id in ids:
            del objects[id]


def test_a_look_changes_no_byte_of_the_state_and_only_reads_the_cloud(desk):
    desk.apply(PROGRAM)
    resized(desk, "a", 7)
    deleted(desk, "c")
    before = bytes_of(desk.folder / "state")
    desk.cloud.calls.clear()
    looked = look(desk)
    assert found(looked) == {"a": "changed", "c": "gone"}
    assert [(one.path, one.old, one.new) for one in looked.outside[0].drift.changes] == [("size", 1, 7)]
    assert {operation for operation, _ in desk.cloud.calls} == {"read_all"}
    assert bytes_of(desk.folder / "state") == before


def test_a_look_works_while_somebody_changes_the_stack(desk):
    desk.apply(PROGRAM)
    with desk.engine().open(desk.stack(nothing), Access.WRITE):
        assert look(desk).is_as_recorded


def test_nothing_is_outside_where_nothing_is(desk):
    assert look(desk).is_as_recorded
    assert not (desk.folder / "state").exists()


def test_what_the_program_leaves_to_others_is_no_drift(desk):
    left = pulumi.ResourceOptions(ignore_changes=["size"])
    desk.apply(things(a={"size": 1, "opts": left}))
    resized(desk, "a", 7)
    looked = look(desk)
    assert looked.outside == ()
    assert [(name(one.urn), [change.path for change in one.changes]) for one in looked.newer] == [
        ("a", ["size"])
    ]
    assert desk.plan(things(a={"size": 1, "opts": left}), source=Source.CLOUD).drift == ()
    accept(desk)
    assert desk.resources()["a"].inputs["size"] == 7
    assert look(desk).is_as_recorded
    assert desk.plan(things(a={"size": 1, "opts": left})).is_empty


def test_what_follows_when_something_is_made_anew_is_named(desk):
    desk.apply(PROGRAM)
    deleted(desk, "a")
    resized(desk, "d", 5)
    followers = {name(each.drift.urn): [name(urn) for urn in each.followers] for each in look(desk).outside}
    assert followers == {"a": ["b", "c"], "d": []}


def test_a_change_that_needs_a_new_object_to_undo_has_followers_too(desk):
    desk.apply(PROGRAM)
    with desk.cloud.objects() as objects:
        objects[desk.resources()["b"].id]["zone"] = "z"
    [outside] = look(desk).outside
    assert [name(urn) for urn in outside.followers] == ["c"]
    scope = Scope(targets=(outside.drift.urn, *outside.followers))
    assert marks(desk.plan(PROGRAM, source=Source.CLOUD, scope=scope)) == ["± b (zone)", "± c (parentId)"]
    assert desk.apply(PROGRAM, source=Source.CLOUD, scope=scope).result is Result.DONE
    assert look(desk).is_as_recorded
    assert len(desk.cloud.all()) == 4


class Group(pulumi.ComponentResource):
    def __init__(self, name, origin, provider, parent=None):
        super().__init__("mlplat:x:Group", name, {"origin": origin}, pulumi.ResourceOptions(parent=parent))
        self.thing = Thing(f"{name}-thing", pulumi.ResourceOptions(parent=self, provider=provider), size=1)


def grouped():
    provider = FakeRegistry("here")
    outer = Group("outer", "registry", provider)
    Group("inner", None, provider, outer)


def test_each_finding_says_which_component_and_setting_it_comes_from(desk):
    desk.apply(grouped)
    deleted(desk, "outer-thing", "inner-thing")
    assert {(name(each.component), each.setting) for each in look(desk).outside} == {
        ("outer", "registry"),
        ("inner", "registry"),
    }


def test_what_is_accepted_is_recorded_and_nothing_is_called(desk):
    desk.apply(PROGRAM)
    resized(desk, "a", 7)
    deleted(desk, "c")
    desk.cloud.calls.clear()
    backup = accept(desk)
    assert {operation for operation, _ in desk.cloud.calls} == {"read_all"}
    assert sorted(desk.resources()) == ["a", "b", "d", "here", "layer-test.here"]
    assert desk.resources()["a"].inputs["size"] == 7
    assert look(desk).is_as_recorded
    assert desk.breaches() == ()
    assert marks(desk.plan(PROGRAM)) == ["~ a (size)", "+ c"]
    assert '"size":1' in (desk.folder / backup).read_text().replace(" ", "")


def test_only_what_was_agreed_to_is_recorded(desk):
    desk.apply(PROGRAM)
    resized(desk, "a", 7)
    resized(desk, "d", 9)
    deleted(desk, "c")
    accept(desk, "d")
    assert found(look(desk)) == {"a": "changed", "c": "gone"}
    assert desk.resources()["d"].inputs["size"] == 9


def test_what_is_gone_is_forgotten_and_who_needed_it_stays(desk):
    desk.apply(PROGRAM)
    deleted(desk, "a", "b")
    accept(desk)
    assert sorted(desk.resources()) == ["c", "d", "here", "layer-test.here"]
    assert desk.breaches() == ()
    assert marks(desk.plan(PROGRAM)) == ["+ a", "+ b", "± c (parentId)"]
    desk.apply(PROGRAM)
    assert look(desk).is_as_recorded
    assert len(desk.cloud.all()) == 4


def test_a_child_of_what_is_gone_goes_to_the_nearest_that_is_not(desk):
    def program():
        provider = FakeRegistry("here")
        group = Group("g", "registry", provider)
        parent = Thing("p", pulumi.ResourceOptions(parent=group, provider=provider), size=1)
        Thing("child", pulumi.ResourceOptions(parent=parent, provider=provider), size=1)

    desk.apply(program)
    deleted(desk, "p")
    accept(desk)
    assert name(desk.resources()["child"].parent) == "g"
    assert desk.breaches() == ()
    assert marks(desk.plan(program)) == ["+ p"]
    desk.apply(program)
    assert name(desk.resources()["child"].parent) == "p"


def test_an_acceptance_is_a_version_of_the_state(desk):
    desk.apply(PROGRAM)
    resized(desk, "a", 7)
    accept(desk)
    with desk.engine().open(desk.stack(nothing), Access.READ) as run:
        assert [version.kind for version in run.archive.newest(2)] == ["refresh", "update"]


@pytest.mark.parametrize("reached", ["journal", "compact"])
def test_an_acceptance_that_is_cut_off_is_finished_by_the_next_run(desk, monkeypatch, reached):
    desk.apply(PROGRAM)
    resized(desk, "a", 7)
    deleted(desk, "c")

    def pulled(*_):
        raise SystemError("the plug was pulled")

    with monkeypatch.context() as patched:
        patched.setattr(StackStore, reached, pulled)
        with pytest.raises(SystemError):
            accept(desk)
    assert desk.breaches() == ()
    assert found(look(desk)) == ({"a": "changed", "c": "gone"} if reached == "journal" else {})
    desk.apply(PROGRAM, source=Source.CLOUD)
    assert desk.cloud.all()[desk.resources()["a"].id]["size"] == 1
    assert look(desk).is_as_recorded


def test_what_a_killed_run_left_open_is_found_out_and_recorded(desk):
    def killed(operation, inputs):
        if operation == "created":
            raise SystemError("the plug was pulled")

    desk.cloud.before = killed
    with pytest.raises(SystemError):
        desk.apply(things(a={"size": 1}))
    desk.cloud.before = lambda *_: None
    before = bytes_of(desk.folder / "state")
    looked = look(desk)
    assert [each.found.startswith("was made") for each in looked.unfinished] == [True]
    assert bytes_of(desk.folder / "state") == before
    accept(desk)
    assert look(desk).is_as_recorded
    assert "a" in desk.resources()
    assert marks(desk.plan(things(a={"size": 1}))) == []


def test_secrets_stay_secrets(desk):
    desk.apply(lambda: things(a={"size": pulumi.Output.secret("for your eyes only")})())
    resized(desk, "a", "changed for your eyes")
    [outside] = look(desk).outside
    [change] = outside.drift.changes
    assert isinstance(change.old, Secret)
    assert isinstance(change.new, Secret)
    accept(desk)
    assert not [file for file in (desk.folder / "state").rglob("*.json") if b"your eyes" in file.read_bytes()]


def test_a_part_that_is_applied_leaves_the_drift_of_the_rest_to_be_found(desk):
    """Otherwise it would be recorded as it is, put back by nobody, and never told again."""
    desk.apply(PROGRAM)
    resized(desk, "a", 7)
    resized(desk, "d", 9)
    part = Scope(targets=(desk.resources()["d"].urn,))
    plan = desk.plan(PROGRAM, source=Source.CLOUD, scope=part)
    assert marks(plan) == ["~ d (size)"]
    assert {name(drift.urn) for drift in plan.drift} == {"a", "d"}
    assert desk.apply(PROGRAM, source=Source.CLOUD, scope=part).result is Result.DONE
    assert found(look(desk)) == {"a": "changed"}


def test_what_was_found_gone_is_told_until_it_is_made_again(desk):
    desk.apply(PROGRAM)
    deleted(desk, "c")
    part = Scope(targets=(desk.resources()["d"].urn,))
    desk.apply(PROGRAM, source=Source.CLOUD, scope=part)
    [outside] = look(desk).outside
    assert (name(outside.drift.urn), outside.drift.kind) == ("c", DriftKind.GONE)
    desk.apply(PROGRAM)
    assert look(desk).is_as_recorded


def test_putting_back_is_a_plan_of_what_changed_and_what_follows(desk):
    desk.apply(PROGRAM)
    deleted(desk, "b")
    resized(desk, "a", 7)
    looked = look(desk)
    urns = [urn for each in looked.outside for urn in (each.drift.urn, *each.followers)]
    wanted = things(a={"size": 1}, b={"needs": "a"}, c={"needs": "b"}, d={"size": 400})
    plan = desk.plan(wanted, source=Source.CLOUD, scope=Scope(targets=tuple(urns)))
    assert marks(plan) == ["~ a (size)", "+ b", "± c (parentId)"]
    desk.apply(wanted, source=Source.CLOUD, scope=Scope(targets=tuple(urns)))
    assert look(desk).is_as_recorded
    assert marks(desk.plan(wanted)) == ["~ d (size)"]


@pytest.mark.parametrize("is_marked", [False, True])
def test_what_is_gone_and_wanted_no_more_is_forgotten_by_putting_back(desk, is_marked):
    desk.apply(PROGRAM)
    deleted(desk, "c")
    if is_marked:
        desk.apply(PROGRAM, source=Source.CLOUD, scope=Scope(targets=(desk.resources()["d"].urn,)))
    resized(desk, "a", 7)
    targets = Scope(targets=tuple(each.drift.urn for each in look(desk).outside))
    wanted = things(a={"size": 1}, b={"needs": "a"}, d={"size": 4})
    phases = [(Task(desk.stack(wanted), Mode.UPDATE),)]
    change = Change(lambda plans: "test", lambda event: None, scope=targets)
    assert carry_out(desk.engine(), phases, Source.CLOUD, change).applied[0].result is Result.DONE
    assert sorted(desk.resources()) == ["a", "b", "d", "here", "layer-test.here"]
    assert look(desk).is_as_recorded


def test_all_stacks_are_looked_at_and_only_those_that_differ_are_written(desk):
    stacks = [Stack("layer", f"test.{region}", region, PROGRAM) for region in ("north", "south")]
    phases = [tuple(Task(stack, Mode.UPDATE) for stack in stacks)]
    carry_out(desk.engine(), phases, Source.STATE, Change(lambda plans: "test", lambda event: None))
    north = next(id for id, thing in desk.cloud.all().items() if thing["name"].startswith("c"))
    with desk.cloud.objects() as objects:
        del objects[north]
    looked = look_at_all(desk.engine(), stacks)
    assert [each.region for each in looked] == ["north", "south"]
    assert sorted(len(each.outside) for each in looked) == [0, 1]
    assert accept_all(desk.engine(), stacks, lambda _: None) is None
    backups = accept_all(desk.engine(), stacks, lambda found: [urn for each in found for urn in each.urns])
    assert len(backups) == 1
    assert all(each.is_as_recorded for each in look_at_all(desk.engine(), stacks))


def half_replaced(desk):
    """Room was made for a new `a`, and then the plug was pulled: `b` and `a` are deleted, none is made."""
    desk.apply(ROOM)
    here = desk.cloud.before

    def die(operation, _inputs):
        if operation == "create":
            raise SystemError("the plug was pulled")

    desk.cloud.before = die
    with pytest.raises(SystemError):
        desk.apply(MOVED)
    desk.cloud.before = here


ROOM = things(a={"zone": "x", "name": "typed"}, b={"needs": "a"}, d={"size": 4})
MOVED = things(a={"zone": "y", "name": "typed"}, b={"needs": "a"}, d={"size": 4})


def left(looked):
    return sorted((name(each.urn), each.op, each.found) for each in looked.left)


def test_what_a_run_of_our_own_deleted_is_unfinished_and_no_drift(desk):
    half_replaced(desk)
    looked = look(desk)
    assert found(looked) == {}
    assert left(looked) == [
        ("a", "creating", "was not made"),
        ("b", "replacing", "deleted, and not made again yet"),
    ]
    accept(desk)  # what is open is settled; what is to be made again keeps its place
    looked = look(desk)
    assert left(looked) == [
        ("a", "replacing", "deleted, and not made again yet"),
        ("b", "replacing", "deleted, and not made again yet"),
    ]
    assert looked.is_as_recorded
    assert marks(desk.plan(MOVED)) == ["+ a", "+ b"]
    desk.apply(MOVED)
    assert look(desk).left == ()


def test_what_others_deleted_is_drift_beside_what_a_run_of_our_own_did(desk):
    half_replaced(desk)
    deleted(desk, "d")
    assert found(look(desk)) == {"d": "gone"}
    part = Scope(targets=(desk.resources()["here"].urn,))
    desk.apply(MOVED, source=Source.CLOUD, scope=part)
    looked = look(desk)
    assert found(looked) == {"d": "gone"}
    assert [name(each.urn) for each in looked.left] == ["a", "b"]
    accept(desk)
    assert desk.breaches() == ()
    looked = look(desk)
    assert (found(looked), [name(each.urn) for each in looked.left]) == ({}, ["a", "b"])
    assert marks(desk.plan(MOVED)) == ["+ a", "+ b", "+ d"]


def test_what_others_deleted_while_we_changed_it_is_drift(desk):
    desk.apply(PROGRAM)

    def die(operation, _inputs):
        if operation == "update":
            raise SystemError("the plug was pulled")

    desk.cloud.before = die
    with pytest.raises(SystemError):
        desk.apply(things(a={"size": 2}, b={"needs": "a"}, c={"needs": "b"}, d={"size": 4}))
    desk.cloud.before = lambda *_: None
    deleted(desk, "a")
    looked = look(desk)
    assert found(looked) == {"a": "gone"}
    assert left(looked) == [("a", "updating", "is gone")]


def test_where_nothing_is_recorded_it_says_so(desk):
    assert look(desk).is_empty
    desk.apply(PROGRAM)
    assert not look(desk).is_empty
