"""Every failure has its sentences: what went wrong, why that is a problem, what to type."""

from pathlib import Path

import pytest

from provisioner.engine import failures as f
from provisioner.providers.interface import Refused
from provisioner.report.explain import explain
from provisioner.report.message import Trouble, render
from tests.support.plans import KEY, NETWORK, REPOSITORY, VPC, urn

TRACEBACK = "Traceback (most recent call last):\n  File \"program.py\", line 7, in main\nKeyError: 'size'"
FAILURES = (
    f.ProtectedResources((urn(KEY, "local-key"), urn(VPC, "local-vpc"))),
    f.ProgramFailed("local.us-east-1", "KeyError: 'size'", TRACEBACK),
    f.InvalidInputs(
        ((urn(VPC, "v"), "cidrBlock", "it is required"), (urn(KEY, "k"), "tags", "51 are too many"))
    ),
    f.UnknownType("aws:ec2/vcp:Vcp", (VPC,)),
    f.NoProvider(urn(VPC, "v"), "aws"),
    f.DuplicateUrn(urn(VPC, "v")),
    f.AliasTaken(urn(VPC, "v"), urn(VPC, "w")),
    f.UnknownParent(urn(VPC, "v"), urn(NETWORK, "n")),
    f.StateIsLocked("foundation/local.us-east-1", "ann@desk, process 4711, since 2026-11-21T08:00:00Z"),
    f.StateIsDamaged(Path("state/local.us-east-1.json"), "line 3 is not what was written"),
    f.StateBreaksRules(("`a` depends on `b`, which comes after it",)),
    f.StateNotWritten(Path("state/local.us-east-1.jsonl"), "No space left on device"),
    f.NewerState(Path("state/local.us-east-1.json"), "format 5"),
    f.PassphraseMissing("dev.us-east-1"),
    f.PassphraseWrong("dev.us-east-1"),
    f.PlanHasChanged(urn(VPC, "v"), "update", "replace"),
    f.AmbiguousObject(urn(VPC, "v"), ("vpc-1", "vpc-2")),
    f.CloudNotRead(VPC, "You are not authorized to perform this operation.", "UnauthorizedOperation"),
    f.LocalCloudNotStarted(Path(".provisioner/local/server.log"), "ImportError: no module named moto"),
    f.LocalCloudNotStopped(4711),
    f.WrongAccount("111122223333", "444455556666"),
    f.NoCredentials("111122223333", "Unable to locate credentials"),
    f.LossNotApproved((("delete", urn(KEY, "k"), "everything that is encrypted with it"),)),
    f.NoTerminal("provisioner apply dev --yes"),
    f.NoSuchResource("local-vcp", ("local-vpc",)),
    f.NoSuchOutput("vpc", ("vpcCidr", "vpcId")),
    Refused("The repository is not empty", code="RepositoryNotEmptyException"),
)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_message(failure, golden):
    golden(render(explain(failure, "dev")))


def test_every_failure_is_explained():
    assert {type(failure) for failure in FAILURES} == {*f.Failure.__subclasses__(), Refused}
    assert all(explain(failure, "dev").trouble is not Trouble.UNEXPLAINED for failure in FAILURES)


def test_no_two_failures_share_an_id():
    assert len({explain(failure, "dev").trouble for failure in FAILURES}) == len(FAILURES)
    assert len({trouble.code for trouble in Trouble}) == len(Trouble)


def test_a_failure_of_tomorrow_is_told_all_the_same():
    class Tomorrow(Exception):
        pass

    assert "Tomorrow: rain" in render(explain(Tomorrow("rain"), "dev"))


def test_an_empty_state_has_no_outputs_to_name():
    assert "nothing is applied yet" in render(explain(f.NoSuchOutput("vpc", ()), "dev"))
