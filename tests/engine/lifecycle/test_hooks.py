"""Hooks: the program's own functions before and after its steps, and when one of them fails."""

import pulumi
import pytest

from provisioner.engine.events import ProgramSpoke, Severity
from provisioner.engine.failures import HookFailed, ProgramFailed
from provisioner.engine.interface import Access, Pace, Result
from provisioner.plan.model import Mode
from provisioner.providers.interface import Object, Refused
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.runs import marks, nothing

Opts = pulumi.ResourceOptions
Binding = pulumi.ResourceHookBinding


@pytest.fixture
def said():
    """What the hooks of a test have seen, in the order in which they ran."""
    return []


def hook(name, said, *, fails="", **options):
    """A hook that notes what it is told."""

    def function(args):
        said.append(
            (
                name,
                args.name,
                bool(args.id),
                args.old_inputs and args.old_inputs.get("size"),
                args.new_inputs and args.new_inputs.get("size"),
                args.new_outputs and "arn" in args.new_outputs,
            )
        )
        if fails:
            raise ValueError(fails)

    return pulumi.ResourceHook(name, function, pulumi.ResourceHookOptions(**options) if options else None)


KINDS = ("before_create", "after_create", "before_update", "after_update", "before_delete", "after_delete")


def attended(said, size=1, *, fails=None, keep=True, name=None, options=None, zone=None):
    """A program with one thing and a hook for everything; `fails` are the kinds that raise."""

    def program():
        hooks = {
            kind: hook(kind, said, fails="no" if kind in (fails or ()) else "", **(options or {}))
            for kind in KINDS
        }
        if keep:
            binding = Binding(**{kind: [each] for kind, each in hooks.items()})
            Thing(
                "a", size=size, name=name, zone=zone, opts=Opts(provider=FakeRegistry("here"), hooks=binding)
            )
        else:
            FakeRegistry("here")

    return program


def test_hooks_run_around_each_step_of_an_apply_and_not_in_its_plan(desk, said):
    desk.apply(attended(said))
    assert said == [("before_create", "a", False, None, 1, None), ("after_create", "a", True, None, 1, True)]
    said.clear()
    desk.apply(attended(said, 2))
    assert said == [("before_update", "a", True, 1, 2, None), ("after_update", "a", True, 1, 2, True)]
    said.clear()
    assert desk.plan(attended(said, 2)).is_empty
    desk.apply(attended(said, 2))
    assert said == []
    desk.apply(attended(said, keep=False))
    assert said == [("before_delete", "a", True, 2, None, None), ("after_delete", "a", True, 2, None, None)]
    assert desk.cloud.all() == {}


def test_a_replacement_is_a_creation_and_a_deletion(desk, said):
    desk.apply(attended(said, zone="x"))
    said.clear()
    desk.apply(attended(said, zone="y"))
    assert [name for name, *_ in said] == ["before_create", "after_create", "before_delete", "after_delete"]
    said.clear()
    desk.apply(attended(said, zone="y", name="typed"))
    desk.apply(attended(said, zone="x", name="typed"))
    assert [name for name, *_ in said][4:] == [
        "before_delete",
        "after_delete",
        "before_create",
        "after_create",
    ]


def test_a_hook_may_want_to_see_plans(desk, said):
    desk.plan(attended(said, options={"on_dry_run": True}))
    assert [name for name, *_ in said] == ["before_create", "after_create"]
    desk.apply(attended(said, options={"on_dry_run": True}))
    said.clear()
    desk.plan(attended(said, keep=False, options={"on_dry_run": True}))
    assert [name for name, *_ in said] == ["before_delete", "after_delete"]


def test_a_hook_that_objects_to_a_plan_fails_it(desk, said):
    with pytest.raises(HookFailed) as caught:
        desk.plan(attended(said, fails=["before_create"], options={"on_dry_run": True}))
    assert caught.value.error == "the hook before_create failed before create: no"


@pytest.mark.parametrize("kind", ["before_create", "before_update", "before_delete"])
def test_a_hook_before_a_step_refuses_it(desk, said, kind):
    if kind != "before_create":
        desk.apply(attended(said))
    before = desk.cloud.all()
    applied = desk.apply(attended(said, 2, fails=[kind], keep=kind != "before_delete"))
    assert applied.result is Result.FAILED
    assert [failed.error for failed in applied.failures] == [
        f"the hook {kind} failed before {kind.partition('_')[2]}: no"
    ]
    assert desk.cloud.all() == before
    assert ("a" in desk.resources()) == (kind != "before_create")
    assert desk.breaches() == ()


@pytest.mark.parametrize("kind", ["after_create", "after_update", "after_delete"])
def test_a_hook_after_a_step_fails_the_run_and_undoes_nothing(desk, said, kind):
    if kind != "after_create":
        desk.apply(attended(said))
    program = attended(said, 2, fails=[kind], keep=kind != "after_delete")
    applied = desk.apply(program)
    assert applied.result is Result.FAILED
    [failed] = applied.failures
    assert failed.error == f"the hook {kind} failed after {kind.partition('_')[2]}: no"
    assert applied.not_done == ()
    assert ("a" in desk.resources()) == (kind != "after_delete")
    assert desk.plan(program).is_empty


def test_after_a_deletion_the_program_stays_for_the_hooks_of_the_others(desk, said):
    def program(keep):
        def body():
            here = FakeRegistry("here")
            failing = hook("failing", said, fails="no")
            if keep:
                room = pulumi.ComponentResource(
                    "test:index:Room", "room", {}, Opts(hooks=Binding(after_delete=[failing]))
                )
                inner = pulumi.ComponentResource(
                    "test:index:Room", "inner", {}, Opts(parent=room, hooks=Binding(after_delete=[failing]))
                )
                Thing("a", opts=Opts(provider=here, parent=inner, hooks=Binding(after_delete=[failing])))

        return body

    desk.apply(program(keep=True))
    applied = desk.apply(program(keep=False))
    assert [name for _, name, *_ in said] == ["a", "inner", "room"]
    assert [failed.error for failed in applied.failures] == ["the hook failing failed after delete: no"] * 3
    assert desk.cloud.all() == {}


def test_a_failure_may_be_only_a_warning(desk, said):
    applied = desk.apply(attended(said, fails=["before_create"], options={"ignore_errors": True}))
    assert applied.result is Result.DONE
    spoken = [event for event in desk.events if isinstance(event, ProgramSpoke)]
    assert [(each.severity, each.message) for each in spoken] == [
        (Severity.WARNING, "the hook before_create failed before create: no")
    ]


def test_others_go_on_if_that_is_wanted(desk, said):
    def program():
        here = FakeRegistry("here")
        no = hook("no", said, fails="no")
        Thing("a", opts=Opts(provider=here, hooks=Binding(before_create=[no])))
        Thing("b", opts=Opts(provider=here))

    applied = desk.apply(program, pace=Pace(continue_on_error=True))
    assert (applied.result, len(desk.cloud.all())) == (Result.FAILED, 1)


def test_a_component_has_hooks_as_well(desk, said):
    def program(size, keep=True):
        def body():
            hooks = {kind: [hook(kind, said)] for kind in KINDS}
            if keep:
                room = pulumi.ComponentResource(
                    "test:index:Room", "room", {"size": size}, Opts(hooks=Binding(**hooks))
                )
                Thing("a", opts=Opts(parent=room, provider=FakeRegistry("here")))
                room.register_outputs({"arn": 1})

        return body

    for run in (program(1), program(2), program(2), program(2, keep=False)):
        desk.apply(run)
        said.append(None)
    assert [each and each[0] for each in said] == [
        "before_create",
        "after_create",
        None,
        "before_update",
        "after_update",
        None,
        None,
        "before_delete",
        "after_delete",
        None,
    ]


def test_a_hook_may_wait_and_ask_functions(desk):
    heard = []

    def program():
        here = FakeRegistry("here")

        async def ask(args):
            answer = await pulumi.runtime.invoke_async(
                "fake:index:ask", {"question": args.name}, pulumi.InvokeOptions(provider=here)
            )
            heard.append(answer["answer"])

        asking = pulumi.ResourceHook("ask", ask)
        for name in "abcdefghijklmnopqrstuvwxyz":
            Thing(name, opts=Opts(provider=here, hooks=Binding(after_create=[asking])))

    assert desk.apply(program).result is Result.DONE
    assert sorted(heard) == [f"{name}!" for name in "abcdefghijklmnopqrstuvwxyz"]


def test_a_secret_is_an_output_in_a_hook(desk):
    seen = []

    def program():
        watching = pulumi.ResourceHook("watch", lambda args: seen.append(args.new_inputs["note"]))
        note = pulumi.Output.secret("hush")
        options = Opts(provider=FakeRegistry("here"), hooks=Binding(before_create=[watching]))
        Thing("a", note=note, opts=options)

    desk.apply(program)
    assert isinstance(seen[0], pulumi.Output)


def test_the_record_names_them_in_the_newer_format(desk, said):
    desk.apply(attended(said))
    assert desk.exported()["a"]["resourceHooks"]["BeforeCreate"] == ["before_create"]
    with desk.engine().open(desk.stack(nothing), Access.READ) as run:
        assert (run.export()["version"], run.export()["features"]) == (4, ["hooks"])


def test_the_program_runs_for_the_hooks_of_a_destroy_and_makes_nothing(desk, said):
    desk.apply(attended(said))
    said.clear()
    assert marks(desk.plan(attended(said), Mode.DESTROY)) == ["- a"]
    assert said == []
    applied = desk.apply(attended(said, 2), Mode.DESTROY)
    assert applied.result is Result.DONE
    assert [name for name, *_ in said] == ["before_delete", "after_delete"]
    assert (desk.cloud.all(), desk.resources()) == ({}, {})


def test_a_deletion_needs_the_program_that_has_its_hooks(desk, said):
    desk.apply(attended(said))
    with pytest.raises(HookFailed) as caught:
        desk.plan(nothing, Mode.DESTROY)
    assert caught.value.error == "the hook before_delete is not registered"
    with pytest.raises(HookFailed):
        desk.plan(nothing)


def test_two_hooks_of_one_name_are_refused(desk, said):
    def program():
        hook("same", said)
        hook("same", said)

    with pytest.raises(ProgramFailed) as caught:
        desk.plan(program)
    assert 'already registered for name "same"' in caught.value.error


def retrying(answers, seen, times=1):
    """A program with a thing whose error hook answers so."""

    def program():
        def ask(args):
            seen.append((args.failed_operation, list(args.errors)))
            return answers.pop(0) if answers else False

        on_error = pulumi.ErrorHook("again", ask)
        Thing("a", size=times, opts=Opts(provider=FakeRegistry("here"), hooks=Binding(on_error=[on_error])))

    return program


def refusing(desk, operation, times):
    """The cloud refuses the first calls."""
    count = iter(range(1000))

    def before(happening, _inputs):
        if happening == operation and (number := next(count)) < times:
            raise Refused(f"no {number}")

    desk.cloud.before = before


@pytest.mark.parametrize("operation", ["create", "update"])
def test_a_refused_call_is_made_again_as_long_as_an_error_hook_wants_it(desk, operation):
    if operation == "update":
        desk.apply(retrying([], []))
    refusing(desk, operation, 2)
    seen = []
    applied = desk.apply(retrying([True, True], seen, 2))
    assert applied.result is Result.DONE
    assert seen == [(operation, ["no 0"]), (operation, ["no 1", "no 0"])]
    assert len(desk.cloud.all()) == 1


def test_it_is_refused_when_no_error_hook_wants_it_again(desk):
    refusing(desk, "create", 5)
    applied = desk.apply(retrying([True, False], seen := []))
    assert [failed.error for failed in applied.failures] == ["no 1"]
    assert len(seen) == 2


def test_not_more_than_a_hundred_times(desk):
    refusing(desk, "create", 1000)
    applied = desk.apply(retrying([True] * 1000, seen := []))
    assert [failed.error for failed in applied.failures] == ["no 99"]
    assert len(seen) == 99


def test_not_if_something_was_made(desk):
    def before(happening, inputs):
        if happening == "created":
            raise Refused("half", made=Object("thing-half", dict(inputs), dict(inputs)))

    desk.cloud.before = before
    applied = desk.apply(retrying([True, True], seen := []))
    assert applied.result is Result.FAILED
    assert len(seen) == 1
    assert desk.resources()["a"].id == "thing-half"
