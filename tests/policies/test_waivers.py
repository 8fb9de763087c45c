"""Exceptions from rules hold to the letter, or not at all."""

from datetime import date

import pytest

from policies.cases import scene_of
from policies.check import check
from policies.evidence import evidence
from policies.model import Status
from policies.packs import RULES
from policies.scene import Facts
from policies.waivers import LONGEST, Waivers, written

TODAY = date(2026, 11, 21)
CLUSTER = "urn:pulumi:test::test::aws:eks/cluster:Cluster::cluster"
ONE = {"aws:eks/cluster:Cluster": {"enabledClusterLogTypes": ["api", "audit"]}}
"""Breaks BL-EKS-003: high, for one person to allow."""

TWO = {"aws:eks/cluster:Cluster": {"encryptionConfig": {"resources": ["secrets"]}}}
"""Breaks BL-EKS-002: high, for two."""


def rule(id):
    return next(each for each in RULES if each.id == id)


def report(case, id="BL-EKS-003"):
    return check([rule(id)], scene_of(case))


def finding(case, id="BL-EKS-003"):
    (found,) = [each for each in report(case, id).verdicts if each.status is Status.FAIL]
    return found


def fields(**changes):
    return {
        "id": "W-1",
        "rule": "BL-EKS-003",
        "resource": CLUSTER,
        "value": evidence(finding(ONE)),
        "reason": "The scheduler's log alone fills a terabyte a day.",
        "ticket": "SEC-123",
        "owner": "ml-platform@example.com",
        "requested_by": "ada@example.com",
        "approved_by": "[grace@example.com]",
        "created": "2026-11-20",
        "expires": "2026-12-01",
        **changes,
    }


@pytest.fixture
def waivers(tmp_path):
    def made(*entries, today=TODAY, security=()):
        file = tmp_path / "prod.yaml"
        text = "".join(
            "  - " + "\n    ".join(f"{name}: {value}" for name, value in each.items() if value) + "\n"
            for each in entries
        )
        file.write_text(f"waivers:\n{text}")
        facts = Facts(environment="test", today=today, parameters={"WAIVERS": {"security": security}})
        return Waivers([file], RULES, facts)

    return made


def test_a_waiver_allows_its_finding_and_is_named_by_it(waivers):
    (verdict,) = waivers(fields()).applied(report(ONE)).verdicts
    assert (verdict.status, verdict.waiver) == (Status.WAIVED, "W-1")


@pytest.mark.parametrize("today", [date(2026, 11, 20), date(2026, 12, 1)])
def test_it_holds_on_its_first_day_and_on_its_last(waivers, today):
    assert not waivers(fields(), today=today).applied(report(ONE)).blocking


def test_the_finding_returns_on_the_day_after_its_last(waivers):
    after = waivers(fields(), today=date(2026, 12, 2)).applied(report(ONE))
    (blocking,) = after.blocking
    assert blocking.message.endswith("Waiver W-1 expired on 2026-12-01.")
    assert "The waiver has expired; take it out." in [each.message for each in after.findings]


def test_a_worse_value_needs_another_waiver(waivers):
    worse = {"aws:eks/cluster:Cluster": {"enabledClusterLogTypes": []}}
    (blocking,) = waivers(fields()).applied(report(worse)).blocking
    assert blocking.message.endswith("Waiver W-1 is about another value.")


def test_another_resource_is_not_allowed(waivers):
    elsewhere = fields(resource=f"{CLUSTER}-of-another-name")
    after = waivers(elsewhere).applied(report(ONE))
    assert [each.rule.id for each in after.blocking] == ["BL-EKS-003"]


def test_one_segment_may_have_a_wildcard(waivers):
    in_each_stack = fields(resource='"urn:pulumi:test*::test::aws:eks/cluster:Cluster::cluster"')
    assert not waivers(in_each_stack).applied(report(ONE)).blocking


def wrong_with(waivers):
    """The messages about a waiver, which is then none: what it was for is found as if it were not there."""
    after = waivers.applied(report(ONE))
    assert "BL-EKS-003" in {each.rule.id for each in after.blocking}
    return [each.message for each in after.blocking if each.rule.id == "WAIVERS"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": "because"}, "The reason is shorter than 20 characters."),
        ({"ticket": ""}, "`ticket` is missing."),
        ({"owner": ""}, "`owner` is missing."),
        ({"approved_by": "[]"}, "`approved_by` is missing."),
        ({"approved_by": "[Ada@example.com]"}, "Whoever asks for an exception cannot approve it."),
        ({"expires": "2027-01-01"}, "It may hold for 30 days at most, because a finding is high."),
        ({"expires": "2026-11-19"}, "It may hold for 30 days at most, because a finding is high."),
        ({"expires": "soon"}, "`expires` is no day; write it as 2026-11-21."),
        ({"created": "2026-11-22"}, "It is made on a day that has not come."),
        ({"value": "sha256:0"}, "`value` is no digest `sha256:…` of what is allowed."),
        ({"rule": "BL-EKS-*"}, "There is no rule of this id in the packs of the environment."),
        ({"rule": "BL-KMS-003"}, "Nobody can allow an exception from this rule."),
        ({"until": "2026-12-01"}, "There is no field `until`."),
    ],
)
def test_a_waiver_that_is_not_right_in_every_part_waives_nothing(waivers, changes, message):
    assert wrong_with(waivers(fields(**changes))) == [message]


@pytest.mark.parametrize(
    "resource",
    [
        '"*"',
        '"urn:*"',
        '"urn:pulumi:*::test::aws:eks/cluster:Cluster::cluster"',
        '"urn:pulumi:test::test::aws:eks/cluster:Cluster::*"',
        '"urn:pulumi:test::test::aws:eks/*::clu*"',
        "cluster",
    ],
)
def test_a_waiver_for_more_than_one_resource_is_too_broad(waivers, resource):
    (message,) = wrong_with(waivers(fields(resource=resource)))
    assert message.startswith("A waiver is for one resource")


def test_what_is_wrong_is_told_with_its_place(waivers):
    (verdict,) = [
        each
        for each in waivers(fields(reason="because")).applied(report(ONE)).findings
        if each.rule.id == "WAIVERS"
    ]
    assert (verdict.resource.urn, verdict.path) == ("waiver:W-1", "reason")
    assert verdict.resource.origin.endswith("prod.yaml:6")


@pytest.mark.parametrize(
    ("approved_by", "message"),
    [
        ("[grace@example.com]", "This rule takes two people, and one has approved."),
        ("[grace@example.com, GRACE@example.com]", "This rule takes two people, and one has approved."),
        (
            "[grace@example.com, edsger@example.com]",
            "Nobody who answers for security has approved, as this rule takes.",
        ),
        ("[grace@example.com, sec@example.com]", ""),
    ],
)
def test_some_rules_take_two_people_one_of_them_of_security(waivers, approved_by, message):
    entry = fields(rule="BL-EKS-002", value=evidence(finding(TWO, "BL-EKS-002")), approved_by=approved_by)
    after = waivers(entry, security=["sec@example.com"]).applied(report(TWO, "BL-EKS-002"))
    told = [each.message for each in after.blocking if each.rule.id == "WAIVERS"]
    assert message in (told or [""])
    assert bool(message) == bool(after.blocking)


def test_two_waivers_have_two_ids(waivers):
    after = waivers(fields(), fields()).applied(report(ONE))
    assert [each.message for each in after.blocking] == ["There is another waiver of this id."]


@pytest.mark.parametrize(("created", "blocks"), [("2026-11-10", False), ("2026-11-01", True)])
def test_a_waiver_of_no_use_is_told_and_after_two_weeks_has_to_go(waivers, created, blocks):
    good = {"aws:eks/cluster:Cluster": {"enabledClusterLogTypes": [
        "api", "audit", "authenticator", "controllerManager", "scheduler"]}}  # fmt: skip
    after = waivers(fields(created=created)).applied(report(good))
    assert [each.message for each in after.findings] == [
        "The waiver is about nothing that is found; take it out."
    ]
    assert bool(after.blocking) is blocks


def test_a_waiver_for_what_is_not_there_stops_nothing(waivers):
    """The plan may be one of a part of the environment."""
    after = waivers(fields(created="2026-11-01")).applied(report({}))
    assert len(after.findings) == 1
    assert not after.blocking


def test_a_waiver_for_what_is_not_known_yet_is_of_use(waivers):
    from policies.values import UNKNOWN

    after = waivers(fields()).applied(
        report({"aws:eks/cluster:Cluster": {"enabledClusterLogTypes": UNKNOWN}})
    )
    assert [each.status for each in after.findings] == [Status.DEFERRED]


def test_the_last_week_of_a_waiver_is_told(waivers):
    after = waivers(fields(), today=date(2026, 11, 25)).applied(report(ONE))
    assert "The waiver ends within a week." in [each.message for each in after.findings]
    assert not after.blocking


@pytest.mark.parametrize("text", ["", "waivers: none", "waivers: [", "- 1", "waivers: [7, {a: 1}]", "\xff"])
def test_a_file_that_cannot_be_read_is_a_finding_and_waives_nothing(tmp_path, text):
    file = tmp_path / "prod.yaml"
    file.write_text(text, encoding="latin-1")
    after = Waivers([file], RULES, Facts(environment="test", today=TODAY)).applied(report(ONE))
    assert {"WAIVERS", "BL-EKS-003"} == {each.rule.id for each in after.blocking}


def test_a_file_that_is_not_there_is_a_finding(tmp_path):
    after = Waivers([tmp_path / "none.yaml"], RULES, Facts(environment="test", today=TODAY)).applied(
        report(ONE)
    )
    assert "The file cannot be read." in [each.message for each in after.blocking]


def test_what_is_written_for_a_finding_allows_it(tmp_path):
    said = {
        "id": "W-2",
        "reason": "One log alone fills: a terabyte # a day.",
        "ticket": "SEC-123",
        "owner": "ml-platform@example.com",
        "requested_by": "ada@example.com",
    }
    file = tmp_path / "prod.yaml"
    file.write_text("waivers:\n" + written(finding(ONE), said, ["grace@example.com"], TODAY))
    after = Waivers([file], RULES, Facts(environment="test", today=TODAY)).applied(report(ONE))
    assert [each.waiver for each in after.findings] == ["W-2"]


def test_the_longest_times_are_those_of_the_severities():
    assert {severity.value: days for severity, days in LONGEST.items()} == {
        "critical": 14,
        "high": 30,
        "medium": 90,
        "low": 180,
    }
