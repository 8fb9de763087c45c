"""What is recorded after a change by hand: names, parents, types, protection, and what is given up."""

from dataclasses import replace

import pytest

from provisioner.engine.amending import (
    Dependents,
    Forgetting,
    Kind,
    Mending,
    Moving,
    Pending,
    Record,
    Renaming,
    Unprotecting,
)
from provisioner.engine.amendment_failures import (
    NameTaken,
    NoPlaceFor,
    NotAName,
    NotByHand,
    OperationOpen,
    RecordsProtected,
    StillNeeded,
)
from provisioner.engine.embedded.mending import mend
from provisioner.engine.embedded.removal import forget, unprotect
from provisioner.engine.embedded.snapshot import breaches
from provisioner.engine.embedded.state import Began
from provisioner.engine.embedded.surgery import Records, move, rename
from provisioner.engine.embedded.transplant import transplanted
from provisioner.engine.failures import NoSuchResource
from provisioner.plan.values import Reference, Secret
from tests.support.records import STACK, component, provider, reference, thing, urn, words

AWS = provider()
NET = component("net", parent=STACK)
ROOT = replace(component("root"), urn=STACK, type="pulumi:pulumi:Stack")
CHILD = urn("net-vpc", "mlplat:net:Net$aws:ec2/vpc:Vpc")
VPC = thing("net-vpc", urn=CHILD, id="vpc-1", parent=NET.urn, provider=reference(AWS))
OTHER = thing(
    "other",
    dependencies=(CHILD, NET.urn),
    property_dependencies={"vpcId": (CHILD,)},
    deleted_with=CHILD,
    inputs={"vpc": Reference(CHILD, "vpc-1"), "deep": [Secret({"of": Reference(CHILD)})]},
    provider=reference(AWS),
    replace_with=(CHILD,),
    other={"aliases": [CHILD, urn("gone")], "sourcePosition": CHILD},
)
RECORDS = Records((ROOT, AWS, NET, VPC, OTHER))


def whole(records):
    assert breaches(records.resources) == ()
    return records


def named(records, name):
    return next(each for each in records.resources if each.urn.endswith(f"::{name}") and not each.delete)


def test_a_rename_is_followed_by_every_reference_and_by_the_children_that_carry_the_name():
    records, notes = rename(RECORDS, Renaming(((NET.urn, "grid"),)))
    whole(records)
    assert words(records.resources) == ["foundation-dev.eu-west-1", "aws", "grid", "grid-vpc", "other"]
    grid, vpc, other = (named(records, name) for name in ("grid", "grid-vpc", "other"))
    new = urn("grid-vpc", "mlplat:net:Net$aws:ec2/vpc:Vpc")
    assert (vpc.urn, vpc.parent, vpc.id) == (new, grid.urn, "vpc-1")
    assert other.dependencies == (new, grid.urn)
    assert other.property_dependencies == {"vpcId": (new,)}
    assert other.deleted_with == new
    assert other.inputs == {"vpc": Reference(new, "vpc-1"), "deep": [Secret({"of": Reference(new)})]}
    assert other.replace_with == (new,)
    assert other.other == {"aliases": [new, urn("gone")], "sourcePosition": CHILD}
    assert [(note.kind, note.urn, note.detail) for note in notes] == [
        (Kind.RENAMED, NET.urn, grid.urn),
        (Kind.RENAMED, CHILD, new),
    ]


NO_NAMES = {
    "": "a name has at least one character",
    "  ": "a name has at least one character",
    "bad name::x": "a name has no `::` in it",
    "urn:pulmi:dev.eu-west-1::foundation::aws:ec2/vpc:Vpc::x": "it begins like a URN, and is none",
    "urn:pulumi:dev.eu-west-1::foundation": "it begins like a URN, and is none",
    "URN:x": "it begins like a URN, and is none",
    "urn:pulumi:dev.eu-west-1::foundation::aws:ec2/vpc:Vpc::": "a part of it is empty",
    "urn:pulumi:::foundation::aws:ec2/vpc:Vpc::x": "a part of it is empty",
    "urn:pulumi:dev.eu-west-1::foundation::aws:ec2/vpc:Vpc::x::y": "a name has no `::` in it",
}


@pytest.mark.parametrize(("name", "reason"), NO_NAMES.items())
def test_what_is_no_name_is_refused(name, reason):
    attempts = [lambda: rename(RECORDS, Renaming(((OTHER.urn, name),)))]
    if name:
        attempts.append(lambda: move(RECORDS, Moving(OTHER.urn, name)))
    for attempt in attempts:
        with pytest.raises(NotAName) as refused:
            attempt()
        assert refused.value.reason == reason
        assert refused.value.meant.startswith("urn:pulumi:dev.eu-west-1::foundation::aws:ec2/vpc:Vpc::")


def test_a_urn_is_not_taken_for_a_name():
    with pytest.raises(NotAName):
        rename(RECORDS, Renaming(((OTHER.urn, urn("x")),)))


def test_a_name_that_has_colons_already_may_stay():
    old = thing("a::b")
    records, _ = move(Records((NET, old)), Moving(old.urn, urn("a::b", "mlplat:net:Net$aws:ec2/vpc:Vpc")))
    assert records.resources[1].parent == NET.urn


def test_users_of_a_renamed_provider_follow():
    records, _ = rename(RECORDS, Renaming(((AWS.urn, "main"),)))
    whole(records)
    assert named(records, "other").provider == f"{urn('main', 'pulumi:providers:aws')}::p1"


@pytest.mark.parametrize(
    ("child", "follows"),
    [
        ("pool-nodes", "gpu-nodes"),
        ("pool", "gpu"),
        ("pool.a", "gpu.a"),
        ("pools", "pools"),
        ("nodes", "nodes"),
    ],
)
def test_what_carries_the_name_follows_where_a_word_ends(child, follows):
    pool = component("pool")
    below = thing(child, urn=urn(child, "mlplat:net:Net$aws:ec2/vpc:Vpc"), parent=pool.urn)
    records, _ = rename(Records((pool, below)), Renaming(((pool.urn, "gpu"),)))
    assert words(records.resources) == ["gpu", follows]


def test_several_names_change_at_once_and_may_change_places():
    a, b = thing("a"), thing("b", dependencies=(urn("a"),))
    records, _ = rename(Records((a, b)), Renaming(((a.urn, "b"), (b.urn, "a"))))
    assert words(whole(records).resources) == ["b", "a"]
    assert named(records, "a").dependencies == (urn("b"),)


def test_the_order_in_which_parent_and_child_are_named_does_not_matter():
    types = (
        "mlplat:net:Net",
        "mlplat:net:Net$aws:ec2/vpc:Vpc",
        "mlplat:net:Net$aws:ec2/vpc:Vpc$aws:ec2/vpc:Vpc",
    )
    top, child, below = (urn(name, type) for name, type in zip(("a", "a-x", "a-x-y"), types, strict=True))
    records = Records(
        (component("a"), thing("a-x", urn=child, parent=top), thing("a-x-y", urn=below, parent=child))
    )
    for pairs in ([(top, "b"), (child, "q")], [(child, "q"), (top, "b")]):
        assert words(rename(records, Renaming(tuple(pairs)))[0].resources) == ["b", "q", "q-y"]


def test_a_child_can_be_named_in_the_same_command():
    records, _ = rename(RECORDS, Renaming(((NET.urn, "grid"), (CHILD, "special"))))
    assert words(records.resources)[2:4] == ["grid", "special"]


def test_old_objects_that_wait_for_deletion_are_renamed_too():
    old = thing("a", id="vpc-0", delete=True)
    records, _ = rename(Records((thing("a"), old)), Renaming(((urn("a"), "b"),)))
    assert words(records.resources) == ["b", "-b"]


def test_an_open_operation_is_about_the_new_name():
    began = Began(3, "updating", VPC)
    records, _ = rename(Records(RECORDS.resources, (began,)), Renaming(((NET.urn, "grid"),)))
    assert records.pending[0].operation == 3
    assert records.pending[0].goal.parent == urn("grid", "mlplat:net:Net")
    assert records.pending[0].goal.urn.endswith("::grid-vpc")


@pytest.mark.parametrize(
    ("names", "failure"),
    [
        ([("nothing", "x")], NoSuchResource),
        ([("a", "b")], NameTaken),
        ([("a", "c"), ("b", "c")], NameTaken),
    ],
)
def test_a_name_that_cannot_be(names, failure):
    with pytest.raises(failure):
        rename(Records((thing("a"), thing("b"))), Renaming(tuple((urn(old), new) for old, new in names)))


def test_the_stack_goes_by_the_environments_name():
    with pytest.raises(NotByHand):
        rename(RECORDS, Renaming(((STACK, "x"),)))


def test_a_move_below_another_parent_takes_along_what_is_below():
    yard = replace(component("yard"), urn=urn("yard", "mlplat:net:Yard"), type="mlplat:net:Yard")
    records, _ = move(Records((*RECORDS.resources, yard)), Moving(NET.urn, "", yard.urn))
    new = urn("net", "mlplat:net:Yard$mlplat:net:Net")
    assert {each.urn: each.parent for each in records.resources if each.urn.endswith(("net", "net-vpc"))} == {
        new: yard.urn,
        urn("net-vpc", "mlplat:net:Yard$mlplat:net:Net$aws:ec2/vpc:Vpc"): new,
    }


def test_a_move_to_a_urn_finds_the_only_parent_of_such_types():
    records, _ = move(RECORDS, Moving(OTHER.urn, urn("mine", "mlplat:net:Net$aws:ec2/vpc:Vpc")))
    assert named(whole(records), "mine").parent == NET.urn


def test_a_move_to_the_top_is_below_the_stack():
    records, _ = move(RECORDS, Moving(CHILD, urn("vpc")))
    assert named(whole(records), "vpc").parent == STACK


def test_which_of_several_parents_has_to_be_said():
    two = Records((*RECORDS.resources, component("net2")))
    new = urn("mine", "mlplat:net:Net$aws:ec2/vpc:Vpc")
    with pytest.raises(NoPlaceFor) as several:
        move(two, Moving(OTHER.urn, new))
    assert several.value.candidates == (NET.urn, urn("net2", "mlplat:net:Net"))
    records, _ = move(two, Moving(OTHER.urn, new, urn("net2", "mlplat:net:Net")))
    assert named(records, "mine").parent == urn("net2", "mlplat:net:Net")


def test_nothing_is_below_what_is_not_recorded_or_of_other_types():
    with pytest.raises(NoPlaceFor):
        move(RECORDS, Moving(OTHER.urn, urn("x", "mlplat:net:Yard$aws:ec2/vpc:Vpc")))
    with pytest.raises(NoPlaceFor):
        move(RECORDS, Moving(OTHER.urn, urn("x"), NET.urn))


def test_nothing_is_below_itself():
    with pytest.raises(NotByHand):
        move(RECORDS, Moving(NET.urn, "", CHILD))


def test_a_type_may_change_within_its_package():
    records, _ = move(RECORDS, Moving(OTHER.urn, urn("other", "aws:ec2/defaultVpc:DefaultVpc")))
    assert named(records, "other").type == "aws:ec2/defaultVpc:DefaultVpc"
    with pytest.raises(NotByHand):
        move(RECORDS, Moving(OTHER.urn, urn("other", "gcp:compute/network:Network")))


def test_what_is_forgotten_is_told_with_the_object_that_stays():
    records, notes = forget(RECORDS, Forgetting((Record(OTHER.urn),)))
    assert "other" not in words(whole(records).resources)
    assert [(note.kind, note.urn, note.id) for note in notes] == [(Kind.FORGOTTEN, OTHER.urn, "vpc-other")]


def test_what_is_needed_is_forgotten_only_with_what_needs_it():
    with pytest.raises(StillNeeded) as refused:
        forget(RECORDS, Forgetting((Record(CHILD),)))
    assert (OTHER.urn, "is deleted with", CHILD) in refused.value.needed
    records, notes = forget(RECORDS, Forgetting((Record(CHILD),), Dependents.FORGET))
    assert words(whole(records).resources)[2:] == ["net"]
    assert len(notes) == 2


def test_a_provider_is_needed_by_what_it_manages():
    with pytest.raises(StillNeeded) as refused:
        forget(RECORDS, Forgetting((Record(AWS.urn),)))
    assert (OTHER.urn, "is managed through", AWS.urn) in refused.value.needed


def test_protection_and_open_operations_are_in_the_way():
    protected = Records((thing("a", protect=True),))
    with pytest.raises(RecordsProtected):
        forget(protected, Forgetting((Record(urn("a")),)))
    freed, notes = unprotect(protected, Unprotecting(frozenset({urn("a")})))
    assert [note.kind for note in notes] == [Kind.UNPROTECTED]
    assert forget(freed, Forgetting((Record(urn("a")),)))[0].resources == ()
    with pytest.raises(OperationOpen):
        forget(Records((thing("a"),), (Began(1, "deleting", thing("a")),)), Forgetting((Record(urn("a")),)))


def test_of_two_records_of_one_resource_the_one_that_waits_for_deletion_can_go_alone():
    both = Records((thing("a"), thing("a", id="vpc-0", delete=True), thing("b", dependencies=(urn("a"),))))
    records, _ = forget(both, Forgetting((Record(urn("a"), "vpc-0"),)))
    assert words(records.resources) == ["a", "b"]


def test_everything_is_unprotected():
    two = Records((thing("a", protect=True), thing("b", protect=True), thing("c")))
    assert len(unprotect(two, Unprotecting(None))[1]) == 2
    assert unprotect(RECORDS, Unprotecting(None))[1] == ()


def test_a_whole_state_needs_no_repair():
    assert mend(RECORDS, Mending()) == (RECORDS, ())


def test_what_refers_to_nothing_is_taken_out():
    broken = Records(
        (
            thing("a", dependencies=(urn("gone"), urn("a"))),
            thing("b", property_dependencies={"x": (urn("gone"), urn("a"))}, deleted_with=urn("gone")),
            thing("c", urn=urn("c", "mlplat:net:Net$aws:ec2/vpc:Vpc"), parent=urn("lost", "mlplat:net:Net")),
        )
    )
    records, notes = mend(broken, Mending())
    whole(records)
    assert named(records, "b").property_dependencies == {"x": (urn("a"),)}
    assert named(records, "c").urn == urn("c", "mlplat:net:Net$aws:ec2/vpc:Vpc")
    assert {note.kind for note in notes} == {Kind.UNTIED}
    assert len(notes) == 5


def test_what_is_recorded_before_what_it_needs_is_put_after_it():
    records, notes = mend(Records((OTHER, VPC, NET, AWS, ROOT)), Mending())
    assert words(whole(records).resources)[-2:] == ["net-vpc", "other"]
    assert [note.kind for note in notes] == [Kind.REORDERED]


def test_a_provider_that_was_exchanged_is_found_by_its_name():
    records, _ = mend(Records((provider(id="p2"), thing("a", provider=reference(AWS)))), Mending())
    assert named(whole(records), "a").provider == f"{AWS.urn}::p2"


def test_of_two_records_the_one_changed_last_stays_and_the_other_object_is_named():
    older = thing("a", id="vpc-1", modified="2026-11-20T08:00:00Z")
    newer = thing("a", id="vpc-2", modified="2026-11-21T08:00:00Z")
    records, notes = mend(Records((older, newer)), Mending())
    assert records.resources == (newer,)
    assert [(note.kind, note.id) for note in notes] == [(Kind.FORGOTTEN, "vpc-1")]
    assert mend(Records((newer, replace(newer, created="then"))), Mending())[1][0].id == ""


def test_open_operations_are_left_to_the_next_apply_unless_they_are_to_be_forgotten():
    began = Began(1, "creating", thing("a", id=""))
    records, notes = mend(Records((), (began,)), Mending())
    assert (records.pending, [note.kind for note in notes]) == ((began,), [Kind.LEFT])
    records, notes = mend(Records((), (began,)), Mending(Pending.FORGET))
    assert (records.pending, [note.kind for note in notes]) == ((), [Kind.DISMISSED])


def over_there(name, type="aws:ec2/vpc:Vpc"):
    return urn(name, type).replace("::foundation::", "::cluster::")


THERE = Records((replace(provider(id="p9"), urn=over_there("aws", "pulumi:providers:aws")),))


def test_a_move_to_another_stack_takes_the_subtree_and_leaves_no_reference_behind():
    steps = transplanted(RECORDS, THERE, Moving(NET.urn, over_there("grid", "mlplat:net:Net")))
    (there, _), (here, notes) = steps.there, steps.here
    assert words(whole(there).resources) == ["aws", "grid", "grid-vpc"]
    vpc = named(there, "grid-vpc")
    assert vpc.provider == f"{over_there('aws', 'pulumi:providers:aws')}::p9"
    assert vpc.parent == over_there("grid", "mlplat:net:Net")
    assert words(whole(here).resources) == ["foundation-dev.eu-west-1", "aws", "other"]
    assert named(here, "other").dependencies == ()
    assert {note.kind for note in notes} == {Kind.RENAMED, Kind.UNTIED}
    marked = {each.urn: each.retain_on_delete for each in whole(steps.marked).resources}
    assert [marked[each] for each in (NET.urn, CHILD, OTHER.urn)] == [True, True, False]


def test_a_move_to_another_stack_that_was_cut_off_goes_on():
    moving = Moving(NET.urn, over_there("grid", "mlplat:net:Net"))
    steps = transplanted(RECORDS, THERE, moving)
    again = transplanted(steps.marked, steps.there[0], moving)
    assert words(again.there[0].resources) == ["aws", "grid", "grid-vpc"]
    assert again.here[0] == steps.here[0]


@pytest.mark.parametrize("retained", [False, True])
@pytest.mark.parametrize("writes", [1, 2])
def test_a_move_that_goes_on_leaves_no_mark_on_what_it_moved(retained, writes):
    here = Records((AWS, thing("key", retain_on_delete=retained, provider=reference(AWS))))
    moving = Moving(urn("key"), over_there("key"))
    steps = transplanted(here, THERE, moving)
    again = transplanted(steps.marked, steps.there[0] if writes == 2 else THERE, moving)
    assert again.there[0] == transplanted(here, THERE, moving).there[0]
    assert (named(again.there[0], "key").retain_on_delete, named(again.there[0], "key").other) == (
        retained,
        {},
    )
    assert again.marked == steps.marked


def test_what_an_apply_has_made_of_a_half_moved_resource_stays():
    """Killed after the second write; then the other stack was applied, and the same move is typed again."""
    here = Records((AWS, thing("key", provider=reference(AWS), inputs={"size": 1})))
    moving = Moving(urn("key"), over_there("key"))
    steps = transplanted(here, THERE, moving)
    applied = tuple(
        replace(each, inputs={"size": 2}) if each.urn == over_there("key") else each
        for each in steps.there[0].resources
    )
    condemned = thing("key", urn=over_there("key"), id="vpc-old", delete=True)
    there = Records((*applied, condemned))
    again = transplanted(steps.marked, there, moving)
    assert again.there[0] == there
    assert words(again.here[0].resources) == ["aws"]


def test_a_move_that_was_cut_off_is_told_by_repair_until_an_apply_has_said_otherwise():
    steps = transplanted(RECORDS, THERE, Moving(NET.urn, over_there("grid", "mlplat:net:Net")))
    records, notes = mend(steps.marked, Mending())
    assert records == steps.marked
    assert [(note.kind, note.urn, note.detail) for note in notes] == [
        (Kind.HALF_MOVED, NET.urn, over_there("grid", "mlplat:net:Net"))
    ]
    applied = Records(tuple(replace(each, retain_on_delete=False) for each in steps.marked.resources))
    assert mend(applied, Mending())[1] == ()


def test_what_cannot_be_moved_to_another_stack():
    moving = Moving(NET.urn, over_there("grid", "mlplat:net:Net"))
    far = Records(
        (
            replace(
                provider("other", id="p9"),
                urn=over_there("far", "pulumi:providers:aws"),
                inputs={"region": "x"},
            ),
        )
    )
    with pytest.raises(NotByHand, match="provider"):
        transplanted(RECORDS, far, moving)
    with pytest.raises(NotByHand, match="every stack has its own"):
        transplanted(RECORDS, THERE, Moving(AWS.urn, over_there("main", "pulumi:providers:aws")))
    with pytest.raises(OperationOpen):
        transplanted(Records(RECORDS.resources, (Began(1, "updating", VPC),)), THERE, moving)
    taken = Records((*THERE.resources, replace(component("x"), urn=over_there("grid", "mlplat:net:Net"))))
    with pytest.raises(NameTaken):
        transplanted(RECORDS, taken, moving)
