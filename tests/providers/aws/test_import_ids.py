"""Every AWS type says how its ids are written, and an object that is imported by one is what a program wants."""

import re

import pytest

from provisioner.engine.embedded.adoption import look
from provisioner.engine.embedded.goals import Goal
from provisioner.engine.embedded.state import ResourceState
from provisioner.engine.embedded.wanted import Wanted
from provisioner.providers.aws.import_ids import FORMS, form
from provisioner.providers.aws.registry import CATALOG
from provisioner.providers.interface import Identity
from tests.support.aws_cases import ALL, resolved

OTHERWISE = {
    "aws:cloudwatch/eventTarget:EventTarget": lambda made: f"{made['rule']}/{made['targetId']}",
    "aws:ec2/route:Route": lambda made: f"{made['routeTableId']}_{made['destinationCidrBlock']}",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": lambda made: (
        f"{made['subnetId']}/{made['routeTableId']}"
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": lambda made: (
        f"{made['clusterName']},{made['associationId']}"
    ),
    "aws:rds/instance:Instance": lambda made: made["identifier"],
}
"""The ids of types whose recorded ones nobody would find in a console."""

cases = pytest.mark.parametrize("case", ALL, ids=lambda case: case.file)


def test_every_type_says_how_its_ids_are_written():
    assert set(FORMS) == {spec.type for spec in CATALOG}
    assert form("fake:index:Thing") == ""


@cases
def test_an_object_that_is_imported_is_what_the_program_wants(case, kept):
    """By the id in the form that is told; the record is complete, and the next plan of it is empty."""
    stage = kept(case)
    made = stage.made["it"]
    id = OTHERWISE.get(case.type, lambda _: made.id)(made.outputs)
    assert re.fullmatch(pattern(form(case.type)), id)
    wanted = Wanted(type=case.type, name=case.name, custom=True, inputs=resolved(case.inputs, stage.made))
    urn = f"urn:pulumi:test.here::layer::{case.type}::{case.name}"
    state = ResourceState(urn=urn, type=case.type, custom=True, inputs=wanted.inputs)
    seen = look(stage.provider, Goal(wanted, state, None), id, b"another seed")
    assert seen.checked.problems == ()
    assert not seen.diff
    assert seen.object.id == made.id
    assert seen.object.inputs == made.inputs
    assert seen.object.outputs == {**made.outputs, **dict.fromkeys(case.once)}
    record = Identity(seen.object.id, seen.object.inputs, seen.object.outputs)
    assert not stage.provider.diff(case.type, stage.provider.read(case.type, record), seen.checked.inputs)


def pattern(written):
    """What fits a form: `vpc-…`, `<cluster>:<name>`, or whatever there is to say about an id of AWS's own."""
    start, dots, _ = written.partition("…")
    if dots:
        return re.escape(start) + ".+"
    return "".join(
        ".+" if part.startswith("<") else re.escape(part) for part in re.split("(<[^>]*>)", written)
    )
