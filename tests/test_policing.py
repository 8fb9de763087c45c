"""What rules see of plans and states, and what is judged again while an apply goes on."""

from datetime import date

import pytest

from environments.load import find, load
from policies.check import check
from policies.model import Finding, rule
from policies.own import own
from policies.scene import Facts, Scene
from policies.values import UNKNOWN as NOT_KNOWN
from policies.values import Hidden
from provisioner import judging
from provisioner.engine.policy_failures import StoppedByPolicy
from provisioner.judging import Judged
from provisioner.plan.model import Op, Step
from provisioner.plan.values import UNKNOWN
from provisioner.policing import Watch
from tests.support.plans import plan

SUBNET = "aws:ec2/subnet:Subnet"
NODES = "aws:eks/nodeGroup:NodeGroup"


@rule(own("ACME-001"), NODES, fix="Move them.")
def hidden(nodes, scene):
    """Nodes are in no public subnet."""
    for subnet in scene.referred(nodes, "subnetIds", SUBNET):
        if subnet.get("mapPublicIpOnLaunch"):
            yield Finding(nodes, "subnetIds", "One of them is public.")


def step(type, **new):
    return Step(
        op=Op.CREATE, urn=f"urn:pulumi:dev::net::{type}::it", type=type, name="it", custom=True, new=new
    )


def test_an_object_that_was_made_meanwhile_is_known_by_its_id():
    subnet, nodes = step(SUBNET, mapPublicIpOnLaunch=True), step(NODES, subnetIds=UNKNOWN)
    resources = judging.of_plans([plan(subnet, nodes)])
    report = check((hidden,), Scene(resources, Facts(environment="dev", today=date(2026, 11, 21))))
    assert [each.rule.id for each in report.deferred] == ["ACME-001"]
    watch = Watch(load(find("dev")), Judged(report, {}), resources)
    watch.forbids(subnet)
    watch.learns(subnet.urn, "subnet-1", {"arn": "arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-1"})
    with pytest.raises(StoppedByPolicy):
        watch.forbids(step(NODES, subnetIds=["subnet-1"]))


def test_what_karpenter_needs_is_where_it_makes_nodes():
    """Other regions need nothing like it; a pool that is everywhere is said of no region."""
    environment = load(find("prod-multi-region")).environment
    pools = tuple(
        pool.model_copy(update={"regions": ("eu-west-1",)}) if pool.nodes_by == "karpenter" else pool
        for pool in environment.gpu_pools
    )
    there = environment.model_copy(update={"gpu_pools": pools})
    placed = judging.facts(there, date(2026, 11, 21)).placed
    named = {
        name.removeprefix("prod-multi-region-") for name, where in placed.items() if where == ("eu-west-1",)
    }
    assert named == {"endpoints-sqs", "endpoints-ssm", "gpu-batch", "interruptions", "karpenter"}


SEALED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


@pytest.mark.parametrize(
    ("secret", "seen"),
    [
        ({**SEALED, "ciphertext": "v1:abc"}, Hidden(NOT_KNOWN)),
        ({**SEALED, "plaintext": '"tiger"'}, Hidden("tiger")),
        ({**SEALED, "plaintext": '{"a": [1]}'}, Hidden({"a": [1]})),
        ({**SEALED, "plaintext": "tiger"}, Hidden("tiger")),
    ],
)
def test_what_is_sealed_in_a_state_is_not_known(secret, seen):
    record = {"urn": f"urn:pulumi:dev::net::{SUBNET}::it", "type": SUBNET, "inputs": {"password": secret}}
    (found,) = judging.of_deployment({"deployment": {"resources": [record]}})
    assert found.inputs == {"password": seen}


def test_a_region_that_is_sealed_is_none():
    record = {
        "urn": f"urn:pulumi:dev::net::{SUBNET}::it",
        "type": SUBNET,
        "inputs": {"region": {**SEALED, "ciphertext": "v1:abc"}},
    }
    (found,) = judging.of_deployment({"deployment": {"resources": [record]}})
    assert found.region == ""
