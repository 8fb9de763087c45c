"""Every refusal of a change by hand has its sentences."""

import pytest

from provisioner.engine import amendment_failures as a
from provisioner.engine.amending import Misfit
from provisioner.engine.failures import RecordedTwice, RecordsNotChanged
from provisioner.report.explain import explain
from provisioner.report.message import render
from tests.support.plans import KEY, VPC, urn

BREACHES = ("`a` depends on `b`, which is not recorded",)
FAILURES = (
    a.NameTaken(urn(VPC, "v"), urn(VPC, "w")),
    a.NotAName(urn(VPC, "v"), "urn:pulmi:x", "it begins like a URN, and is none", urn(VPC, "NAME")),
    a.NotByHand(urn(VPC, "v"), "would be below itself"),
    a.SeveralRecords("v", ((urn(VPC, "v"), "vpc-1"), (urn(KEY, "v"), ""))),
    a.StillNeeded(((urn(KEY, "k"), "depends on", urn(VPC, "v")),), (urn(VPC, "v"),)),
    a.RecordsProtected((urn(KEY, "k"),)),
    a.OperationOpen(urn(VPC, "v"), "creating"),
    a.NoPlaceFor(urn(VPC, "v"), "could be below several", (urn(KEY, "k"), urn(KEY, "l"))),
    a.CannotBeMended("foundation/dev.us-east-1", BREACHES),
    a.RepairFirst("foundation/dev.us-east-1", BREACHES),
    a.ImportBreaksRules("state.json", BREACHES),
    a.DoesNotFit(
        "foundation/dev.us-east-1",
        "state.json",
        (
            (Misfit.STACK, "foundation/prod.us-east-1", "foundation/dev.us-east-1"),
            (Misfit.LINEAGE, "a1", "b2"),
            (Misfit.NO_LINEAGE, "", "b2"),
            (Misfit.SERIAL, "4", "7"),
        ),
    ),
    a.ImportUnreadable("state.json", "it is not JSON"),
)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_message(failure, golden):
    golden(render(explain(failure, "dev")))


def test_every_one_is_explained_and_has_an_id_of_its_own():
    assert {type(failure) for failure in FAILURES} == set(RecordsNotChanged.__subclasses__())
    assert len({explain(failure, "dev").trouble for failure in FAILURES}) == len(FAILURES)


def test_of_several_records_each_has_its_command():
    found = ((urn(VPC, "v"), "vpc-1"), (urn(VPC, "v"), "vpc-2"), (urn(KEY, "v"), "k"))
    said = render(explain(a.SeveralRecords("v", found), "dev", "provisioner state mv dev v w --yes"))
    assert said.split("One of these:\n\n")[1].split("\n") == [
        "      provisioner state mv dev vpc-1 w --yes",
        "      provisioner state mv dev vpc-2 w --yes",
        f"      provisioner state mv dev {urn(KEY, 'v')} w --yes",
        "",
    ]


def test_an_older_state_of_the_same_stack_may_be_forced():
    older = a.DoesNotFit("foundation/dev.us-east-1", "state.json", ((Misfit.SERIAL, "4", "7"),))
    assert "--force --dry-run" in render(explain(older, "dev"))


def test_what_is_recorded_twice_can_be_repaired():
    said = render(explain(RecordedTwice("dev.json", "it records x twice"), "dev"))
    assert "provisioner state repair dev --dry-run" in said
