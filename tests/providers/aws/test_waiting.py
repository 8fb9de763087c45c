"""A call that only starts something counts as done when what it has started is."""

from dataclasses import replace

import pytest

from provisioner.providers.aws.calling import Target, run
from provisioner.providers.aws.catalog.route53 import ZONE_ASSOCIATION
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.package import AwsPackage
from provisioner.providers.aws.session import Connection
from provisioner.providers.aws.spec import ID, Found, Op, Wait
from provisioner.providers.interface import About, Refused
from tests.support.aws_recorder import Recorder

ASK = Op("describe_change", {"Id": ID, "Change": Found("Started.Change")}, answer="Progress")
WAIT = Wait(until="Done", failed="Reason", seconds=60)
START = Op("start_change", {"Id": ID}, answer="Started.Change", then=(ASK, WAIT))


def started(*progress):
    return Recorder(
        start_change={"Started": {"Change": "c-1"}},
        describe_change=[{"Progress": each} for each in progress],
    )


def target(aws):
    return Target(aws.scope(), "x", "us-east-1", {}, "t-1")


def test_it_is_asked_until_it_is_done():
    """With what the first call answered; its own answer is that of the first call."""
    aws = started({"Done": False}, {"Done": False}, {"Done": True})
    assert run(START, target(aws)) == "c-1"
    assert aws.calls[1:] == [("describe_change", {"Id": "t-1", "Change": "c-1"})] * 3
    assert len(aws.slept) == 2


def test_what_fails_is_refused_with_the_reason():
    aws = started({"Done": False}, {"Done": False, "Reason": "no room"})
    with pytest.raises(Refused, match="the change of t-1 has failed: no room"):
        run(START, target(aws))


def test_what_takes_too_long_is_refused():
    aws = started({"Done": False})
    with pytest.raises(Refused, match="the change of t-1 was not done within 60 s"):
        run(START, target(aws))
    assert sum(aws.slept) <= 60


def test_a_program_may_have_more_patience_or_less():
    aws = started({"Done": False})
    hurried = replace(target(aws), scope=replace(aws.scope(), limit=2.5))
    with pytest.raises(Refused, match="was not done within 2.5 s"):
        run(START, hurried)
    assert sum(aws.slept) <= 2.5


def test_each_operation_of_a_resource_has_the_time_that_the_program_gives_it():
    provider = AwsPackage(Connection()).configure({"region": "us-east-1"})
    assert provider.concerning(About("urn", {})) is provider
    patient = provider.concerning(About("urn", {"create": 7200.0}))
    limits = [patient.within(operation).scope.limit for operation in ("create", "update", "delete")]
    assert limits == [7200.0, None, None]


@pytest.mark.parametrize(
    ("passing", "calls"),
    [
        pytest.param("Busy", 3, id="the code"),
        pytest.param("Busy: because", 3, id="the code, and what is said"),
        pytest.param("Busy: for ever", 1, id="something else is said"),
        pytest.param("Gone: because", 1, id="another code"),
    ],
)
def test_a_refusal_that_passes_is_known_by_its_code_or_by_what_is_said_with_it(passing, calls):
    """EKS has one code for all that is wrong with a request: only some of that passes with time."""
    aws = Recorder(start=["Busy", "Busy", {"Done": True}])
    op = Op("start", again=(passing,))
    if calls == 1:
        with pytest.raises(Refused, match="because"):
            run(op, target(aws))
    else:
        assert run(op, target(aws)) == {"Done": True}
    assert len(aws.calls) == calls


def test_what_was_made_is_recorded_although_it_never_is_done():
    """The wait comes after the object has its id: it is known, and the next run goes on with it."""
    aws = Recorder(
        associate_vpc_with_hosted_zone={"ChangeInfo": {"Id": "C1"}},
        get_change={"ChangeInfo": {"Status": "PENDING"}},
    )
    inputs = {"zoneId": "Z1", "vpcId": "vpc-1", "vpcRegion": "eu-west-1"}
    with pytest.raises(Refused, match="was not done within 1800 s") as refusal:
        TableDriver(ZONE_ASSOCIATION, aws.scope()).create(inputs)
    assert refusal.value.made.id == "Z1:vpc-1:eu-west-1"
    assert refusal.value.made.inputs == inputs
