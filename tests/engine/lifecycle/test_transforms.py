"""Transforms run in the program, and the engine asks for them before it decides anything."""

import pulumi
import pytest

from provisioner.engine.failures import ProgramFailed
from provisioner.plan.values import Secret
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.runs import marks

Opts = pulumi.ResourceOptions
Result = pulumi.ResourceTransformResult


def sized(size):
    """A transform that adds to what it finds, so that the order shows."""

    def transform(args):
        if args.type_ != "fake:index:Thing":
            return None
        return Result({**args.props, "note": args.props.get("note", "") + size}, args.opts)

    return transform


def notes(desk):
    return sorted(thing.get("note", "") for thing in desk.cloud.all().values())


class Room(pulumi.ComponentResource):
    """A component with one thing in it."""

    def __init__(self, name, opts=None, **inputs):
        super().__init__("test:index:Room", name, {}, opts)
        Thing(f"{name}-a", opts=Opts(parent=self, provider=FakeRegistry(f"{name}-here")), **inputs)


def test_a_transform_of_the_stack_changes_what_is_registered_after_it(desk):
    def program():
        here = FakeRegistry("here")
        Thing("before", opts=Opts(provider=here))
        pulumi.runtime.register_resource_transform(sized("x"))
        Thing("after", opts=Opts(provider=here))

    desk.apply(program)
    assert notes(desk) == ["", "x"]
    assert desk.plan(program).is_empty


def test_own_transforms_come_first_then_the_parents_then_the_stacks(desk):
    def program():
        pulumi.runtime.register_resource_transform(sized("3"))
        room = pulumi.ComponentResource("test:index:Room", "room", {}, Opts(transforms=[sized("2")]))
        options = Opts(parent=room, provider=FakeRegistry("here"), transforms=[sized("1")])
        Thing("a", opts=options)

    desk.apply(program)
    assert notes(desk) == ["123"]


def test_the_transforms_of_a_component_reach_everything_below_it(desk):
    def program():
        outer = pulumi.ComponentResource("test:index:Room", "outer", {}, Opts(transforms=[sized("o")]))
        Room("inner", Opts(parent=outer))
        Room("other")

    desk.apply(program)
    assert notes(desk) == ["", "o"]


def test_a_transform_may_be_asynchronous_and_may_ask_a_function(desk):
    def program():
        here = FakeRegistry("here")

        async def transform(args):
            if args.type_ != "fake:index:Thing":
                return None
            asked = await pulumi.runtime.invoke_async(
                "fake:index:ask", {"question": args.name}, pulumi.InvokeOptions(provider=here)
            )
            return Result({**args.props, "note": asked["answer"]}, args.opts)

        pulumi.runtime.register_resource_transform(transform)
        for name in "abcdefghij":
            Thing(name, opts=Opts(provider=here))

    desk.apply(program)
    assert notes(desk) == [f"{name}!" for name in "abcdefghij"]


def test_a_transform_may_change_options(desk):
    def protecting(args):
        return Result(args.props, Opts.merge(args.opts, Opts(protect=True, ignore_changes=["size"])))

    def program(size):
        def body():
            Thing("a", size=size, opts=Opts(provider=FakeRegistry("here"), transforms=[protecting]))

        return body

    desk.apply(program(1))
    assert desk.resources()["a"].protect is True
    assert marks(desk.plan(program(2))) == []


def test_a_secret_stays_one_and_an_unknown_is_one_in_the_plan(desk):
    seen = []

    def watching(args):
        if args.name == "b":
            seen.append(args.props)
            return Result(args.props, args.opts)
        return None

    def program():
        here = FakeRegistry("here")
        a = Thing("a", opts=Opts(provider=here))
        pulumi.runtime.register_resource_transform(watching)
        Thing("b", parent_id=a.id, note=pulumi.Output.secret("hush"), opts=Opts(provider=here))

    desk.apply(program)
    in_plan, in_apply = seen
    assert isinstance(in_plan["parentId"], pulumi.Output)
    a, b = desk.resources()["a"], desk.resources()["b"]
    assert in_apply["parentId"] == b.inputs["parentId"] == a.id
    assert isinstance(in_apply["note"], pulumi.Output)
    assert isinstance(b.inputs["note"], Secret)
    assert desk.plan(program).is_empty


def test_what_a_resource_depends_on_is_kept_by_its_own_transforms(desk):
    def program():
        here = FakeRegistry("here")
        a = Thing("a", opts=Opts(provider=here))
        Thing("b", note=a.arn, opts=Opts(provider=here, transforms=[lambda args: None]))

    desk.apply(program)
    records = desk.exported()
    assert records["b"]["dependencies"] == [records["a"]["urn"]]


def test_a_component_may_be_given_providers(desk):
    def program():
        there = FakeRegistry("there")

        def giving(args):
            if args.type_ != "test:index:Room":
                return None
            return Result(args.props, Opts.merge(args.opts, Opts(providers={"fake": there})))

        pulumi.runtime.register_resource_transform(giving)
        room = pulumi.ComponentResource("test:index:Room", "room", {})
        inner = pulumi.ComponentResource("test:index:Inner", "inner", {}, Opts(parent=room))
        Thing("a", opts=Opts(parent=inner))

    desk.apply(program)
    assert "::there::" in desk.exported()["a"]["provider"]
    assert desk.plan(program).is_empty


def test_a_transform_that_fails_fails_the_program(desk):
    def failing(args):
        raise ValueError(f"not {args.name}")

    def program():
        Thing("a", opts=Opts(provider=FakeRegistry("here"), transforms=[failing]))

    with pytest.raises(ProgramFailed) as caught:
        desk.plan(program)
    assert "ValueError: not a" in caught.value.error
    assert desk.cloud.all() == {}


def test_a_function_is_called_with_what_its_transforms_make_of_it(desk):
    def louder(args):
        return pulumi.InvokeTransformResult(
            {**args.args, "question": args.args["question"].upper()}, args.opts
        )

    def program():
        here = FakeRegistry("here")
        pulumi.runtime.register_invoke_transform(louder)
        asked = pulumi.runtime.invoke_output(
            "fake:index:ask", {"question": "why"}, pulumi.InvokeOptions(provider=here)
        )
        pulumi.export("answer", asked.apply(lambda answer: answer["answer"]))

    desk.apply(program)
    assert desk.outputs() == {"answer": "WHY!"}
