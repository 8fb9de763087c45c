"""A state that breaks a rule is recognised, in a sentence; one edit is judged like the whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.engine.embedded.snapshot import UNKNOWN_ID, Snapshot, breach_of, breaches
from provisioner.engine.embedded.state import Drop, Key, Put, Rename
from provisioner.plan.values import UNKNOWN, Reference, Secret
from tests.support.records import component, edits, provider, reference, states, thing, urn

AWS = provider()
WHOLE = (
    AWS,
    component("net"),
    thing("a", parent=component("net").urn, provider=reference(AWS)),
    thing("b", dependencies=(urn("a"),), property_dependencies={"cidr": (urn("a"),)}, deleted_with=urn("a")),
    thing("a", id="old", delete=True),
    thing("a", id="older", delete=True),
    thing("r", id="", external=True, custom=True),
)
"""One of everything that is allowed."""

BROKEN = {
    "the provider has another id": (AWS, thing("a", provider=f"{AWS.urn}::p2")),
    "the provider comes later": (thing("a", provider=reference(AWS)), AWS),
    "the parent is missing": (thing("a", parent=urn("net")),),
    "the parent comes later": (thing("a", parent=urn("z")), thing("z")),
    "a dependency is missing": (thing("a", dependencies=(urn("z"),)),),
    "a property's dependency is missing": (thing("a", property_dependencies={"cidr": (urn("z"),)}),),
    "the companion of its deletion is missing": (thing("a", deleted_with=urn("z")),),
    "it depends on itself": (thing("a", dependencies=(urn("a"),)),),
    "two live records": (thing("a"), thing("a", id="2")),
    "a component with an id": (component("net", id="net-1"),),
    "an object without an id": (thing("a", id=""),),
    "not a URN": (thing("a", urn="urn:pulumi:dev::a"),),
    "no type": (thing("a", type=""),),
    "an id that was never known": (thing("a", id=UNKNOWN_ID),),
    "an unknown input": (thing("a", inputs={"tags": [{"k": UNKNOWN}]}),),
    "an unknown inside a secret": (thing("a", outputs={"password": Secret({"value": UNKNOWN})}),),
    "a reference to an object without a known id": (
        thing("a", outputs={"vpc": Reference(urn("b"), UNKNOWN)}),
    ),
}


def test_every_rule_in_its_sentence(golden):
    golden(
        "".join(f"{name}:\n  " + "\n  ".join(breaches(records)) + "\n" for name, records in BROKEN.items())
    )


def test_a_state_that_keeps_the_rules_has_no_breaches():
    assert breaches(WHOLE) == ()
    assert breaches(()) == ()


def test_an_object_that_waits_for_its_replacement_needs_its_provider_no_more():
    assert breaches((thing("a", provider=reference(AWS), pending_replacement=True),)) == ()


@pytest.mark.parametrize(
    "name", [name for name in BROKEN if name not in {"two live records"} and "later" not in name]
)
def test_an_edit_is_refused_for_the_same_reasons(name):
    *there, last = BROKEN[name]
    assert breach_of(Snapshot(there), Put(last)) == breaches(BROKEN[name])[0]


def test_edits_that_keep_the_rules_pass():
    stack = Snapshot()
    for state in WHOLE:
        assert breach_of(stack, Put(state)) is None
        stack.apply(Put(state))
    assert breach_of(stack, Rename(urn("b"), urn("c"))) is None
    assert breach_of(stack, Drop(Key(urn("b")))) is None
    assert breach_of(stack, Drop(Key(urn("nobody")))) is None


def test_what_others_refer_to_is_not_forgotten():
    stack = Snapshot((AWS, thing("a", provider=reference(AWS)), thing("b", dependencies=(urn("a"),))))
    assert "still refer" in breach_of(stack, Drop(Key(urn("a"))))
    assert "still refer" in breach_of(stack, Drop(Key(AWS.urn)))
    stack.apply(Drop(Key(urn("b"))))
    assert breach_of(stack, Drop(Key(urn("a")))) is None


def test_an_old_provider_stays_until_its_last_object_is_gone():
    old, new = provider(id="p1", delete=True), provider(id="p2")
    stack = Snapshot((old, new, thing("a", delete=True, provider=reference(old))))
    assert "still refer" in breach_of(stack, Drop(old.key))
    stack.apply(Drop(Key(urn("a"), "vpc-a")))
    assert breach_of(stack, Drop(old.key)) is None


def test_a_name_that_is_taken_is_not_given_twice():
    stack = Snapshot((thing("a"), thing("b")))
    assert "the name of another resource" in breach_of(stack, Rename(urn("a"), urn("b")))


@settings(deadline=None)
@given(st.lists(edits(st.just({})), max_size=20))
def test_a_state_grown_by_passing_edits_keeps_every_rule(changes):
    stack = Snapshot()
    for change in changes:
        if breach_of(stack, change) is None and _is_ordinary(stack, change):
            stack.apply(change)
    found = [breach for breach in breaches(stack.records()) if "after it" not in breach]
    assert found == []


def _is_ordinary(stack, change) -> bool:
    """The two things that are only checked for the whole: that a provider keeps the id that others name, and circles."""
    match change:
        case Put(state):
            earlier = stack.live(state.urn)
            return state.delete or earlier is None or earlier.id == state.id
        case _:
            return True


@settings(deadline=None)
@given(states(st.just({})))
def test_a_record_is_judged_alone_as_among_others(state):
    first = breach_of(Snapshot(), Put(state))
    assert (first is None) == (breaches((state,)) == ())
