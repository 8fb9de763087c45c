"""A baseline keeps old findings from stopping anything, for as long as a waiver might, and no new ones."""

from datetime import date

import pytest

from policies.baseline import Baseline, written
from policies.cases import scene_of
from policies.check import check
from policies.evidence import fingerprint
from policies.model import Status
from policies.packs import RULES

TODAY = date(2026, 11, 21)
TESTED = [each for each in RULES if each.id in ("BL-EKS-003", "BL-KMS-003", "BL-NET-001")]
OLD = {
    "aws:eks/cluster:Cluster": {"enabledClusterLogTypes": ["api"]},
    "aws:kms/key:Key": {"bypassPolicyLockoutSafetyCheck": True},
}
OPEN = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
CLOSED = {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}


def report(case):
    return check(TESTED, scene_of(case))


@pytest.fixture
def baseline(tmp_path):
    def made(text, today=TODAY):
        file = tmp_path / "baseline.yaml"
        file.write_text(text)
        return Baseline(file, today, TESTED)

    return made


def prints(case):
    return {fingerprint(each) for each in report(case).verdicts if each.status is Status.FAIL}


def test_what_was_there_before_is_told_and_stops_nothing_unless_it_can_never_be_waived(baseline):
    after = baseline(written(report(OLD), TODAY)).applied(report(OLD))
    assert [each.rule.id for each in after.blocking] == ["BL-KMS-003"]
    assert [(each.rule.id, each.waiver) for each in after.findings if each.waiver] == [
        ("BL-EKS-003", "baseline")
    ]


def test_what_is_new_stops(baseline):
    known = baseline(written(report(OLD), TODAY))
    new = {**OLD, "aws:ec2/securityGroup:SecurityGroup": {"ingress": [OPEN]}}
    assert "BL-NET-001" in {each.rule.id for each in known.applied(report(new)).blocking}


def test_an_old_finding_returns_when_its_entry_has_expired(baseline):
    known = baseline(written(report(OLD), TODAY), today=date(2026, 12, 22))
    (logs,) = [each for each in known.applied(report(OLD)).blocking if each.rule.id == "BL-EKS-003"]
    assert logs.message.endswith("The baseline had it until 2026-12-21.")


def test_an_entry_cannot_be_made_to_last(baseline):
    forever = written(report(OLD), TODAY).replace("2026-12-21", "2036-12-21")
    after = baseline(forever).applied(report(OLD))
    assert "It lasts longer than a waiver might." in [each.message for each in after.blocking]
    assert "BL-EKS-003" in {each.rule.id for each in after.blocking}


def test_writing_it_again_prolongs_nothing_and_leaves_out_what_is_gone(baseline):
    first = written(report(OLD), TODAY)
    later = date(2026, 12, 1)
    assert written(baseline(first, today=later).applied(report(OLD)), later) == first
    assert written(baseline(first, today=later).applied(report({})), later) == "findings: []\n"


def test_what_is_gone_can_be_taken_out(baseline):
    known = baseline(written(report(OLD), TODAY))
    assert not known.stale(report(OLD))
    assert [each.rule for each in known.stale(report({}))] == ["BL-EKS-003"]


def test_a_baseline_of_nothing_is_one(baseline):
    assert not baseline(written(report({}), TODAY)).applied(report({})).findings


def test_a_fingerprint_does_not_change_with_stack_or_order():
    first = {"aws:ec2/securityGroup:SecurityGroup": {"ingress": [OPEN, CLOSED]}}
    second = {"aws:ec2/securityGroup:SecurityGroup": {"ingress": [CLOSED, OPEN]}}
    assert prints(first) == prints(second)
    (found,) = [each for each in report(first).verdicts if each.status is Status.FAIL]
    urn = found.resource.urn
    from dataclasses import replace

    elsewhere = replace(
        found, resource=replace(found.resource, urn=urn.replace("urn:pulumi:test", "urn:pulumi:prod"))
    )
    assert {fingerprint(elsewhere)} == prints(first)


def test_a_fingerprint_changes_with_rule_resource_property_and_value():
    other = {**OPEN, "cidrBlocks": ["8.0.0.0/8"]}
    cases = [
        {"aws:ec2/securityGroup:SecurityGroup": {"ingress": [OPEN]}},
        {"aws:ec2/securityGroup:SecurityGroup": {"ingress": [other]}},
        {"aws:ec2/securityGroup:SecurityGroup another": {"ingress": [OPEN]}},
        {
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
                "ipProtocol": "-1",
                "cidrIpv4": "0.0.0.0/0",
            }
        },
        OLD,
    ]
    assert len(set().union(*map(prints, cases))) == 6
