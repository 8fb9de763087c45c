"""What the rules found, as people and programs read it."""

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import date

import pytest

from policies.check import Report, Verdict, check
from policies.model import Finding, Resource, Status, rule
from policies.own import own
from policies.scene import Facts, Scene
from policies.values import UNKNOWN, Hidden
from provisioner.engine.policy_failures import RefusedByPolicy
from provisioner.judging import Judged
from provisioner.report.explain import explain
from provisioner.report.findings_forms import FORMS, rules_document
from provisioner.report.findings_rows import findings_document
from provisioner.report.findings_sarif import as_sarif
from provisioner.report.findings_text import findings_text
from provisioner.report.machine import document, plan_document
from provisioner.report.message import render
from provisioner.report.style import PLAIN
from tests.report.test_schemas import check as obeys
from tests.support.plans import plan

CANARY = "canary-7f3a"
BUCKET = "aws:s3/bucket:Bucket"


@rule(own("ACME-001"), BUCKET, fix="Set `owner`.", reads=("tags.owner",))
def owned(bucket, _):
    """Buckets belong to somebody."""
    if not bucket.get("tags.owner"):
        yield Finding(bucket, "tags.owner", "It belongs to nobody.")


@rule(own("ACME-002", severity="low", enforcement="advisory"), BUCKET, fix="Call it otherwise.")
def called(bucket, _):
    """Names are short."""
    if len(bucket.name) > 5:
        yield Finding(bucket, "", "Its name is long | and hard to read.")


@rule(own("ACME-003", severity="critical"), BUCKET, fix="Report it.")
def broken(bucket, _):
    """A rule that breaks."""
    if bucket.name == "d":
        raise ValueError(CANARY)
    yield from ()


def bucket(name, owner):
    inputs = {"tags": {"owner": owner, "secret": Hidden(CANARY)}}
    return Resource(
        urn=f"urn:pulumi:dev::store::{BUCKET}::{name}", type=BUCKET, name=name, inputs=inputs, origin="store"
    )


EVERYTHING = [
    bucket("a", ""),
    bucket("b", "me"),
    bucket("c", UNKNOWN),
    bucket("d", "me"),
    bucket("long-name", ""),
]


def judged(*resources):
    facts = Facts(environment="dev", today=date(2026, 11, 21))
    return Judged(
        check((owned, called, broken), Scene(resources, facts)), {"store": "environments/dev.yaml:7"}
    )


@pytest.mark.parametrize("deferred", [False, True], ids=["usual", "with what is not known"])
def test_as_text(deferred, golden):
    golden(findings_text(findings_document("dev", judged(*EVERYTHING)), PLAIN, deferred=deferred))


@pytest.mark.parametrize("form", [*FORMS, "sarif"])
def test_in_each_form(form, golden):
    text = (
        as_sarif("dev", judged(*EVERYTHING)) if form == "sarif" else FORMS[form]("dev", judged(*EVERYTHING))
    )
    assert CANARY not in text
    golden(
        text.replace(json.loads(as_sarif("dev", judged()))["runs"][0]["tool"]["driver"]["version"], "VERSION")
    )


def test_nothing_found_is_nothing_to_say():
    assert findings_text(findings_document("dev", judged(bucket("b", "me"))), PLAIN) == ""


def test_junit_is_xml_and_skips_what_is_not_known():
    suites = ElementTree.fromstring(FORMS["junit"]("dev", judged(*EVERYTHING)))  # noqa: S314 - our own
    [suite] = suites
    assert {name: suite.get(name) for name in ("failures", "errors", "skipped")} == {
        "failures": "2",
        "errors": "1",
        "skipped": "1",
    }
    assert len(suite.findall(".//skipped")) == 1
    assert len(suite.findall(".//testcase")) == 15


def test_a_case_of_junit_has_one_outcome_however_much_was_found():
    """Readers take the first one they know of."""
    resource = bucket("a", "")

    def verdict(status, message):
        return Verdict(rule=owned, resource=resource, status=status, path="tags", message=message)

    found = [
        verdict(Status.FAIL, "It belongs to nobody."),
        verdict(Status.DEFERRED, "It is not known."),
        verdict(Status.FAIL, "Nor does it say why."),
    ]
    [case] = ElementTree.fromstring(FORMS["junit"]("dev", Judged(Report.of(found), {}))).iter("testcase")  # noqa: S314
    assert [(each.tag, each.text) for each in case] == [
        ("failure", "tags: It belongs to nobody. Set `owner`.\ntags: Nor does it say why. Set `owner`.")
    ]


def test_json_is_what_the_schema_says():
    found = findings_document("dev", judged(*EVERYTHING))
    obeys("findings", json.loads(json.dumps(found)))
    obeys("plan", json.loads(document(plan_document("dev", [plan()], policy=found))))
    assert found["blocks"]
    assert found["counts"] == {
        "pass": 10, "fail": 3, "waived": 0, "deferred": 1, "not applicable": 0, "error": 1,
    }  # fmt: skip


def test_somebody_elses_object_is_not_judged():
    theirs = replace(bucket("a", ""), change="read")
    assert [each["urn"] for each in findings_document("dev", judged(theirs))["findings"]] == []


def test_the_order_of_resources_does_not_matter():
    assert FORMS["json"]("dev", judged(*EVERYTHING)) == FORMS["json"]("dev", judged(*reversed(EVERYTHING)))


def test_a_fingerprint_is_that_of_another_stack_too():
    here = bucket("a", "")
    there = Resource(urn=here.urn.replace(":dev:", ":prod:"), type=BUCKET, name="a", inputs=here.inputs)
    prints = {
        each["fingerprint"]
        for one in (here, there)
        for each in findings_document("dev", judged(one))["findings"]
    }
    assert len(prints) == 1


def test_rules_for_programs():
    assert rules_document((owned,)) == {
        "schema": "provisioner/rules/1",
        "rules": [
            {
                "id": "ACME-001", "name": "acme-001", "title": "Buckets belong to somebody.", "pack": "own",
                "severity": "high", "enforcement": "mandatory", "unknown": "defer", "waivable": "yes",
                "types": [BUCKET], "reads": ["tags.owner"], "needs": [], "controls": [], "fix": "Set `owner`.",
            }
        ],
    }  # fmt: skip


def test_what_stops_a_plan_is_told(golden):
    with pytest.raises(RefusedByPolicy) as refused:
        judged(*EVERYTHING).must_be_allowed()
    golden(render(explain(refused.value, "dev")))


def test_nothing_stops_an_empty_report():
    Judged(Report(()), {}).must_be_allowed()
