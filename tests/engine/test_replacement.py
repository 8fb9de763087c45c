"""Who must go before an object that has to make room, as text: `c b` means that c is deleted, then b."""

import pytest

from provisioner.engine.embedded.replacement import dependents_to_replace, with_unknown
from provisioner.plan.diff import Diff
from provisioner.plan.values import UNKNOWN
from tests.support.records import component, provider, thing, urn


def needing(name, *needs, by="vpcId", **fields):
    return thing(name, property_dependencies={by: tuple(map(urn, needs))}, **fields)


def what_if(record, names):
    """`vpcId` cannot change in place, anything else can."""
    return Diff(replaces=tuple(name for name in names if name == "vpcId"))


@pytest.mark.parametrize(
    ("records", "going"),
    [
        pytest.param([thing("b")], "", id="nobody"),
        pytest.param([needing("b", "a")], "b", id="whoever cannot change the property"),
        pytest.param([needing("b", "a", by="note")], "", id="not whoever can"),
        pytest.param([needing("b", "a"), needing("c", "b")], "c b", id="the whole chain, its end first"),
        pytest.param([needing("b", "a", by="note"), needing("c", "b")], "", id="a chain that is broken"),
        pytest.param([needing("b", "a"), needing("c", "a"), needing("d", "b", "c")], "d b c", id="a diamond"),
        pytest.param([thing("b", dependencies=(urn("a"),))], "", id="not who only comes after it"),
        pytest.param([component("b", property_dependencies={"vpcId": (urn("a"),)})], "", id="no component"),
        pytest.param([provider("b", property_dependencies={"vpcId": (urn("a"),)})], "", id="no provider"),
        pytest.param([needing("b", "a", external=True)], "", id="nothing that is not ours"),
        pytest.param([needing("b", "a", pending_replacement=True)], "", id="nothing that is gone already"),
        pytest.param([needing("b", "a", delete=True)], "-b", id="what waits for its deletion"),
        pytest.param(
            [thing("b", dependencies=(urn("a"),), delete=True)], "", id="nor if it only comes after"
        ),
        pytest.param(
            [needing("b", "a", delete=True), needing("c", "b", delete=True, inputs={"vpcId": "vpc-b"})],
            "-c -b",
            id="a chain of those, as their inputs show",
        ),
        pytest.param(
            [needing("b", "a", delete=True), needing("c", "b")], "-b", id="not what needs its successor"
        ),
        pytest.param(
            [needing("c", "b", inputs={"vpcId": "vpc-b"}), needing("b", "a", delete=True)],
            "c -b",
            id="but what needs this very object, wherever it is recorded",
        ),
    ],
)
def test_who_goes_with_a(records, going):
    found = dependents_to_replace({urn("a")}, [thing("a"), *records], what_if)
    assert " ".join(("-" if each.delete else "") + each.urn[-1] for each in found) == going


def test_a_renamed_object_is_known_by_both_its_names():
    found = dependents_to_replace({urn("a"), urn("z")}, [needing("b", "a"), needing("c", "z")], what_if)
    assert [each.urn[-1] for each in found] == ["b", "c"]


def test_what_comes_from_it_is_unknown():
    assert with_unknown({"a": 1, "b": 2}, ("b", "c")) == {"a": 1, "b": UNKNOWN, "c": UNKNOWN}


def test_many_records_take_one_look_each():
    asked = []

    def counting(record, names):
        asked.append(record.urn)
        return Diff(replaces=names)

    chain = [needing(f"n{number}", f"n{number - 1}" if number else "a") for number in range(500)]
    assert len(dependents_to_replace({urn("a")}, chain, counting)) == 500
    assert len(asked) == 500
