"""Random states, random changes by hand: what comes out keeps every rule, and no reference is left behind."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from provisioner.engine.amending import (
    Dependents,
    Forgetting,
    Mending,
    Moving,
    Record,
    Renaming,
    Unprotecting,
)
from provisioner.engine.embedded.mending import mend
from provisioner.engine.embedded.references import references
from provisioner.engine.embedded.removal import forget, unprotect
from provisioner.engine.embedded.snapshot import Snapshot, breaches
from provisioner.engine.embedded.state import Began
from provisioner.engine.embedded.surgery import Records, move, rename
from provisioner.engine.failures import Failure
from tests.support.records import NAMES, property_maps, states, thing, urn, urns

MANY = settings(max_examples=30, deadline=None, derandomize=True, database=None)
new_names = st.sampled_from([*NAMES, "f", "g"])


@st.composite
def broken_records(draw):
    pending = draw(st.lists(states(property_maps), max_size=2))
    began = tuple(Began(number, "updating", goal) for number, goal in enumerate(pending, 1))
    return Records(tuple(draw(st.lists(states(), max_size=7))), began)


@st.composite
def whole_records(draw):
    """A random state, repaired; one that only a person could repair is another one."""
    records, _ = mend(draw(broken_records()), Mending())
    assume(breaches(records.resources) == ())
    return records


def references_of(records):
    return {to for each in records.resources for _, to in references(each)}


@MANY
@given(broken_records())
def test_a_repaired_state_has_only_breaches_that_a_person_must_mend(broken):
    records, notes = mend(broken, Mending())
    assert mend(records, Mending())[0] == records
    for breach in breaches(records.resources):
        # Lost providers, and resources that need each other in a circle.
        assert "provider" in breach or "recorded after it" in breach
    assert {each.id for each in records.resources} <= {each.id for each in broken.resources}
    assert bool(notes) or records.resources == broken.resources


@MANY
@given(whole_records(), st.lists(st.tuples(urns, new_names), min_size=1, max_size=3))
def test_renaming(records, pairs):
    try:
        done, notes = rename(records, Renaming(tuple(pairs)))
    except Failure:
        return
    assert breaches(Snapshot(done.resources).records()) == ()
    assert sorted(each.id for each in done.resources) == sorted(each.id for each in records.resources)
    gone = {note.urn for note in notes} - {note.detail for note in notes}
    assert not gone & (references_of(done) | {each.urn for each in done.resources})
    assert not gone & {began.goal.urn for began in done.pending}
    back = tuple((note.detail, note.urn.rsplit("::", 1)[1]) for note in notes)
    assert not back or rename(done, Renaming(back))[0] == records


@st.composite
def trees(draw):
    """Records below each other whose names begin alike, old objects among them."""
    names = draw(st.permutations(["a", "a-x", "a-x-y", "q"]))
    records = []
    for place, name in enumerate(names):
        above = st.sampled_from(["", *map(urn, names[:place])])
        records.append(thing(name, parent=draw(above)))
        if draw(st.booleans()):
            records.append(thing(name, id="old", delete=True, parent=draw(above)))
    return Records(tuple(records)), names


@MANY
@given(trees(), st.data())
def test_the_order_of_new_names_does_not_matter(tree, data):
    records, names = tree
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=2, max_size=3, unique=True))
    pairs = [(urn(name), data.draw(st.sampled_from(["b", "m", "n-z"]))) for name in chosen]
    outcomes = []
    for order in (pairs, pairs[::-1], data.draw(st.permutations(pairs))):
        try:
            done, notes = rename(records, Renaming(tuple(order)))
        except Failure as refused:
            outcomes.append((type(refused), frozenset()))
        else:
            outcomes.append((done, frozenset(notes)))
    assert outcomes[1:] == outcomes[:1] * 2


@MANY
@given(whole_records(), urns, new_names, st.just("") | urns)
def test_moving(records, moved, name, parent):
    try:
        done, _ = move(records, Moving(moved, urn(name) if not parent else name, parent))
    except Failure:
        return
    ordered = Snapshot(done.resources).records()
    # What was below may have been needed from above: that is refused before it is recorded.
    assert all("recorded after it" in breach for breach in breaches(ordered))
    assert len(done.resources) == len(records.resources)


@MANY
@given(whole_records(), st.lists(urns, min_size=1, max_size=2), st.sampled_from(Dependents))
def test_forgetting(records, chosen, dependents):
    try:
        done, notes = forget(records, Forgetting(tuple(map(Record, chosen)), dependents))
    except Failure:
        return
    assert breaches(Snapshot(done.resources).records()) == ()
    assert len(notes) == len(records.resources) - len(done.resources)
    assert not {each.urn for each in done.resources if not each.delete} & set(chosen)


@MANY
@given(whole_records(), st.none() | st.frozensets(urns, min_size=1))
def test_unprotecting(records, chosen):
    try:
        done, _ = unprotect(records, Unprotecting(chosen))
    except Failure:
        return
    assert breaches(done.resources) == ()
    assert not [each for each in done.resources if each.protect and (chosen is None or each.urn in chosen)]


@pytest.mark.parametrize("amendment", [Mending(), Unprotecting(None)])
def test_an_empty_state_stays_empty(amendment):
    done, notes = (mend if isinstance(amendment, Mending) else unprotect)(Records(()), amendment)
    assert (done, notes) == (Records(()), ())
