"""A call whose answer is lost may have been carried out: it stays open until the next run has found out."""

import pytest

from provisioner.engine.interface import Result
from provisioner.providers.interface import CONNECTION_LOST, Refused
from tests.support.programs import things
from tests.support.runs import marks

FIRST, SECOND = things(a={"size": 1}), things(a={"size": 2})


def losing(moment):
    """Interferes with the cloud: the connection breaks at this moment of a call."""

    def interfere(operation, inputs):
        if operation == moment:
            raise Refused("the connection was closed", code=CONNECTION_LOST)

    return interfere


@pytest.mark.parametrize(("moment", "found"), [("create", "was not made"), ("created", "was made")])
def test_a_creation_nobody_heard_of_is_found_or_made_and_never_made_twice(desk, moment, found):
    """`create` breaks before the object exists, `created` after."""
    desk.cloud.before = losing(moment)
    assert desk.apply(FIRST).result is Result.FAILED
    desk.cloud.before = lambda *_: None
    [unfinished] = desk.plan(FIRST).unfinished
    assert found in unfinished.found
    assert desk.apply(FIRST).result is Result.DONE
    assert len(desk.cloud.all()) == 1
    assert desk.plan(FIRST).is_empty
    assert desk.plan(FIRST).unfinished == ()


@pytest.mark.parametrize("moment", ["update", "updated"])
def test_an_update_nobody_heard_of_is_read_again(desk, moment):
    """If it took place there is nothing left to do."""
    desk.apply(FIRST)
    desk.cloud.before = losing(moment)
    assert desk.apply(SECOND).result is Result.FAILED
    desk.cloud.before = lambda *_: None
    assert marks(desk.plan(SECOND)) == (["~ a (size)"] if moment == "update" else [])
    desk.apply(SECOND)
    assert [thing["size"] for thing in desk.cloud.all().values()] == [2]


@pytest.mark.parametrize("moment", ["delete", "deleted"])
def test_a_deletion_nobody_heard_of_is_finished(desk, moment):
    """Whether it took place or not, nothing is left in the end."""
    desk.apply(FIRST)
    desk.cloud.before = losing(moment)
    assert desk.destroy().result is Result.FAILED
    desk.cloud.before = lambda *_: None
    assert desk.destroy().result is Result.DONE
    assert desk.cloud.all() == {}
    assert desk.resources() == {}
