"""The end of a program is waited for, however its outputs hang together."""

import pulumi
import pytest

from provisioner.engine.failures import ProgramFailed
from tests.support.fake_cloud import FakeRegistry, Thing


def thing(name, here, **inputs):
    return Thing(name, opts=pulumi.ResourceOptions(provider=here), **inputs)


def test_what_is_made_when_something_is_known_is_waited_for(desk):
    def program():
        here = FakeRegistry("here")
        a = thing("a", here, size=1)
        a.size.apply(lambda _: thing("b", here).name.apply(lambda _: thing("c", here)))

    assert {step.name for step in desk.plan(program).steps if step.type == "fake:index:Thing"} == {
        "a",
        "b",
        "c",
    }
    desk.apply(program)
    assert len(desk.cloud.all()) == 3


def test_coroutines_are_waited_for(desk):
    seen = []

    async def later(value):
        seen.append(value)
        return value

    def program():
        a = thing("a", FakeRegistry("here"), size=4)
        pulumi.export("size", a.size.apply(later))

    assert desk.plan(program).outputs == {"size": 4}
    assert seen == [4]


def test_a_program_that_is_a_coroutine_is_waited_for(desk):
    async def program():
        thing("a", FakeRegistry("here"))

    desk.apply(program)
    assert len(desk.cloud.all()) == 1


def test_an_error_in_what_nobody_looks_at_fails_the_program(desk):
    def program():
        here = FakeRegistry("here")
        thing("a", here, size=1).size.apply(lambda _: 1 / 0)
        thing("b", here)

    with pytest.raises(ProgramFailed) as caught:
        desk.plan(program)
    assert "division by zero" in caught.value.error
    assert "program" in caught.value.traceback or "lambda" in caught.value.traceback


def test_an_error_while_steps_run_waits_for_them_and_records_them(desk):
    """The object that was being made is not lost."""
    import threading

    raised = threading.Event()

    def slow(operation, inputs):
        if operation == "create":
            assert raised.wait(20)

    def program():
        thing("a", FakeRegistry("here"), size=1)
        if not pulumi.runtime.is_dry_run():

            async def fail():
                while not [call for call in desk.cloud.calls if call[0] == "create"]:
                    import asyncio

                    await asyncio.sleep(0.01)
                raised.set()
                raise ValueError("in the middle")

            pulumi.export("x", pulumi.Output.from_input(fail()))

    desk.cloud.before = slow
    with pytest.raises(ProgramFailed):
        desk.apply(program)
    assert list(desk.cloud.all()) == [desk.resources()["a"].id]
    assert desk.breaches() == ()


def test_many_outputs_take_time_in_proportion(desk):
    """Each is awaited once: the SDK's own wait would look at all of them for each."""
    from provisioner.engine.embedded import waiting

    rounds = []
    source = waiting.quiescence

    def program():
        here = FakeRegistry("here")
        things = [thing(f"t{number}", here, size=number) for number in range(200)]
        pulumi.export("sum", pulumi.Output.all(*[each.size for each in things]).apply(sum))
        rounds.append(source)

    assert desk.plan(program).outputs == {"sum": sum(range(200))}
