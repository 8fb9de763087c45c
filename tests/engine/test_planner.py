"""What a registration comes to, as a table; and what the planner does to values on the way."""

import pytest

from provisioner.engine.embedded.planner import component_diff, decide, former_urns, replaced_by_option, shown
from provisioner.engine.embedded.wanted import AliasSpec, Wanted
from provisioner.plan.concealment import remarked, sealed_outputs
from provisioner.plan.diff import Diff
from provisioner.plan.values import UNKNOWN, Secret
from tests.support.records import thing

OLD = thing("a")
HALF = thing("a", init_errors=("not ready",))
AWAY = thing("a", pending_replacement=True)
UPDATE = Diff(updates=("size",))
REPLACE = Diff(replaces=("zone",), updates=("size",))
NAMED = Diff(replaces=("zone",), delete_before_replace=True)


def wanted(**options):
    return Wanted(type="t:t:T", name="a", custom=True, **options)


FIRST, LAST = wanted(delete_before_replace=True), wanted(delete_before_replace=False)


@pytest.mark.parametrize(
    ("old", "diff", "options", "forced", "text"),
    [
        pytest.param(None, Diff(), wanted(), (), "+", id="new"),
        pytest.param(AWAY, REPLACE, wanted(), (), "+", id="deleted to make room"),
        pytest.param(OLD, Diff(), wanted(), (), " ", id="unchanged"),
        pytest.param(HALF, Diff(), wanted(), (), "~ unfinished", id="half made"),
        pytest.param(HALF, UPDATE, wanted(), (), "~ size", id="half made and changed"),
        pytest.param(OLD, UPDATE, wanted(), (), "~ size", id="changed in place"),
        pytest.param(OLD, REPLACE, wanted(), (), "± zone", id="the replacement wins"),
        pytest.param(OLD, NAMED, wanted(), (), "± zone, the old one first", id="in its own way"),
        pytest.param(OLD, NAMED, LAST, (), "± zone", id="in its own way, and the program knows better"),
        pytest.param(OLD, REPLACE, FIRST, (), "± zone, the old one first", id="the program wants room"),
        pytest.param(OLD, Diff(), wanted(), ("provider",), "± provider", id="somewhere else"),
        pytest.param(OLD, REPLACE, wanted(), ("zone",), "± zone", id="each reason once"),
    ],
)
def test_a_decision(old, diff, options, forced, text):
    decision = decide(old, diff, options, forced)
    reasons = f" {', '.join(decision.reasons)}" if decision.reasons else ""
    first = ", the old one first" if decision.delete_first else ""
    assert f"{decision.op.mark}{reasons}{first}" == text


@pytest.mark.parametrize(
    ("options", "replaced"),
    [
        (["*"], ("note", "size")),
        (["note"], ("note",)),
        (["note.a"], ("note",)),
        (["note.b"], ()),
        (["zone"], ()),
        ([], ()),
    ],
)
def test_changes_that_the_program_wants_to_be_replacements(options, replaced):
    old = {"note": {"a": 1, "b": 1}, "size": 1}
    new = {"note": {"a": 2, "b": 1}, "size": 2}
    assert replaced_by_option(old, new, Diff(updates=("note", "size")), options) == replaced


def test_a_value_of_the_future_counts_as_changed():
    assert replaced_by_option({"a": 1}, {"a": UNKNOWN}, Diff(updates=("a",)), ["a"]) == ("a",)


def test_a_component_differs_by_what_it_is_told_and_not_by_bookkeeping():
    old = {"size": 1, "tags": {"a": 1}, "__defaults": ["x"], "pw": Secret("1")}
    new = {"size": 1, "tags": {"a": 2}, "__internal": {}, "pw": Secret("1")}
    assert component_diff(old, new) == Diff(updates=("tags",))
    assert component_diff(old, {**new, "pw": Secret("2")}) == Diff(updates=("pw", "tags"))
    assert not component_diff({"pw": Secret("1")}, {"pw": "1"}), "whether it is secret is no difference"


@pytest.mark.parametrize(
    ("spec", "urn"),
    [
        (AliasSpec(name="b"), "urn:pulumi:s::p::t:t:T::b"),
        (AliasSpec(type="t:t:U"), "urn:pulumi:s::p::t:t:U::a"),
        (AliasSpec(project="q", stack="r"), "urn:pulumi:r::q::t:t:T::a"),
        (AliasSpec(parent="urn:pulumi:s::p::c:c:C::c"), "urn:pulumi:s::p::c:c:C$t:t:T::a"),
        (AliasSpec(parent=""), "urn:pulumi:s::p::t:t:T::a"),
    ],
)
def test_an_alias_says_what_was_different(spec, urn):
    assert former_urns(wanted(aliases=(spec,)), "s", "p") == (urn,)


def test_an_alias_keeps_the_parent_unless_it_says_otherwise():
    below = wanted(
        parent="urn:pulumi:s::p::c:c:C::c", aliases=(AliasSpec(name="b"), AliasSpec(name="b", parent=""))
    )
    assert former_urns(below, "s", "p") == ("urn:pulumi:s::p::c:c:C$t:t:T::b", "urn:pulumi:s::p::t:t:T::b")


def test_whole_urns_come_first():
    both = wanted(alias_urns=("urn:pulumi:x::y::z::w",), aliases=(AliasSpec(name="b"),))
    assert former_urns(both, "s", "p")[0] == "urn:pulumi:x::y::z::w"


@pytest.mark.parametrize(
    ("checked", "original", "result"),
    [
        pytest.param({"a": 1}, {"a": Secret(1)}, {"a": Secret(1)}, id="a secret stays one"),
        pytest.param({"a": 2}, {"a": Secret(1)}, {"a": Secret(2)}, id="also when the provider changed it"),
        pytest.param(
            {"a": {"b": 1, "c": 2}},
            {"a": {"b": Secret(1), "c": 2}},
            {"a": {"b": Secret(1), "c": 2}},
            id="a part",
        ),
        pytest.param(
            {"a": {"b": 1, "c": 3}},
            {"a": {"b": Secret(1), "c": 2}},
            {"a": Secret({"b": 1, "c": 3})},
            id="a part of what was changed: all of it",
        ),
        pytest.param({"a": 1, "b": 2}, {"a": 1}, {"a": 1, "b": 2}, id="what the provider added is no secret"),
        pytest.param({"a": UNKNOWN}, {"a": Secret(UNKNOWN)}, {"a": Secret(UNKNOWN)}, id="unknown and secret"),
    ],
)
def test_secrets_are_marked_again(checked, original, result):
    assert remarked(checked, original) == result


def test_outputs_are_secret_if_their_input_is_or_if_the_program_says_so():
    outputs = {"pw": "x", "arn": "y", "size": 1, "later": UNKNOWN, "already": Secret("z")}
    inputs = {"pw": Secret("x"), "size": 1, "already": Secret("z")}
    assert sealed_outputs(outputs, inputs, ["arn", "later", "never"]) == {
        "pw": Secret("x"),
        "arn": Secret("y"),
        "size": 1,
        "later": UNKNOWN,
        "already": Secret("z"),
    }


def test_bookkeeping_is_not_shown():
    assert shown({"a": 1, "__defaults": ["a"], "__internal": {}}) == {"a": 1}
