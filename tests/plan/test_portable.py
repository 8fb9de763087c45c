"""A plan that went through a file is the plan that was made, secrets and unknowns included."""

import json

from hypothesis import given
from hypothesis import strategies as st

from provisioner.plan.diff import MISSING, Change
from provisioner.plan.model import Cause, Drift, DriftKind, Mode, Risk, Source, Unfinished
from provisioner.plan.portable import closed, opening, plan_json, plan_of, value_json, value_of
from provisioner.plan.scope import Scope
from provisioner.plan.values import UNKNOWN, Reference, Secret
from tests.support.plans import KEY, VPC, plan, step, urn

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just(UNKNOWN),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text() | st.sampled_from(["$secret", "$plain", "$unknown"]), inner, max_size=3)
    ),
    max_leaves=12,
)
values = (
    plain
    | plain.map(Secret)
    | st.lists(plain.map(Secret), max_size=2)
    | st.builds(Reference, st.text(), st.none() | st.text())
)


def seal(text):
    return text[::-1].encode("utf-8", "surrogatepass").hex()


def unseal(sealed):
    return bytes.fromhex(sealed).decode("utf-8", "surrogatepass")[::-1]


@given(values)
def test_every_value_comes_back(value):
    raw = json.loads(json.dumps(value_json(value, seal)))
    assert value_of(raw, opening(unseal)) == value


@given(plain)
def test_a_secret_shows_nowhere_and_the_same_one_always_looks_the_same(value):
    assert value_of(value_json(Secret(value), lambda _: "sealed"), closed) == Secret("sealed")
    turned = dict(reversed(value.items())) if isinstance(value, dict) else value
    assert value_json(Secret(value), seal) == value_json(Secret(turned), seal)


def everything():
    return plan(
        step(
            "update",
            VPC,
            "v",
            {"tags": {"a": 1, "pw": Secret("x")}, "gone": True},
            {"tags": {"a": UNKNOWN, "pw": Secret("y")}, "key": Reference(urn(KEY, "k"), UNKNOWN, "7")},
            reasons=["tags"],
            origin="network",
            risk=Risk.RESTART,
            causes=(Cause("tags", "network.tags", "dev.yaml:3", urn(KEY, "k")),),
            dependencies=(urn(KEY, "k"),),
            protect=True,
        ),
        mode=Mode.UPDATE,
        source=Source.CLOUD,
        scope=Scope(targets=("*",), excludes=("a",), replaces=("b",), target_dependents=True),
        drift=(Drift(DriftKind.CHANGED, urn(VPC, "v"), VPC, (Change("tags.a", 1, MISSING),)),),
        unfinished=(Unfinished("creating", urn(KEY, "k"), KEY, "not made"),),
        notes=("a note",),
        recorded=(urn(VPC, "w"),),
        left_out=(urn(VPC, "x"),),
        outputs={"vpcId": UNKNOWN, "password": Secret("y")},
        old_outputs={"vpcId": "vpc-1", "password": Secret("x")},
    )


def test_every_part_of_a_plan_comes_back():
    raw = json.loads(json.dumps(plan_json(everything(), seal)))
    assert plan_of(raw, opening(unseal)) == everything()


def test_what_differs_still_differs_for_whoever_may_not_look():
    blind = plan_of(json.loads(json.dumps(plan_json(everything(), seal))))
    assert len(blind.output_changes) == len(everything().output_changes)
    assert blind.outputs["password"] != blind.old_outputs["password"]
