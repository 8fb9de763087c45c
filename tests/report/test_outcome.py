"""What is said at the end: what exists, what does not, what to type next."""

from dataclasses import replace

import pytest

from provisioner.engine.interface import Applied, Failed, Result
from provisioner.plan.model import Mode, Op
from provisioner.plan.values import Secret
from provisioner.report.outcome import Ending, Where, ending_text, unchanged_text
from provisioner.report.style import PLAIN
from tests.support.plans import KEY, NETWORK, REPOSITORY, VPC, recorded, urn

RESOURCES = (
    recorded(NETWORK, "local-network"),
    recorded("pulumi:providers:aws", "local-aws", "1"),
    recorded(VPC, "local-vpc", "vpc-1"),
    recorded(KEY, "local-key", "1234"),
)


def ending(applied, resources=RESOURCES, mode=Mode.UPDATE, outputs=None, endpoint=None):
    return Ending("local", mode, [applied], resources, outputs or {}, Where(endpoint))


def test_applied(golden):
    applied = Applied(Result.DONE, {"create": 4, "same": 2}, seconds=2.94)
    outputs = {
        "vpcId": "vpc-1",
        "keys": {"models": "arn:1", "none": {}},
        "subnets": ["a"],
        "password": Secret("x"),
    }
    golden(
        ending_text(ending(applied, outputs={"us-east-1": outputs}, endpoint="http://127.0.0.1:4711"), PLAIN)
    )


def test_failed(golden):
    waiting = tuple(urn(VPC, f"waiting-{number:02}") for number in range(23))
    applied = Applied(
        Result.FAILED,
        {"create": 3},
        (Failed(urn(REPOSITORY, "serving"), "a repository of that name exists"),),
        (urn(REPOSITORY, "serving"), *waiting),
        75.0,
    )
    golden(ending_text(ending(applied), PLAIN))


def test_what_stands_in_the_way_of_a_creation_can_be_taken_over(golden):
    """Not of an update, and not if the creation was refused for another reason."""

    def ended(*failures):
        applied = Applied(Result.FAILED, {"create": 3}, failures, seconds=75.0)
        given = ending(applied)
        return ending_text(replace(given, is_taken=lambda code, _: code == "Taken"), PLAIN)

    refused = Failed(urn(REPOSITORY, "serving"), "it exists", Op.CREATE, "Taken")
    others = (
        Failed(urn(VPC, "a"), "limit exceeded", Op.CREATE, "LimitExceeded"),
        Failed(urn(VPC, "b"), "in use", Op.UPDATE, "Taken"),
    )
    assert "take" not in ended(*others)
    golden(ended(refused, *others))


def test_interrupted(golden):
    applied = Applied(Result.INTERRUPTED, {}, not_done=(urn(VPC, "v"),), seconds=0.5)
    golden(ending_text(ending(applied, RESOURCES[:3], Mode.DESTROY), PLAIN))


def test_destroyed(golden):
    golden(ending_text(ending(Applied(Result.DONE, {"delete": 4}, seconds=1.0), (), Mode.DESTROY), PLAIN))


@pytest.mark.parametrize("worst", [Result.FAILED, Result.INTERRUPTED])
def test_one_stack_that_did_not_end_well_is_enough(worst):
    both = Ending("local", Mode.UPDATE, [Applied(Result.DONE, {}), Applied(worst, {})], (), {})
    assert both.result is worst


def test_what_is_written_into_a_folder_is_not_said_to_exist():
    queue = recorded("kubernetes:core/v1:Namespace", "local-team", "search")
    said = unchanged_text("local", (*RESOURCES, queue), Where("http://127.0.0.1:4711", ".provisioner/gitops"))
    assert said.startswith(
        "2 objects of 2 types exist in the local cloud at http://127.0.0.1:4711. "
        "1 object of 1 type is in .provisioner/gitops/.\n"
    )
    assert unchanged_text("on-prem", (queue,), Where()).startswith("1 object of 1 type exists.\n")
