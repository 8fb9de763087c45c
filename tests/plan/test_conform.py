"""Whether a step is the approved one: apply may only turn an unknown into a known."""

from dataclasses import replace

import pytest

from provisioner.plan.conform import deviation, differing, makes_room
from provisioner.plan.model import Op, Step
from provisioner.plan.values import REST, UNKNOWN, Reference, Secret


def step(op, **new):
    return Step(op, "urn", "t:t:T", "a", new=new)


@pytest.mark.parametrize(
    ("planned", "actual", "fine"),
    [
        (Op.SAME, Op.SAME, True),
        (Op.SAME, Op.UPDATE, False),
        (Op.SAME, Op.REPLACE, False),
        (Op.SAME, Op.CREATE, False),
        (Op.CREATE, Op.CREATE, True),
        (Op.CREATE, Op.SAME, False),
        (Op.UPDATE, Op.UPDATE, True),
        (Op.UPDATE, Op.SAME, True),
        (Op.UPDATE, Op.REPLACE, False),
        (Op.REPLACE, Op.REPLACE, True),
        (Op.REPLACE, Op.UPDATE, True),
        (Op.REPLACE, Op.SAME, True),
        (Op.REPLACE, Op.DELETE, False),
        (Op.DELETE, Op.DELETE, True),
        (Op.DELETE, Op.REPLACE, False),
        (Op.READ, Op.READ, True),
        (Op.READ, Op.CREATE, False),
    ],
)
def test_what_a_planned_step_may_turn_into(planned, actual, fine):
    assert deviation(step(planned), step(actual)) == (None if fine else (planned.value, actual.value))


def test_a_step_that_was_not_planned_is_none_that_was_approved():
    assert deviation(None, step(Op.CREATE)) == ("nothing", "create")


def test_an_object_that_was_to_stay_until_its_successor_is_there_does_not_go_first():
    beside, first = step(Op.REPLACE), replace(step(Op.REPLACE), delete_first=True)
    assert deviation(beside, first) == ("replace", "replace, the old object first")
    assert deviation(first, first) is None
    assert deviation(first, beside) is None  # nothing is away at any time: less than was agreed to


def test_only_what_was_approved_to_go_before_its_successor_may_be_cleared_away():
    def known(op, delete_first=False):
        return replace(step(op), id="vm-1", delete_first=delete_first)

    may_go = [known(Op.DELETE), known(Op.REPLACE, delete_first=True)]
    stays = [known(Op.SAME), known(Op.UPDATE), known(Op.REPLACE)]
    assert all(makes_room(each) for each in may_go)
    assert not any(makes_room(each) for each in stays)


def test_a_value_is_named_by_its_path_and_never_shown():
    found = deviation(step(Op.CREATE, tags={"a": ["x"]}), step(Op.CREATE, tags={"a": [Secret("y")]}))
    assert found == ("create with the planned `tags.a[0]`", "another value of `tags.a[0]`")


def test_the_values_of_what_stays_or_goes_do_not_matter():
    assert deviation(step(Op.UPDATE, a=1), step(Op.SAME, a=2)) is None
    assert deviation(step(Op.DELETE, a=1), step(Op.DELETE, a=2)) is None


@pytest.mark.parametrize(
    ("planned", "actual", "path"),
    [
        pytest.param(1, 1, None, id="the same"),
        pytest.param(1, 2, "", id="another"),
        pytest.param(UNKNOWN, 1, None, id="unknown may become anything"),
        pytest.param(UNKNOWN, {"a": 1}, None, id="of any shape"),
        pytest.param(UNKNOWN, Secret("x"), None, id="a secret as well"),
        pytest.param(UNKNOWN, None, None, id="or nothing"),
        pytest.param(1, UNKNOWN, "", id="what was known does not become unknown"),
        pytest.param(Secret(UNKNOWN), Secret("x"), None, id="an unknown secret"),
        pytest.param(Secret("x"), Secret("x"), None, id="the same secret"),
        pytest.param(Secret("x"), Secret("y"), "", id="another secret"),
        pytest.param(Secret("x"), "x", "", id="a secret does not become plain"),
        pytest.param({"a": UNKNOWN, "b": 1}, {"a": 5, "b": 1}, None, id="in a map"),
        pytest.param({"a": UNKNOWN}, {}, None, id="what turns out to be nothing is left out"),
        pytest.param({"a": 1}, {}, "a", id="what was known is not left out"),
        pytest.param({}, {"a": 1}, "a", id="what was not planned does not appear"),
        pytest.param({REST: UNKNOWN}, {"a": 1}, None, id="unless not even its name was known"),
        pytest.param({REST: UNKNOWN, "a": 1}, {"a": 2}, "a", id="which is no excuse for what was"),
        pytest.param({"a": {"b": 1}}, {"a": {"b": 2}}, "a.b", id="deep in a map"),
        pytest.param([1, UNKNOWN], [1, 2], None, id="in a list"),
        pytest.param([1, 2], [1, 3], "[1]", id="another element"),
        pytest.param([UNKNOWN], [1, 2], "", id="another length"),
        pytest.param({"a": [1]}, {"a": 1}, "a", id="another shape"),
        pytest.param(Reference("u", UNKNOWN), Reference("u", "1"), None, id="a resource to be made"),
        pytest.param(Reference("u", "1"), Reference("u", "2"), "", id="another object"),
        pytest.param(Reference("u", UNKNOWN), Reference("v", "1"), "", id="another resource"),
    ],
)
def test_values(planned, actual, path):
    assert differing(planned, actual) == path
