"""From a registration to the record that a success would leave."""

import pytest

from provisioner.engine.embedded.goals import Census
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Rename, ResourceState
from provisioner.engine.embedded.wanted import AliasSpec, Wanted
from provisioner.engine.failures import AliasTaken, DuplicateUrn, UnknownParent


def urn(chain, name):
    return f"urn:pulumi:dev::net::{chain}::{name}"


def record(chain, name, **fields):
    custom = not chain.endswith("Room")
    return ResourceState(urn=urn(chain, name), type=chain.rsplit("$", 1)[-1], custom=custom, **fields)


def wanted(name, type="t:t:T", **fields):
    return Wanted(type=type, name=name, custom=not type.endswith("Room"), **fields)


def census(*records):
    return Census("dev", "net", Snapshot(records))


def enter(census, wanted):
    goal = census.goal(wanted)
    census.registered[goal.state.urn] = goal.state
    return goal


def alias(name):
    return (AliasSpec(name=name),)


def test_a_new_resource_has_no_record():
    goal = census().goal(wanted("a"))
    assert (goal.state.urn, goal.old, goal.renamed_from) == (urn("t:t:T", "a"), None, None)


def test_a_resource_is_its_record_of_the_same_name():
    old = record("t:t:T", "a", id="1", created="then", other={"sourcePosition": "x"})
    goal = census(old).goal(wanted("a"))
    assert (goal.old, goal.renamed_from) == (old, None)
    assert (goal.state.created, goal.state.other) == ("then", {"sourcePosition": "x"})


def test_an_object_that_only_waits_for_its_deletion_is_no_record_of_it():
    assert census(record("t:t:T", "a", id="1", delete=True)).goal(wanted("a")).old is None


def test_its_own_name_counts_before_its_former_ones():
    found = census(record("t:t:T", "a", id="1"), record("t:t:T", "b", id="2"))
    goal = found.goal(wanted("b", aliases=alias("a")))
    assert (goal.old.id, goal.renamed_from) == ("2", None)
    assert not found.is_claimed(urn("t:t:T", "a"))


def test_a_former_name_is_found():
    found = census(record("t:t:T", "a", id="1"))
    goal = found.goal(wanted("b", aliases=alias("a")))
    assert (goal.old.id, goal.renamed_from) == ("1", urn("t:t:T", "a"))
    assert found.is_claimed(urn("t:t:T", "a"))


def test_a_child_is_found_under_its_parents_former_name():
    found = census(record("c:c:Room", "old"), record("c:c:Room$t:t:T", "old-a", id="1"))
    enter(found, wanted("new", "c:c:Room", aliases=alias("old")))
    goal = found.goal(wanted("new-a", parent=urn("c:c:Room", "new")))
    assert goal.renamed_from == urn("c:c:Room$t:t:T", "old-a")


def test_and_a_child_of_that_child():
    """`new-a-b` was called `old-a-b` when its parent `new-a` was called `old-a`."""
    found = census(
        record("c:c:Room", "old"),
        record("c:c:Room$t:t:T", "old-a", id="1"),
        record("c:c:Room$t:t:T$t:t:T", "old-a-b", id="2"),
    )
    enter(found, wanted("new", "c:c:Room", aliases=alias("old")))
    enter(found, wanted("new-a", parent=urn("c:c:Room", "new")))
    goal = found.goal(wanted("new-a-b", parent=urn("c:c:Room$t:t:T", "new-a")))
    assert goal.old.id == "2"


def test_a_child_is_found_although_its_parent_has_its_new_name_already():
    """As after a run that came no further."""
    found = census(record("c:c:Room", "new"), record("c:c:Room$t:t:T", "old-a", id="1"))
    enter(found, wanted("new", "c:c:Room", aliases=alias("old")))
    assert found.goal(wanted("new-a", parent=urn("c:c:Room", "new"))).old.id == "1"


def test_a_child_is_not_taken_from_a_parent_that_still_goes_by_that_name():
    found = census(
        record("c:c:Room", "new"), record("c:c:Room", "old"), record("c:c:Room$t:t:T", "old-a", id="1")
    )
    enter(found, wanted("new", "c:c:Room", aliases=alias("old")))
    assert found.goal(wanted("new-a", parent=urn("c:c:Room", "new"))).old is None


def test_a_claim_holds_before_and_after_the_record_is_renamed():
    """In a plan it never is."""
    base = Snapshot([record("c:c:Room", "old"), record("c:c:Room$t:t:T", "old-a", id="1")])
    found = Census("dev", "net", base)
    enter(found, wanted("new", "c:c:Room", aliases=alias("old")))
    base.apply(Rename(urn("c:c:Room", "old"), urn("c:c:Room", "new")))
    assert found.goal(wanted("new-a", parent=urn("c:c:Room", "new"))).old.id == "1"


def test_the_same_name_twice_is_refused():
    found = census()
    enter(found, wanted("a"))
    with pytest.raises(DuplicateUrn):
        found.goal(wanted("a"))


def test_one_record_for_two_is_refused():
    found = census(record("t:t:T", "a", id="1"))
    enter(found, wanted("b", aliases=alias("a")))
    with pytest.raises(AliasTaken) as caught:
        found.goal(wanted("c", aliases=alias("a")))
    assert (caught.value.urn, caught.value.claimed) == (urn("t:t:T", "c"), urn("t:t:T", "a"))


def test_a_parent_must_be_there_before():
    with pytest.raises(UnknownParent):
        census().goal(wanted("a", parent=urn("c:c:Room", "room")))


@pytest.mark.parametrize(
    ("parents", "own", "protected"),
    [(True, None, True), (True, False, False), (False, True, True), (None, None, False)],
)
def test_protection_comes_from_the_parent_unless_the_program_says_otherwise(parents, own, protected):
    found = census()
    enter(found, wanted("room", "c:c:Room", protect=parents, retain_on_delete=parents))
    goal = found.goal(wanted("a", parent=urn("c:c:Room", "room"), protect=own, retain_on_delete=own))
    assert (goal.state.protect, goal.state.retain_on_delete) == (protected, protected)


def test_what_it_is_deleted_with_comes_from_the_parent():
    found = census()
    enter(found, wanted("room", "c:c:Room", deleted_with=urn("t:t:T", "cluster")))
    assert found.goal(wanted("a", parent=urn("c:c:Room", "room"))).state.deleted_with == urn(
        "t:t:T", "cluster"
    )


def test_a_component_has_no_provider_of_its_own():
    assert census().goal(wanted("room", "c:c:Room", provider="p::1")).state.provider == ""


@pytest.mark.parametrize(
    ("sent", "recorded"),
    [
        pytest.param({"x": ("u",), "y": ()}, {"x": ("u",)}, id="empty lists say nothing"),
        pytest.param({}, {"p": ("v",), "q": ("v",)}, id="none at all: each depends on everything"),
    ],
)
def test_property_dependencies(sent, recorded):
    goal = census().goal(
        wanted("a", inputs={"p": 1, "q": 2}, dependencies=("v",), property_dependencies=sent)
    )
    assert goal.state.property_dependencies == recorded
