"""Every leaf that differs, with its path as Pulumi spells it."""

import copy
import pickle

import pytest

from provisioner.plan.diff import MISSING, Diff, changes
from provisioner.plan.values import UNKNOWN, Secret


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param({"a": 1}, {"a": 1}, [], id="the same"),
        pytest.param({"a": 1}, {"a": 2}, [("a", 1, 2)], id="a property"),
        pytest.param({}, {"a": 1}, [("a", MISSING, 1)], id="one more"),
        pytest.param({"a": 1}, {}, [("a", 1, MISSING)], id="one less"),
        pytest.param({"a": None}, {}, [("a", None, MISSING)], id="nothing is not missing"),
        pytest.param({"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 1}}, [("a.b", 1, 2)], id="a part of a map"),
        pytest.param({"a": [1, 2]}, {"a": [1, 3]}, [("a[1]", 2, 3)], id="an element"),
        pytest.param({"a": [1]}, {"a": [1, 2]}, [("a[1]", MISSING, 2)], id="a longer list"),
        pytest.param({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, [("a[0].b", 1, 2)], id="a part of an element"),
        pytest.param({"a": [1]}, {"a": {"b": 1}}, [("a", [1], {"b": 1})], id="another shape"),
        pytest.param({"b": 1, "a": 1}, {"b": 2, "a": 2}, [("a", 1, 2), ("b", 1, 2)], id="sorted"),
        pytest.param({"a": 1}, {"a": UNKNOWN}, [("a", 1, UNKNOWN)], id="a value of the future"),
        pytest.param(
            {"a": Secret(1)}, {"a": Secret(2)}, [("a", Secret(1), Secret(2))], id="a secret stays one"
        ),
        pytest.param({"a": Secret(1)}, {"a": Secret(1)}, [], id="the same secret"),
    ],
)
def test_changes(old, new, found):
    assert [(change.path, change.old, change.new) for change in changes(old, new)] == found


def test_a_diff_without_reasons_is_no_difference():
    assert not Diff()
    assert not Diff(delete_before_replace=True)
    assert Diff(updates=("a",))
    assert Diff(replaces=("a",))


def test_what_is_missing_is_the_same_in_a_plan_of_another_process():
    """Stacks are planned side by side in processes of their own."""
    assert pickle.loads(pickle.dumps(MISSING)) is MISSING
    assert copy.deepcopy(MISSING) is MISSING
