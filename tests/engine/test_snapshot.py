"""A snapshot is the sum of its edits, whatever the order in which it is looked at; renames cost next to nothing."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.engine.embedded import references, snapshot as module
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Drop, Key, Put, Rename
from provisioner.plan.values import Reference, Secret
from tests.support.records import component, edits, provider, reference, thing, urn, words


def snapshot(*states) -> Snapshot:
    return Snapshot(states)


def test_put_records_and_replaces_the_record_with_the_same_key():
    stack = snapshot(thing("a"), thing("b"))
    stack.apply(Put(thing("a", id="vpc-2")))
    assert stack.live(urn("a")).id == "vpc-2"
    assert words(stack.records()) == ["a", "b"]
    assert len(stack) == 2


def test_a_replaced_object_waits_beside_the_new_one():
    stack = snapshot(thing("a"))
    stack.apply(Put(thing("a", delete=True)))
    stack.apply(Put(thing("a", id="vpc-2")))
    assert stack.live(urn("a")).id == "vpc-2"
    assert [state.id for state in stack.condemned()] == ["vpc-a"]
    stack.apply(Drop(Key(urn("a"), "vpc-a")))
    assert stack.condemned() == ()
    assert len(stack) == 1


def test_dropping_what_is_not_there_changes_nothing():
    stack = snapshot(thing("a"))
    stack.apply(Drop(Key(urn("z"))))
    stack.apply(Drop(Key(urn("a"), "vpc-9")))
    assert words(stack.records()) == ["a"]


def test_a_record_that_waits_for_deletion_without_an_id_does_not_hide_the_live_one():
    stack = snapshot(thing("a"), thing("a", id="", delete=True))
    assert len(stack) == 2
    stack.apply(Drop(Key(urn("a"))))
    assert words(stack.records()) == ["-a"]
    stack.apply(Drop(Key(urn("a"))))
    assert len(stack) == 0


def test_records_come_after_what_they_refer_to_whenever_that_was_recorded():
    aws = provider()
    parent = component("net")
    stack = snapshot(
        thing("d", deleted_with=urn("c")),
        thing("c", property_dependencies={"cidr": (urn("b"),)}),
        thing("b", dependencies=(urn("a"),)),
        thing("a", parent=parent.urn, provider=reference(aws)),
        parent,
        aws,
    )
    assert words(stack.records()) == ["net", "aws", "a", "b", "c", "d"]


def test_a_waiting_record_comes_after_the_provider_with_exactly_its_id():
    old, new = provider(id="p1", delete=True), provider(id="p2")
    stack = snapshot(
        thing("a", delete=True, provider=reference(old)),
        thing("a", id="2", provider=reference(new)),
        new,
        old,
    )
    assert words(stack.records()) == ["-aws", "-a", "aws", "a"]


def test_waiting_records_come_after_the_waiting_records_they_once_needed():
    stack = snapshot(
        thing("b", delete=True, dependencies=(urn("a"),)),
        thing("a", delete=True),
        thing("a", id="2"),
        thing("b", id="2"),
    )
    assert words(stack.records()) == ["-a", "a", "-b", "b"]


def test_waiting_records_that_contradict_each_other_still_have_an_order():
    stack = snapshot(
        thing("a", delete=True, dependencies=(urn("b"),)),
        thing("b", delete=True, dependencies=(urn("a"),)),
        thing("b", id="2", dependencies=(urn("a"),)),
        thing("a", id="2"),
    )
    assert words(stack.records()) == ["a", "b", "-a", "-b"]


def test_records_in_a_circle_come_as_they_were_recorded():
    stack = snapshot(thing("b", dependencies=(urn("a"),)), thing("a", dependencies=(urn("b"),)))
    assert words(stack.records()) == ["b", "a"]


def test_every_reference_follows_a_rename():
    old, new = urn("net"), urn("network")
    stack = snapshot(
        thing("net"),
        thing(
            "a",
            parent=old,
            provider=f"{old}::p1",
            dependencies=(old, urn("z")),
            property_dependencies={"cidr": (old,)},
            deleted_with=old,
            inputs={"list": [Reference(old, "1")]},
            outputs={"hidden": Secret({"of": Reference(old)})},
        ),
    )
    stack.apply(Rename(old, new))
    assert stack.live(old) is None
    assert stack.live(new).urn == new
    assert stack.live(urn("a")) == thing(
        "a",
        parent=new,
        provider=f"{new}::p1",
        dependencies=(new, urn("z")),
        property_dependencies={"cidr": (new,)},
        deleted_with=new,
        inputs={"list": [Reference(new, "1")]},
        outputs={"hidden": Secret({"of": Reference(new)})},
    )


def test_what_is_recorded_after_a_rename_means_the_new_owner_of_the_name():
    stack = snapshot(thing("a"), thing("early", dependencies=(urn("a"),)))
    stack.apply(Rename(urn("a"), urn("b")))
    stack.apply(Put(thing("a", id="another")))
    stack.apply(Put(thing("late", dependencies=(urn("a"),))))
    stack.apply(Rename(urn("b"), urn("c")))
    assert stack.live(urn("early")).dependencies == (urn("c"),)
    assert stack.live(urn("late")).dependencies == (urn("a"),)


def test_two_resources_can_swap_their_names():
    stack = snapshot(thing("a", id="1"), thing("b", id="2"), thing("c", dependencies=(urn("a"), urn("b"))))
    for old, new in (("a", "t"), ("b", "a"), ("t", "b")):
        stack.apply(Rename(urn(old), urn(new)))
    assert (stack.live(urn("a")).id, stack.live(urn("b")).id) == ("2", "1")
    assert stack.live(urn("c")).dependencies == (urn("b"), urn("a"))


def test_objects_that_wait_for_deletion_are_renamed_with_their_resource():
    stack = snapshot(thing("a"), thing("a", id="old", delete=True))
    stack.apply(Rename(urn("a"), urn("b")))
    assert [state.urn for state in stack.condemned()] == [urn("b")]


def test_a_copy_goes_its_own_way():
    stack = snapshot(thing("a"), thing("b", dependencies=(urn("a"),)))
    stack.apply(Rename(urn("a"), urn("c")))
    other = stack.copy()
    assert other.records() == stack.records()
    other.apply(Drop(Key(urn("b"))))
    assert (len(stack), len(other)) == (2, 1)


def renamed_at_once(states, old, new):
    """The slow and plain way to rename."""
    return {
        key: references.renamed(state, lambda urn: new if urn == old else urn)
        for key, state in states.items()
    }


class Plain:
    """What a snapshot does, without any of its economies."""

    def __init__(self):
        self.live, self.waiting = {}, {}

    def apply(self, edit):
        match edit:
            case Put(state) if state.delete:
                self.waiting[state.urn, state.id] = state
            case Put(state):
                self.live[state.urn] = state
            case Drop(Key(urn, "")):
                self.live.pop(urn, None)
            case Drop(Key(urn, id)):
                self.waiting.pop((urn, id), None)
            case Rename(old, new):
                self.live = renamed_at_once(self.live, old, new)
                self.waiting = renamed_at_once(self.waiting, old, new)
                self.live = {
                    new if urn == old else urn: state for urn, state in self._old_last(self.live, old)
                }
                self.waiting = {
                    (new if urn == old else urn, id): state
                    for (urn, id), state in self._old_last(self.waiting, old)
                }

    @staticmethod
    def _old_last(states, old):
        """The renamed one wins over the one whose name it takes."""
        return sorted(states.items(), key=lambda item: old in item[0])


@settings(deadline=None)
@given(st.lists(edits(st.just({"ref": Reference(urn("a"), "1")})), max_size=15), st.data())
def test_edits_have_the_same_effect_however_often_one_looks_in_between(changes, data):
    looked_at, left_alone, plain = Snapshot(), Snapshot(), Plain()
    for change in changes:
        for stack in (looked_at, left_alone, plain):
            stack.apply(change)
        if data.draw(st.booleans()):
            looked_at.records()
            looked_at.live(urn("a"))
    everything = [*plain.live.values(), *plain.waiting.values()]
    for stack in (looked_at, left_alone, left_alone.copy()):
        assert len(stack) == len(everything)
        assert all(state in everything for state in stack.records())
        assert {state.key for state in stack.condemned()} == {state.key for state in plain.waiting.values()}
    assert looked_at.records() == left_alone.records()


@settings(deadline=None)
@given(st.lists(edits(st.just({})), max_size=15))
def test_a_record_is_needed_as_long_as_another_refers_to_it(changes):
    stack = Snapshot()
    for change in changes:
        stack.apply(change)
    for state in stack.records():
        others = [other for other in stack.records() if other != state]
        stands_in = any(other.urn == state.urn for other in others)
        same_provider = any((other.urn, other.id) == (state.urn, state.id) for other in others)
        everyone = stack.records()
        referred = any(state.urn in {to for _, to in references.references(each)} for each in everyone)
        provides = any(
            each.provider == reference(state) and not each.pending_replacement for each in everyone
        )
        assert stack.is_needed(state.key) == (
            (referred and not stands_in) or (provides and not same_provider)
        )


def test_a_thousand_renames_look_at_each_record_once(monkeypatch):
    """Counted: with 4 times the records and renames, 4 times the work."""

    def brought_up_to_date(size: int) -> int:
        stack = Snapshot(thing(str(n), dependencies=(urn(str(n - 1)),) if n else ()) for n in range(size))
        calls = []
        monkeypatch.setattr(
            module, "renamed", lambda state, name: calls.append(1) or references.renamed(state, name)
        )
        for n in range(size):
            stack.apply(Rename(urn(str(n)), urn(f"new{n}")))
            state = stack.live(urn(f"new{n}"))
            stack.apply(Put(replace(state, protect=True)))
        stack.records()
        return len(calls)

    assert brought_up_to_date(400) == 2 * 400 - 1
    assert brought_up_to_date(1600) == 2 * 1600 - 1
