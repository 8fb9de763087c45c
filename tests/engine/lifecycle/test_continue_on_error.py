"""`--continue-on-error`: what does not depend on a refused step is done, nothing else, and the next apply goes on."""

import pytest

from provisioner.engine.interface import Pace, Result
from provisioner.providers.interface import Refused
from tests.support.programs import things
from tests.support.runs import marks, nothing
from provisioner.plan.model import Mode

GO_ON = Pace(continue_on_error=True, parallelism=1)


def refusing(*names):
    def refuse(operation, inputs):
        if operation in ("create", "update", "delete") and inputs["name"].split("-")[0] in names:
            raise Refused("no capacity", code="InsufficientCapacity")

    return refuse


CHAINS = things(a={}, b={"needs": "a"}, c={"needs": "b"}, x={}, y={"needs": "x"})


def test_what_does_not_depend_on_it_is_done(desk):
    desk.cloud.before = refusing("a")
    applied = desk.apply(CHAINS, pace=GO_ON)
    assert applied.result is Result.FAILED
    assert [failed.urn[-1] for failed in applied.failures] == ["a"]
    assert [name[0] for name in desk.cloud.names()] == ["x", "y"]
    assert {urn[-1] for urn in applied.not_done if "Thing" in urn} == {"a", "b", "c"}
    assert desk.breaches() == ()
    desk.cloud.before = refusing()
    assert marks(desk.plan(CHAINS)) == ["+ a", "+ b", "+ c"]
    assert desk.apply(CHAINS).result is Result.DONE
    assert len(desk.cloud.all()) == 5
    assert desk.plan(CHAINS).is_empty


def test_without_it_nothing_new_is_started(desk):
    desk.cloud.before = refusing("a")
    assert desk.apply(CHAINS, pace=Pace(parallelism=1)).result is Result.FAILED
    assert len(desk.cloud.all()) < 2


def test_several_refusals_are_told(desk):
    desk.cloud.before = refusing("a", "x")
    applied = desk.apply(CHAINS, pace=GO_ON)
    assert sorted(failed.urn[-1] for failed in applied.failures) == ["a", "x"]
    assert desk.cloud.all() == {}


def test_nothing_is_deleted_that_the_program_may_still_want(desk):
    """After a refusal the program may not have come to ask for everything."""
    desk.apply(CHAINS)
    desk.cloud.before = refusing("a")
    fewer = things(a={"size": 2}, b={"needs": "a"}, c={"needs": "b"})
    assert marks(desk.plan(fewer)) == ["~ a (size)", "- y", "- x"]
    assert desk.apply(fewer, pace=GO_ON).result is Result.FAILED
    assert len(desk.cloud.all()) == 5
    assert desk.breaches() == ()
    desk.cloud.before = refusing()
    assert desk.apply(fewer).result is Result.DONE
    assert len(desk.cloud.all()) == 3


def test_the_old_half_of_a_replacement_goes_unless_somebody_still_uses_it(desk):
    first = things(a={"zone": "1"}, b={"needs": "a"}, x={"zone": "1"}, y={"needs": "x"})
    second = things(a={"zone": "2"}, b={"needs": "a"}, x={"zone": "2"}, y={"needs": "x"})
    desk.apply(first)

    def refuse(operation, inputs):
        if operation == "create" and inputs["name"].startswith("b"):
            raise Refused("no capacity")

    desk.cloud.before = refuse
    assert desk.apply(second, pace=GO_ON).result is Result.FAILED
    # x and y were exchanged, and the old ones are gone; the old a stays, since the old b stands on it.
    assert sorted(name[0] for name in desk.cloud.names()) == ["a", "a", "b", "x", "y"]
    assert desk.breaches() == ()
    desk.cloud.before = refusing()
    assert desk.apply(second).result is Result.DONE
    assert sorted(name[0] for name in desk.cloud.names()) == ["a", "b", "x", "y"]
    assert desk.plan(second).is_empty


def test_half_an_exchange_stops_the_run(desk):
    """The old object is gone and the new one is not there: whoever comes next must see that first."""
    desk.apply(things(a={"name": "typed"}, b={"needs": "a"}, x={}))
    desk.cloud.before = lambda operation, inputs: _refuse_typed(operation, inputs)
    again = things(a={"name": "typed", "zone": "2"}, b={"needs": "a"}, x={"size": 2})
    applied = desk.apply(again, pace=GO_ON)
    assert applied.result is Result.FAILED
    assert desk.breaches() == ()
    desk.cloud.before = refusing()
    assert desk.apply(again).result is Result.DONE
    assert desk.plan(again).is_empty
    assert len(desk.cloud.all()) == 3


def _refuse_typed(operation, inputs):
    if operation == "create" and inputs["name"] == "typed":
        raise Refused("no capacity")


def test_a_destroy_goes_on_as_always(desk):
    desk.apply(CHAINS)
    desk.cloud.before = refusing("x")
    applied = desk.apply(nothing, Mode.DESTROY, pace=GO_ON)
    assert applied.result is Result.FAILED
    assert [name[0] for name in desk.cloud.names()] == ["x"]
    assert desk.breaches() == ()


@pytest.mark.parametrize("parallelism", [1, 3])
def test_no_more_calls_at_once_than_asked_for(desk, parallelism):
    import threading

    lock = threading.Lock()
    now, most = 0, 0

    def count(operation, inputs):
        nonlocal now, most
        with lock:
            now += operation == "create"
            most = max(most, now)
            now -= operation == "created"

    desk.cloud.before = count
    desk.cloud.delay = 0.01
    desk.apply(things(**{f"t{number}": {} for number in range(9)}), pace=Pace(parallelism=parallelism))
    assert most <= parallelism
    assert len(desk.cloud.all()) == 9
