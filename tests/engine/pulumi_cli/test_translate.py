"""What Pulumi's engine said of a plan, recorded by `tests/live_engine/recording.py`, as steps of ours."""

import json
from pathlib import Path

import pytest
from pulumi.automation.events import EngineEvent

from provisioner.engine.embedded.checkpoint import deployment_of
from provisioner.engine.embedded.secrets import BlindSealer
from provisioner.engine.pulumi_cli.part import part_of
from provisioner.engine.pulumi_cli.translate import Facts, outputs_of, refreshed_in, steps_of
from provisioner.plan.diff import MISSING
from provisioner.plan.model import DriftKind, Op
from provisioner.plan.scope import Scope
from provisioner.plan.values import UNKNOWN, Secret

RECORDED = json.loads((Path(__file__).parent / "recorded" / "changes.json").read_text())
SEALER = BlindSealer("test.here", None)  # the recording has its secrets in clear


@pytest.fixture
def events():
    return [EngineEvent.from_json(each) for each in RECORDED["events"]]


@pytest.fixture
def facts():
    records = deployment_of(RECORDED["deployment"], SEALER).records
    return Facts(records, RECORDED["resourcePlans"], SEALER)


def line(step):
    def value(side):
        return "-" if side is MISSING else repr(side)

    first = ", the old one first" if step.delete_first else ""
    head = f"{step.op.mark} {step.name} ({step.type}){first}"
    about = {"because of": step.reasons, "needs": [urn.rpartition("::")[2] for urn in step.dependencies]}
    rows = [f"    {word} {', '.join(names)}" for word, names in about.items() if names]
    rows += [f"    {each.path}: {value(each.old)} -> {value(each.new)}" for each in step.changes]
    return "\n".join((head, *rows))


def test_steps_of_a_recorded_plan(events, facts, golden):
    golden("\n".join(line(step) for step in steps_of(events, facts)) + "\n")


def test_a_blinded_secret_gets_its_value_back(events, facts):
    [made] = [step for step in steps_of(events, facts) if step.name == "d"]
    assert made.new["size"] == Secret(3)


def test_outputs_are_as_they_will_be(facts):
    assert outputs_of("test.here", "layer", facts) == {"arn": UNKNOWN, "secret": Secret(3)}


def test_a_destroy_has_no_outputs_to_come(facts):
    assert outputs_of("test.here", "layer", Facts(facts.records, {}, SEALER)) == {}


def refreshing(record, op, inputs):
    """What is said of one object while the cloud is looked at."""
    urn, kind = record.urn, record.type
    pre = {"metadata": {"op": "refresh", "urn": urn, "type": kind}}
    new = None if inputs is None else {"urn": urn, "type": kind, "custom": True, "inputs": inputs}
    told = {"metadata": {"op": op, "urn": urn, "type": kind, **({"new": new} if new else {})}}
    return [
        EngineEvent.from_json({"resourcePreEvent": pre}),
        EngineEvent.from_json({"resOutputsEvent": told}),
    ]


def test_what_a_refresh_has_found(facts):
    things = {record.urn.rpartition("::")[2]: record for record in facts.records if record.id}
    events = [
        *refreshing(things["a"], "update", {**things["a"].inputs, "size": 7, "__defaults": []}),
        *refreshing(things["b"], "delete", None),
        *refreshing(things["c"], "same", dict(things["c"].inputs)),
        *refreshing(things["here"], "refresh", {"__internal": {}}),
    ]
    found = refreshed_in(events, facts).drift
    assert [(each.urn.rpartition("::")[2], each.kind) for each in found] == [
        ("a", DriftKind.CHANGED),
        ("b", DriftKind.GONE),
    ]
    assert [(change.path, change.old, change.new) for change in found[0].changes] == [("size", 1, 7)]


def test_a_part_is_named_urn_by_urn(events, facts):
    steps = steps_of(events, facts)
    part = part_of(Scope(targets=("*::a",), target_dependents=True, replaces=("*::d",)), steps)
    named = {name: [urn.rpartition("::")[2] for urn in urns] for name, urns in part.options.items()}
    assert named == {"target": ["a", "b", "layer-test.here"], "replace": ["d"]}
    assert {urn.rpartition("::")[2] for urn in part.left_out} == {"c", "d", "here"}


def test_the_whole_needs_no_names(events, facts):
    assert part_of(Scope(), steps_of(events, facts)).options == {}
    assert {step.op for step in steps_of(events, facts)} == {Op.SAME, Op.CREATE, Op.REPLACE, Op.DELETE}
