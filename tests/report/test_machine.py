"""What programs read. The names in it are a promise: a change of one needs a new number in `schema`."""

import json

from provisioner.plan.diff import MISSING, Change
from provisioner.plan.model import Drift, DriftKind, Unfinished
from provisioner.plan.values import UNKNOWN, Reference, Secret
from provisioner.report.machine import document, plan_document, resource_document, state_document
from tests.support.plans import KEY, NETWORK, VPC, plan, recorded, step, urn


def test_plan(golden):
    found = plan(
        step(
            "update",
            VPC,
            "v",
            {"tags": {"a": 1, "pw": Secret("x")}, "gone": True},
            {"tags": {"a": UNKNOWN, "pw": Secret("y")}, "key": Reference(urn(KEY, "k"))},
            reasons=["tags"],
            origin="network",
        ),
        step("same", NETWORK, "n"),
        drift=(Drift(DriftKind.CHANGED, urn(VPC, "v"), VPC, (Change("tags.a", 1, MISSING),)),),
        unfinished=(Unfinished("creating", urn(KEY, "k"), KEY, "not made"),),
        notes=("a lookup was not made",),
    )
    golden(document(plan_document("local", [found], ["the account was not checked"])))


def test_the_words_others_rely_on_are_there():
    found = json.loads(document(plan_document("local", [plan(step("create", VPC, "v"))])))
    assert found["schema"]
    assert found["summary"] == {"create": 1}
    assert {"op", "urn", "type", "layer", "region", "reasons"} <= found["steps"][0].keys()
    [resource] = json.loads(document(state_document([recorded(VPC, "v", "vpc-1")])))["resources"]
    assert {"urn", "type", "id", "parent", "custom"} <= resource.keys()


def test_state(golden):
    golden(document(state_document([recorded(NETWORK, "n"), recorded(VPC, "v", "vpc-1", protect=True)])))


def test_one_resource_with_its_properties(golden):
    golden(
        document(
            resource_document(
                recorded(VPC, "v", "vpc-1", inputs={"a": Secret("x")}, outputs={"b": [1, None]})
            )
        )
    )
