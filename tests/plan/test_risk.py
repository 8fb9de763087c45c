"""What steps may cost: every type that a driver acts on is classed, and nothing in a local cloud counts as data."""

import pytest

from provisioner.plan.model import Risk
from provisioner.plan.risk import STATEFUL, losses, not_approved, risk_of, worst
from provisioner.providers.aws.registry import CATALOG as AWS
from provisioner.providers.vault.registry import CATALOG as VAULT
from tests.support.plans import KEY, NETWORK, REPOSITORY, VPC, plan, step, urn

SUBNET = "aws:ec2/subnet:Subnet"


@pytest.mark.parametrize(
    ("made", "risk", "on_a_desk"),
    [
        pytest.param(step("create", KEY, "k"), Risk.NONE, Risk.NONE, id="new"),
        pytest.param(step("same", KEY, "k"), Risk.NONE, Risk.NONE, id="unchanged"),
        pytest.param(step("update", KEY, "k", reasons=["description"]), Risk.NONE, Risk.NONE, id="changed"),
        pytest.param(step("delete", KEY, "k"), Risk.DATA_LOSS, Risk.DOWNTIME, id="a key goes"),
        pytest.param(
            step("replace", REPOSITORY, "r", delete_first=True),
            Risk.DATA_LOSS,
            Risk.DOWNTIME,
            id="a registry anew",
        ),
        pytest.param(step("delete", SUBNET, "s"), Risk.DOWNTIME, Risk.DOWNTIME, id="a way goes"),
        pytest.param(step("replace", SUBNET, "s"), Risk.RESTART, Risk.RESTART, id="a new one first"),
        pytest.param(
            step("replace", SUBNET, "s", delete_first=True),
            Risk.DOWNTIME,
            Risk.DOWNTIME,
            id="the old one first",
        ),
        pytest.param(
            step("delete", "aws:ec2/flowLog:FlowLog", "f"), Risk.NONE, Risk.NONE, id="nobody uses it"
        ),
        pytest.param(
            step("update", "aws:eks/cluster:Cluster", "c", reasons=["version", "tags"]),
            Risk.RESTART,
            Risk.RESTART,
            id="an upgrade",
        ),
        pytest.param(
            step("update", "aws:rds/instance:Instance", "d", reasons=["instanceClass"]),
            Risk.DOWNTIME,
            Risk.DOWNTIME,
            id="a larger database",
        ),
        pytest.param(step("delete", NETWORK, "n"), Risk.NONE, Risk.NONE, id="a component"),
        pytest.param(step("delete", "pulumi:providers:aws", "p"), Risk.NONE, Risk.NONE, id="a provider"),
    ],
)
def test_the_risk_of_a_step(made, risk, on_a_desk):
    assert risk_of(made, is_disposable=False) is risk
    assert risk_of(made, is_disposable=True) is on_a_desk


def test_the_worst_of_several():
    assert worst([Risk.RESTART, Risk.DATA_LOSS, Risk.NONE]) is Risk.DATA_LOSS
    assert worst([]) is Risk.NONE


def test_every_type_that_a_driver_acts_on_is_classed(golden):
    """A new type shows here: whoever adds it decides whether its objects hold data."""
    rows = sorted(
        f"{type}: {STATEFUL[type].kind.value if type in STATEFUL else chr(45)}"
        for type in {spec.type for spec in (*AWS, *VAULT)}
    )
    golden("\n".join(rows) + "\n")


LOST = losses(plan(step("delete", KEY, "k"), step("delete", REPOSITORY, "r"), step("delete", VPC, "v")))


@pytest.mark.parametrize(
    ("approved", "left"),
    [
        ((), ["k", "r"]),
        ((urn(KEY, "k"),), ["r"]),
        (("*:Repository::*",), ["k"]),
        (("*",), []),
        (("sha256:other",), ["k", "r"]),
        (("sha256:this",), []),
    ],
)
def test_what_nobody_agreed_to(approved, left):
    assert [loss.step.name for loss in not_approved(LOST, approved, "sha256:this")] == left


def test_a_digest_agrees_to_nothing_but_a_destroy():
    assert len(not_approved(LOST, ("",), "")) == 2
