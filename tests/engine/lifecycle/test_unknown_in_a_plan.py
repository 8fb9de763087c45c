"""A plan says what it knows: values of the future are unknown, and nothing is made up of them."""

import pulumi

from provisioner.plan.model import Op
from provisioner.plan.values import UNKNOWN
from tests.support.fake_cloud import FakeRegistry, Thing


def step(plan, name):
    return next(step for step in plan.steps if step.name == name)


def test_an_output_of_the_future_is_unknown_in_the_inputs_of_others(desk):
    def program():
        here = FakeRegistry("here")
        a = Thing("a", size=1, opts=pulumi.ResourceOptions(provider=here))
        Thing("b", parent_id=a.id, note=a.arn, size=a.size, opts=pulumi.ResourceOptions(provider=here))

    new = step(desk.plan(program), "b").new
    assert (new["parentId"], new["note"]) == (UNKNOWN, UNKNOWN)
    assert new["size"] == 1, "what is known beforehand is not unknown"


def test_a_made_up_name_is_known_beforehand(desk):
    def program():
        here = FakeRegistry("here")
        a = Thing("a", opts=pulumi.ResourceOptions(provider=here))
        Thing("b", note=a.name, opts=pulumi.ResourceOptions(provider=here))

    plan = desk.plan(program)
    assert step(plan, "b").new["note"] == step(plan, "a").new["name"]


def test_nothing_is_computed_from_what_is_unknown(desk):
    seen = []

    def program():
        here = FakeRegistry("here")
        a = Thing("a", size=1, opts=pulumi.ResourceOptions(provider=here))
        a.arn.apply(lambda arn: seen.append(arn))
        a.size.apply(lambda size: seen.append(size))
        pulumi.export("arn", a.arn)
        pulumi.export("size", a.size)

    plan = desk.plan(program)
    assert seen == [1]
    assert plan.outputs == {"arn": UNKNOWN, "size": 1}
    desk.apply(program)
    seen.clear()
    assert desk.plan(program).outputs == desk.outputs()
    assert len(seen) == 2, "after an apply everything is known"


def test_an_update_keeps_what_does_not_change_known(desk):
    def sized(size):
        def program():
            here = FakeRegistry("here")
            a = Thing("a", size=size, opts=pulumi.ResourceOptions(provider=here))
            Thing("b", note=a.arn, opts=pulumi.ResourceOptions(provider=here))

        return program

    desk.apply(sized(1))
    plan = desk.plan(sized(2))
    assert (step(plan, "a").op, step(plan, "b").op) == (Op.UPDATE, Op.SAME)


def test_what_was_unknown_may_turn_out_to_be_the_old_value(desk):
    """a is replaced, so its size is unknown to b in the plan; it is the same as before."""

    def program(zone):
        def body():
            here = FakeRegistry("here")
            a = Thing("a", zone=zone, size=3, opts=pulumi.ResourceOptions(provider=here))
            Thing("b", note=a.arn.apply(lambda _: "fixed"), opts=pulumi.ResourceOptions(provider=here))

        return body

    desk.apply(program("x"))
    plan = desk.plan(program("y"))
    assert step(plan, "b").op is Op.UPDATE
    applied = desk.apply(program("y"))
    assert applied.counts["same"] == 3
    assert applied.not_done == ()
    assert [operation for operation, _ in desk.cloud.calls].count("update") == 0
