"""What is written for programs is what the published schemas say, field for field."""

import json
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from provisioner.engine.events import (
    Interrupted,
    ProgramSpoke,
    Severity,
    StepFailed,
    StepStarted,
    StepSucceeded,
)
from provisioner.engine.failures import StateIsLocked
from provisioner.engine.interface import Applied, Failed, Result
from provisioner.plan.model import Op
from provisioner.plan.saved import written
from provisioner.report.event_stream import EventStream
from provisioner.report.explain import explain
from provisioner.report.machine import document, plan_document
from provisioner.report.plan_view import PlanView
from provisioner.report.published import NAMES, schema
from tests.plan.test_portable import everything
from tests.plan.test_saved import saved
from tests.support.large_plan import CANARY, large_view
from tests.support.plans import VPC, plan, step, urn


def strict(found):
    """The schema with nothing allowed that it does not name: to programs it says that there may be more."""
    match found:
        case {"properties": dict()} if "additionalProperties" not in found:
            return {**{key: strict(value) for key, value in found.items()}, "additionalProperties": False}
        case dict():
            return {key: strict(value) for key, value in found.items()}
        case list():
            return [strict(item) for item in found]
        case _:
            return found


def check(name, value):
    Draft202012Validator(strict(schema(name)), format_checker=FormatChecker()).validate(value)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one(name):
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$id"] == f"urn:provisioner:schema:{name}:1"


@pytest.mark.parametrize("name", NAMES)
def test_it_is_printed(cli_text, name):
    assert json.loads(cli_text("schema", name)) == schema(name)


def test_the_environments_schema_stays_what_is_printed_first(cli_text):
    assert cli_text("schema") == cli_text("schema", "environment")


@pytest.mark.parametrize(
    "plans", [[], [plan()], [everything()], large_view(40).plans], ids=["none", "empty", "full", "large"]
)
def test_a_plan(plans):
    check("plan", json.loads(document(plan_document("dev", plans, ["a notice"]))))


@pytest.mark.parametrize(
    "plans", [(plan(),), (everything(),), large_view(40).plans], ids=["empty", "full", "large"]
)
def test_a_plan_file(plans):
    text = written(saved(*plans)).decode()
    check("plan-file", json.loads(text))
    assert CANARY not in text


def stream(tell):
    lines = []
    tell(EventStream(lines.append, lambda: datetime(2026, 11, 21, 8, tzinfo=UTC)))
    return lines


def all_events(told):
    told.planned(PlanView(environment="dev", plans=(plan(step("create", VPC, "v")),)))
    told.told(StepStarted(Op.REPLACE, urn(VPC, "v"), "new"))
    told.told(StepSucceeded(Op.REPLACE, urn(VPC, "v"), 0.51234, "new"))
    told.told(StepFailed(Op.CREATE, urn(VPC, "w"), "limit exceeded", "VpcLimitExceeded"))
    told.told(ProgramSpoke(Severity.WARNING, "look at this", urn(VPC, "w")))
    told.told(Interrupted())
    told.stopped(explain(StateIsLocked("dev", "ann@desk"), "dev"), 6)
    failed = Applied(Result.FAILED, {"create": 2}, (Failed(urn(VPC, "w"), "no"),), (urn(VPC, "w"),), 1.5)
    told.ended(Result.FAILED, [failed, failed], 1)


def test_every_event():
    lines = stream(all_events)
    for line in lines:
        assert line.endswith("\n")
        assert line.count("\n") == 1
        check("events", json.loads(line))
    told = {json.loads(line)["event"] for line in lines}
    assert told == {part["$ref"].rpartition("/")[2] for part in schema("events")["oneOf"]}


def test_the_lines_as_text(golden):
    golden("".join(stream(all_events)[1:]))


@pytest.fixture
def cli_text(capsys):
    from provisioner.cli.main import run

    def call(*words):
        assert run(words) == 0
        return capsys.readouterr().out

    return call
