"""In which order records may be deleted, as text: what stands on one line may go side by side."""

from dataclasses import replace

import pytest

from provisioner.engine.embedded.deletion import Demolition, in_order, without
from tests.support.records import component, provider, reference, thing, urn

AWS = provider()


def after(name, *needs, **fields):
    return thing(name, dependencies=tuple(map(urn, needs)), **fields)


def old(name, *needs, id="old", **fields):
    return after(name, *needs, delete=True, id=id, **fields)


def waves(records):
    demolition = Demolition(records)
    lines, wave = [], demolition.first()
    while wave:
        lines.append(
            " ".join(sorted(("-" if each.delete else "") + each.urn.rsplit("::", 1)[1] for each in wave))
        )
        wave = [each for key in [each.key for each in wave] for each in demolition.deleted(key)]
    return lines


@pytest.mark.parametrize(
    ("records", "lines"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([after("a"), after("b")], ["a b"], id="independent"),
        pytest.param([after("a"), after("b", "a"), after("c", "b")], ["c", "b", "a"], id="a chain"),
        pytest.param([after("a"), after("b", "a"), after("c", "a")], ["b c", "a"], id="a fan"),
        pytest.param(
            [after("a"), after("b", "a"), after("c", "a"), after("d", "b", "c")],
            ["d", "b c", "a"],
            id="a diamond",
        ),
        pytest.param([after("b", "elsewhere")], ["b"], id="what is needed stays"),
        pytest.param(
            [component("room"), thing("a", parent=component("room").urn)], ["a", "room"], id="a child first"
        ),
        pytest.param([AWS, thing("a", provider=reference(AWS))], ["a", "aws"], id="the provider last"),
        pytest.param(
            [thing("a"), thing("b", deleted_with=urn("a"))], ["b", "a"], id="what goes with another"
        ),
        pytest.param(
            [thing("a"), thing("b", property_dependencies={"x": (urn("a"),)})], ["b", "a"], id="by a property"
        ),
        pytest.param([old("a"), after("b", "a")], ["b", "-a"], id="an old object somebody may still use"),
        pytest.param([after("a"), old("a"), after("b", "a")], ["b", "-a a"], id="both, by the same name"),
        pytest.param([old("a", "b"), old("b")], ["-a", "-b"], id="old objects among themselves"),
        pytest.param([old("a", id="1"), old("a", id="2")], ["-a -a"], id="two old ones of the same resource"),
        pytest.param(
            [after("a"), old("a", "b"), after("b", "a")], ["-a", "b", "a"], id="a need that turned round"
        ),
    ],
)
def test_the_order(records, lines):
    assert waves(records) == lines


def test_each_is_handed_out_once():
    records = [after("a"), *(after(f"b{number}", "a") for number in range(50))]
    demolition = Demolition(records)
    handed = list(demolition.first())
    for state in list(handed):
        handed += demolition.deleted(state.key)
    assert sorted(each.urn for each in handed) == sorted(each.urn for each in records)


def test_what_one_depends_on_stays_while_it_is_there():
    demolition = Demolition([after("a"), after("b", "a"), after("c", "a")])
    b, c = demolition.first()
    assert demolition.deleted(b.key) == ()
    assert [each.urn for each in demolition.deleted(c.key)] == [urn("a")]


def test_old_objects_that_need_each_other_go_in_the_order_that_their_inputs_show():
    """Each was replaced while the other was there; by id, b uses the old a and not the other way round."""
    a, b = old("a", "b", id="a-1"), old("b", "a", id="b-1", inputs={"uses": "a-1"})
    assert waves([a, b]) == ["-b", "-a"]
    assert Demolition([a, b]).disregarded(b.key) == (a.key,)


def test_what_contradicts_itself_goes_anyway():
    """The cloud says what is in use; a circle is no reason to leave it all behind."""
    a, b = old("a", "b", id="a-1"), old("b", "a", id="b-1")
    assert waves([a, b]) == ["-a -b"]


def test_the_provider_goes_last_even_so():
    aws = provider(delete=True, id="p-1")
    a, b = (old(name, other, id=name, provider=reference(aws)) for name, other in (("a", "b"), ("b", "a")))
    assert waves([aws, a, b]) == ["-a -b", "-aws"]


def test_what_comes_after_a_circle_keeps_its_order():
    a, b, c, d = old("a", "b", "c", id="a"), old("b", "a", id="b"), after("c", "d"), after("d")
    assert waves([a, b, c, d]) == ["-a -b", "c", "d"]


def test_a_provider_that_is_a_dependency_too_is_handed_out_once():
    a = thing("a", provider=reference(AWS), dependencies=(AWS.urn,))
    assert waves([AWS, a]) == ["a", "aws"]


def test_a_record_can_be_told_to_do_without_another():
    state = thing(
        "a", dependencies=(urn("b"), urn("c")), property_dependencies={"x": (urn("b"),), "y": (urn("c"),)}
    )
    state = replace(state, deleted_with=urn("b"))
    left = without(state, urn("b"))
    assert (left.dependencies, left.property_dependencies, left.deleted_with) == (
        (urn("c"),),
        {"y": (urn("c"),)},
        "",
    )


def test_an_order_one_after_the_other():
    chain = [after(f"n{number}", f"n{number - 1}") for number in range(200)]
    assert [each.urn for each in in_order(chain)] == [each.urn for each in reversed(chain)]
