"""What was changed outside, as people and programs read it."""

import json

import pytest
from jsonschema import Draft202012Validator

from provisioner.plan.drift_class import DriftClass
from provisioner.plan.model import Unfinished
from provisioner.report.drift_text import adoption_text, drift_text, refresh_text
from provisioner.report.drift_view import drift_document, drift_view
from provisioner.report.machine import document
from provisioner.report.published import schema
from provisioner.report.style import PLAIN
from tests.report.test_schemas import strict
from tests.support.outside import CANARY, EVERYTHING, looked
from tests.support.plans import KEY, urn

PLACES = {"network": "environments/dev.yaml:4"}


def view(*stacks, only=None, notices=()):
    return drift_view("dev", stacks, lambda setting: PLACES.get(setting, ""), only, notices)


def adopted(view, style):
    said = {"retentionInDays": ["network.flow_logs: 3653d  (environments/dev.yaml:7)"]}
    return adoption_text(view, lambda finding: said.get(finding.drift.changes[0].path, []), style)


@pytest.mark.parametrize("text", [drift_text, adopted, refresh_text])
def test_as_text(text, golden):
    shown = text(view(EVERYTHING), PLAIN)
    assert CANARY not in shown
    golden(shown)


def test_nothing():
    assert drift_text(view(looked()), PLAIN) == "No drift: every object is as the last apply left it.\n"
    assert refresh_text(view(looked()), PLAIN) == "Nothing to record: the state says what the cloud says.\n"


HALF = looked(halves=(Unfinished("replacing", urn(KEY, "key"), KEY, "deleted, and not made again yet"),))


def test_what_an_earlier_run_left_is_no_drift(golden):
    golden(f"{drift_text(view(HALF), PLAIN)}\n---\n{refresh_text(view(HALF), PLAIN)}")
    assert [row["op"] for row in drift_document(view(HALF))["unfinished"]] == ["replacing"]
    assert drift_document(view(HALF))["empty"]


def test_where_nothing_is_recorded_there_is_nothing_to_compare():
    nowhere = view(looked(is_empty=True))
    text = "Nothing is recorded of this environment, so there is nothing to compare with the cloud.\n"
    assert drift_text(nowhere, PLAIN) == refresh_text(nowhere, PLAIN) == text


def test_the_gravest_class_comes_first_in_the_counts():
    assert drift_text(view(EVERYTHING), PLAIN).splitlines()[-1] == (
        "Drift, recorded → cloud: 3 security, 1 cost, 1 benign."
    )


def test_one_class_leaves_out_objects_of_which_nothing_is_of_it():
    cost = view(EVERYTHING, only=DriftClass.COST)
    assert [name.rsplit("::", 1)[1] for name in cost.urns] == ["logs"]
    assert drift_text(cost, PLAIN).endswith("1 cost. (4 of other classes.)\n")
    benign = view(EVERYTHING, only=DriftClass.BENIGN)
    assert sorted(name.rsplit("::", 1)[1] for name in benign.urns) == ["images-serving", "vpc"]
    assert drift_text(view(looked(EVERYTHING.outside[1]), only=DriftClass.SECURITY), PLAIN) == (
        "No drift of class security. (1 of other classes.)\n"
    )


def test_to_put_it_back_takes_what_follows_it():
    key = view(looked(EVERYTHING.outside[2]))
    assert key.to_revert == (urn(KEY, "key"), EVERYTHING.outside[2].followers[0])


@pytest.mark.parametrize(
    "shown",
    [
        view(),
        view(looked()),
        view(EVERYTHING, looked(), notices=["somebody is at it"]),
        view(EVERYTHING, only=DriftClass.SECURITY),
    ],
    ids=["no stack", "none", "full", "security"],
)
def test_what_is_written_for_programs_is_what_the_schema_says(shown):
    text = document(drift_document(shown))
    assert CANARY not in text
    Draft202012Validator(strict(schema("drift"))).validate(json.loads(text))


def test_for_programs(golden):
    golden(document(drift_document(view(EVERYTHING))))
