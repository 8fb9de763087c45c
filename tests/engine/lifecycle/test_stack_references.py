"""Stacks that use the outputs of other stacks."""

import pulumi
import pytest

from provisioner.engine.failures import CloudNotRead, ProgramFailed
from provisioner.engine.interface import Access, Result, Stack
from provisioner.plan.model import Mode, Op, Source
from provisioner.plan.scope import Scope
from provisioner.plan.values import UNKNOWN
from provisioner.engine.plan_failures import OutputOutsideScope
from provisioner.schedule import LayerStacks, schedule
from provisioner.workflow import Change, carry_out, preview
from stacks.references import Upstream
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.runs import nothing


def below(size=1, zone="x", secret=False, name="ground"):
    def program():
        thing = Thing(name, size=size, zone=zone, opts=provided())
        pulumi.export("id", thing.id)
        pulumi.export("arn", pulumi.Output.secret(thing.arn) if secret else thing.arn)
        pulumi.export("size", size)

    return program


def above():
    ground = Upstream("below", "here")
    tower = Thing(
        "tower",
        size=ground.output("size"),
        parent_id=ground.output("id"),
        note=ground.output("arn"),
        opts=provided(),
    )
    pulumi.export("tower", tower.id)


def provided():
    return pulumi.ResourceOptions(provider=FakeRegistry("here"))


def stack(layer, program, region="here"):
    return Stack(layer, f"test.{region}", region, program)


def both(lower, upper=above):
    return (
        LayerStacks(((stack("below", lower),),)),
        LayerStacks(((stack("above", upper),),)),
    )


def plan(desk, layers, mode=Mode.UPDATE):
    return preview(desk.engine(), schedule(layers, mode), Source.STATE)


def apply(desk, layers, mode=Mode.UPDATE):
    change = Change(lambda _: "test", desk.events.append)
    return carry_out(desk.engine(), schedule(layers, mode), Source.STATE, change).applied


def thing(plan, name):
    return next(step for step in plan.steps if step.name == name)


def test_where_nothing_exists_a_later_stack_is_planned_on_what_is_not_known_yet(desk):
    _, upper = plan(desk, both(below()))
    tower = thing(upper, "tower")
    assert tower.op is Op.CREATE
    assert (tower.new["size"], tower.new["parentId"]) == (1, UNKNOWN)


def test_all_are_applied_in_one_go_and_then_nothing_is_left_to_do(desk):
    layers = both(below())
    assert [each.result for each in apply(desk, layers)] == [Result.DONE, Result.DONE]
    (ground,) = [id for id, each in desk.cloud.all().items() if each["name"].startswith("ground")]
    (tower,) = [each for each in desk.cloud.all().values() if each["name"].startswith("tower")]
    assert (tower["parentId"], tower["note"]) == (ground, f"arn:{ground}")
    assert all(each.is_empty for each in plan(desk, layers))


def test_what_an_earlier_stack_changes_is_seen_by_the_plan_of_a_later_one(desk):
    apply(desk, both(below()))
    lower, upper = plan(desk, both(below(size=2)))
    assert thing(lower, "ground").op is Op.UPDATE
    assert (thing(upper, "tower").op, thing(upper, "tower").new["size"]) == (Op.UPDATE, 2)


def test_a_replacement_below_makes_what_depends_on_it_unknown_and_never_stale(desk):
    apply(desk, both(below()))
    _, upper = plan(desk, both(below(zone="y")))
    assert thing(upper, "tower").op is Op.REPLACE
    assert thing(upper, "tower").new["parentId"] is UNKNOWN


def test_a_secret_stays_one(desk):
    apply(desk, both(below(secret=True)))
    with desk.engine().open(stack("above", nothing), Access.READ) as run:
        export = repr(run.export())
    (ground,) = [id for id, each in desk.cloud.all().items() if each["name"].startswith("ground")]
    assert f"arn:{ground}" not in export


def test_a_destroy_removes_the_later_stack_first(desk):
    layers = both(below())
    apply(desk, layers)
    assert [each.result for each in apply(desk, layers, Mode.DESTROY)] == [Result.DONE, Result.DONE]
    assert desk.cloud.all() == {}


def test_a_later_stack_is_not_begun_when_an_earlier_one_was_refused(desk):
    from provisioner.providers.interface import Refused

    def refuse(operation, inputs):
        raise Refused("no")

    desk.cloud.before = refuse
    assert [each.result for each in apply(desk, both(below()))] == [Result.FAILED]


def test_a_stack_alone_is_planned_on_what_is_recorded_of_the_other(desk):
    apply(desk, both(below()))
    alone = (LayerStacks(((stack("above", above),),)),)
    assert plan(desk, alone)[0].is_empty


def test_a_stack_that_was_never_applied_is_named(desk):
    alone = (LayerStacks(((stack("above", above),),)),)
    with pytest.raises(CloudNotRead, match="organization/below/test.here") as raised:
        plan(desk, alone)
    assert "never applied" in raised.value.reason


def test_regions_of_a_layer_are_applied_side_by_side(desk):
    import threading

    meet = threading.Barrier(3, timeout=20)

    def wait(operation, inputs):
        if operation == "created":
            meet.wait()

    desk.cloud.before = wait
    layers = (
        LayerStacks((tuple(stack("below", below(name=f"ground-{region}"), region) for region in "abc"),)),
    )
    assert [each.result for each in apply(desk, layers)] == [Result.DONE] * 3
    assert len(desk.cloud.all()) == 3
    assert all(each.is_empty for each in plan(desk, layers))


def test_when_one_region_fails_the_others_are_finished_and_recorded(desk):
    from provisioner.providers.interface import Refused

    def refuse(operation, inputs):
        if inputs.get("size") == 7:
            raise Refused("not here")

    desk.cloud.before = refuse
    layers = (LayerStacks(((stack("below", below(), "a"), stack("below", below(size=7), "b")),)),)
    assert [each.result for each in apply(desk, layers)] == [Result.DONE, Result.FAILED]
    desk.cloud.before = lambda *_: None
    assert [each.result for each in apply(desk, layers)] == [Result.DONE, Result.DONE]
    assert len(desk.cloud.all()) == 2


def test_of_two_that_want_the_same_stacks_one_gets_them_all(desk):
    """Whether they go up or down the layers: locks are taken in one order."""
    from contextlib import contextmanager

    taken = []

    class Engine:
        @contextmanager
        def open(self, stack, access):
            taken.append(stack.project)
            with desk.engine().open(stack, access) as run:
                yield run

        def catching(self):
            return desk.engine().catching()

    layers = both(below())
    for mode in (Mode.UPDATE, Mode.DESTROY):
        preview(Engine(), schedule(layers, mode), Source.STATE)
    assert taken == ["above", "below"] * 2


def test_when_several_regions_fail_each_is_told(desk):
    def broken(what):
        def program():
            raise ValueError(what)

        return program

    layers = (LayerStacks(((stack("below", broken("one"), "a"), stack("below", broken("two"), "b")),)),)
    with pytest.raises(ProgramFailed) as raised:
        plan(desk, layers)
    assert "one" in str(raised.value.error)
    assert "two" in "".join(raised.value.__notes__)


def test_an_output_that_is_not_there_is_named_with_its_stack(desk):
    def wanting():
        pulumi.export("x", Upstream("below", "here").output("other"))

    apply(desk, both(below(), nothing))
    with pytest.raises(ProgramFailed) as raised:
        plan(desk, both(below(), wanting))
    assert "organization/below/test.here has no output `other`" in raised.value.error


def two():
    here = provided()
    pulumi.export("id", Thing("ground", zone="x", opts=here).id)
    pulumi.export("other", {"ids": [Thing("spring", opts=here).id]})


def on_ground():
    Thing("tower", parent_id=Upstream("below", "here").output("id"), opts=provided())


def on_spring():
    Thing("mill", note=Upstream("below", "here").output("other")["ids"][0], opts=provided())


def partly(desk, layers, scope):
    return preview(desk.engine(), schedule(layers, Mode.UPDATE), Source.STATE, scope)


def test_a_plan_of_a_part_says_that_a_later_stack_needs_what_is_left_out(desk):
    """It would be found out in the apply otherwise: until then, what is left out is as unknown as the rest."""
    without = Scope(excludes=("*::spring",))
    with pytest.raises(OutputOutsideScope) as raised:
        partly(desk, both(two, on_spring), without)
    assert (raised.value.stack, raised.value.output) == ("above test.here", "other")
    assert raised.value.urn.endswith("::spring")
    change = Change(lambda _: "test", desk.events.append, scope=without)
    with pytest.raises(OutputOutsideScope):
        carry_out(desk.engine(), schedule(both(two, on_spring), Mode.UPDATE), Source.STATE, change)
    assert desk.cloud.all() == {}


def test_a_plan_of_a_part_goes_on_where_nobody_needs_what_is_left_out(desk):
    lower, upper = partly(desk, both(two, on_ground), Scope(excludes=("*::spring",)))
    assert list(lower.withheld) == ["other"]
    assert (lower.outputs, thing(upper, "tower").new["parentId"]) == ({"id": UNKNOWN}, UNKNOWN)
    change = Change(lambda _: "test", desk.events.append, scope=Scope(excludes=("*::spring",)))
    done = carry_out(desk.engine(), schedule(both(two, on_ground), Mode.UPDATE), Source.STATE, change)
    assert [each.result for each in done.applied] == [Result.DONE, Result.DONE]


def test_what_is_left_out_and_exists_answers_with_what_it_was(desk):
    apply(desk, both(two, on_spring))
    lower, upper = partly(desk, both(two, on_spring), Scope(excludes=("*::spring",)))
    assert lower.withheld == {}
    assert upper.is_empty


def test_an_output_that_is_new_in_this_plan_is_there_for_a_later_stack(desk):
    apply(desk, both(below(), nothing))
    _, upper = plan(desk, both(two, on_spring))
    assert thing(upper, "mill").new["note"] is UNKNOWN
