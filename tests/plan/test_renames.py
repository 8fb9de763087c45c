"""What a plan deletes under one name and creates under another is found, if it can only be that."""

from dataclasses import replace

import pytest

from provisioner.plan.model import Mode, Op
from provisioner.plan.renames import as_names, candidates, confirmed, followed
from provisioner.plan.values import UNKNOWN, Secret
from tests.support.plans import KEY, NETWORK, REPOSITORY, VPC, plan, root, step, urn

ROLE = "aws:iam/role:Role"


def gone(type, name, old, parent=None):
    return step("delete", type, name, old, {}, id=f"{name}-1", **parented(parent))


def made(type, name, new, parent=None):
    return step("create", type, name, {}, new, **parented(parent))


def parented(parent):
    return {"parent": urn(*parent)} if parent else {}


def found(*steps):
    return [
        [pair[0].rsplit("::", 1)[1] + " → " + pair[1].rsplit("::", 1)[1] for pair in each.pairs]
        for each in candidates(plan(root(), *steps))
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param({"size": 1}, {"size": 1}, id="equal"),
        pytest.param({"name": "dev-a-1234567"}, {"name": "dev-b-89abcde"}, id="named by Pulumi"),
        pytest.param({"tags": {"Name": "dev-a"}}, {"tags": {"Name": "dev-b"}}, id="named by us"),
        pytest.param({"label": "a"}, {"label": "b"}, id="the word that differs"),
        pytest.param({"arn": "x"}, {"arn": UNKNOWN}, id="not known yet"),
        pytest.param({"list": ["x", {"y": 1}]}, {"list": ["x", {"y": UNKNOWN}]}, id="in part not known yet"),
        pytest.param({"s": Secret("x")}, {"s": Secret("x")}, id="secret"),
    ],
)
def test_what_differs_in_its_name_alone_is_found(old, new):
    assert found(gone(KEY, "dev-a", old), made(KEY, "dev-b", new)) == [["dev-a → dev-b"]]


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([made(KEY, "dev-b", {"size": 2})], id="another size"),
        pytest.param([made(VPC, "dev-b", {"size": 1})], id="another type"),
        pytest.param([made(KEY, "dev-b", {"size": 1}, (NETWORK, "n"))], id="another parent"),
        pytest.param([made(KEY, "dev-b", {})], id="less"),
        pytest.param([], id="nothing"),
        pytest.param([made(KEY, "dev-b", {"size": 1}), made(KEY, "dev-c", {"size": 1})], id="either of two"),
    ],
)
def test_what_is_something_else_is_not(others):
    assert found(gone(KEY, "dev-a", {"size": 1}), *others) == []


def test_of_several_each_goes_to_the_one_it_is_most_like():
    steps = [
        gone(NETWORK, "a", {}),
        gone(VPC, "a-vpc", {"cidr": "10.0.0.0/16", "dns": True}, (NETWORK, "a")),
        gone(NETWORK, "b", {}),
        gone(VPC, "b-vpc", {"cidr": "10.1.0.0/16", "dns": True}, (NETWORK, "b")),
        made(NETWORK, "c", {}),
        made(VPC, "c-vpc", {"cidr": "10.1.0.0/16", "dns": False}, (NETWORK, "c")),
        made(NETWORK, "d", {}),
        made(VPC, "d-vpc", {"cidr": "10.0.0.0/16", "dns": False}, (NETWORK, "d")),
    ]
    assert found(*steps) == [["a → d", "a-vpc → d-vpc"], ["b → c", "b-vpc → c-vpc"]]


def network(name, op, *children):
    make = gone if op is Op.DELETE else made
    below = (make(type, child, {}, (NETWORK, name)) for type, child in children)
    return [make(NETWORK, name, {}), *below]


def test_a_component_goes_with_all_that_is_below_it():
    old = network("a", Op.DELETE, (VPC, "a-vpc"), (ROLE, "odd"))
    new = network("b", Op.CREATE, (VPC, "b-vpc"), (ROLE, "other"))
    (one,) = candidates(plan(root(), *old, *new))
    assert as_names([one])[urn(ROLE, "odd")] == urn(ROLE, "other")
    assert one.names == ((urn(NETWORK, "a"), "b"), (urn(ROLE, "odd"), "other"))


@pytest.mark.parametrize(
    "below", [[], [(VPC, "b-vpc"), (VPC, "b-second")], [(KEY, "b-vpc")], [(VPC, "x"), (ROLE, "y")]]
)
def test_of_a_component_every_part_needs_its_counterpart(below):
    old = network("a", Op.DELETE, (VPC, "a-vpc"))
    assert candidates(plan(root(), *old, *network("b", Op.CREATE, *below))) == ()


def test_a_resource_may_have_gone_below_another_parent():
    nets = [step("same", NETWORK, name) for name in ("n", "m")]
    old = step("delete", VPC, "v", {"size": 1}, {}, id="v-1", parent=urn(NETWORK, "n"))
    new = step("create", VPC, "v", {}, {"size": 1}, parent=urn(NETWORK, "m"))
    new = replace(new, urn=urn(f"{NETWORK}$x", "v"))
    (one,) = candidates(plan(root(), *nets, old, new))
    assert (one.old, one.new, one.parent) == (old.urn, new.urn, urn(NETWORK, "m"))
    other = replace(new, new={"size": 2})
    assert candidates(plan(root(), *nets, old, other)) == ()
    below_a_new_one = replace(new, parent=urn(NETWORK, "o"))
    assert candidates(plan(root(), made(NETWORK, "o", {}), old, below_a_new_one)) == ()


def test_in_a_heap_nothing_is_searched():
    many = [make(KEY, f"{make.__name__}-{number}", {}) for number in range(41) for make in (gone, made)]
    assert found(*many) == []


def test_what_is_destroyed_has_no_other_name():
    steps = (root(), gone(KEY, "a", {}), made(KEY, "b", {}))
    assert candidates(plan(*steps, mode=Mode.DESTROY)) == ()


def test_only_what_saves_an_object_is_offered():
    steps = (gone(KEY, "a", {}), made(KEY, "b", {}), gone(REPOSITORY, "c", {}), made(REPOSITORY, "d", {}))
    before = plan(root(), *steps)
    both = candidates(before)
    replaced = step("replace", REPOSITORY, "d", {"name": "c"}, {"name": "d"}, reasons=("name",))
    trial = plan(root(), step("update", KEY, "b", {}, {}), replaced)
    (one,) = confirmed(both, before, trial)
    assert (one.old, one.kept, one.updates) == (urn(KEY, "a"), (urn(KEY, "a"),), 1)
    nothing_won = plan(root(), step("replace", KEY, "b", {}, {}), replaced)
    assert confirmed(both, before, nothing_won) == ()


def test_what_goes_all_the_same_is_said():
    old = network("a", Op.DELETE, (VPC, "a-vpc"), (KEY, "a-key"))
    new = network("b", Op.CREATE, (VPC, "b-vpc"), (KEY, "b-key"))
    before = plan(root(), *old, *new)
    trial = plan(root(), step("same", VPC, "b-vpc"), step("replace", KEY, "b-key", {}, {}))
    (one,) = confirmed(candidates(before), before, trial)
    assert (one.kept, one.removed, one.updates) == ((urn(VPC, "a-vpc"),), (urn(KEY, "a-key"),), 0)


def test_names_follow_where_a_word_ends():
    assert followed("a-b", "a", "c") == "c-b"
    assert followed("ab", "a", "c") == "ab"
