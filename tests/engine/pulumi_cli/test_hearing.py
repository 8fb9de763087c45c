"""What is told of a run of Pulumi's engine while it goes on, and what is counted."""

from pulumi.automation.events import EngineEvent

from provisioner.engine.events import ProgramSpoke, Severity, StepFailed, StepStarted, StepSucceeded
from provisioner.engine.pulumi_cli.hearing import Hearing
from provisioner.plan.model import Op

THING = "fake:index:Thing"


def step(kind, op, name, *, custom=True, type=THING):
    state = {"urn": name, "type": type, "custom": custom}
    side = "old" if op.startswith("delete") else "new"
    return {kind: {"metadata": {"op": op, "urn": name, "type": type, side: state}, "planning": False}}


def done(op, name, **about):
    return [step("resourcePreEvent", op, name, **about), step("resOutputsEvent", op, name, **about)]


def said(message, severity="error", urn="", *, ephemeral=False):
    return {
        "diagnosticEvent": {
            "message": message, "color": "never", "severity": severity, "urn": urn, "ephemeral": ephemeral,
        }
    }  # fmt: skip


def heard(*events, replaced=()):
    told = []
    hearing = Hearing(told.append, replaced=frozenset(replaced))
    for event in events:
        hearing.hear(EngineEvent.from_json(event))
    return hearing, told


def in_short(told):
    return [(type(event).__name__, event.op.value, event.urn, event.detail) for event in told]


def test_the_halves_of_a_replacement_are_one_step():
    hearing, told = heard(*done("delete-replaced", "a"), *done("create-replacement", "a"), replaced=["a"])
    assert in_short(told) == [
        ("StepStarted", "replace", "a", "old"),
        ("StepSucceeded", "replace", "a", "old"),
        ("StepStarted", "replace", "a", "new"),
        ("StepSucceeded", "replace", "a", "new"),
    ]
    assert hearing.done == {"replace": 1}


def test_what_an_earlier_replacement_left_behind_is_deleted():
    hearing, told = heard(*done("delete-replaced", "a"))
    assert [type(event) for event in told] == [StepStarted, StepSucceeded]
    assert ({event.op for event in told}, hearing.done) == ({Op.DELETE}, {"delete": 1})


def test_components_and_providers_are_counted_and_not_told():
    hearing, told = heard(
        step("resourcePreEvent", "create", "c", custom=False),
        *done("create", "p", type="pulumi:providers:fake"),
        *done("create", "own", type="pulumi:providers:pulumi"),
        *done("same", "s"),
    )
    assert (told, hearing.done) == ([], {"create": 2, "same": 1})


def test_a_refusal_has_the_reason_that_was_given():
    hearing, told = heard(
        step("resourcePreEvent", "create", "a"),
        said("the quota of 1 is reached\n", urn="a"),
        step("resOpFailedEvent", "create", "a"),
    )
    assert told[-1] == StepFailed(Op.CREATE, "a", "the quota of 1 is reached")
    assert [failed.error for failed in hearing.failures] == ["the quota of 1 is reached"]
    assert [each.message for each in hearing.errors] == ["the quota of 1 is reached\n"]


def test_what_the_program_says_is_passed_on():
    _, told = heard(
        said("hello\n", "info", "a"), said("careful", "warning"), said("x", "debug"),
        said("waiting", "info", ephemeral=True),
    )  # fmt: skip
    assert told == [
        ProgramSpoke(Severity.INFO, "hello", "a"),
        ProgramSpoke(Severity.WARNING, "careful", ""),
    ]


def test_without_its_last_word_something_was_lost():
    last = {
        "summaryEvent": {
            "maybeCorrupt": False,
            "durationSeconds": 1,
            "resourceChanges": {},
            "PolicyPacks": {},
        }
    }
    assert not heard(*done("create", "a"))[0].is_whole
    assert heard(*done("create", "a"), last)[0].is_whole
