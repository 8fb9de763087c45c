"""A plugin that dies in a call, talks to the engine, or is told to break off."""

import contextlib
import os
import random
import threading
import time
from dataclasses import replace

import pulumi
import pytest

from provisioner.engine.events import ProgramSpoke, Severity
from provisioner.engine.failures import CloudNotRead, InvalidInputs
from provisioner.engine.interface import Result
from provisioner.engine.plugin_failures import FateUnknown, NoPlugin
from provisioner.plan.model import Source
from provisioner.providers.interface import Refused
from provisioner.report.explain import explain
from provisioner.report.message import render
from tests.support.plugins import Mood, Thing

CANARY = "canary-7f3a"


def things(**inputs):
    def program():
        Thing("a", pulumi.ResourceOptions(provider=Mood()), **inputs)

    return program


def ops(plan):
    return [
        (step.op.value, step.name, step.reasons) for step in plan.steps if step.type == "moody:index:Thing"
    ]


def test_an_object_is_made_changed_and_deleted(desk):
    assert desk.apply(things(size=1)).result is Result.DONE
    assert ops(desk.plan(things(size=1))) == [("same", "a", ())]
    assert desk.apply(things(size=2)).result is Result.DONE
    assert desk.resources()["a"].outputs == {"size": 2}
    assert desk.destroy().result is Result.DONE
    assert desk.calls().count("create") == desk.calls().count("update") == desk.calls().count("delete") == 1
    assert desk.calls().count("configure") == 1


def test_a_plugin_that_dies_while_it_makes_something_leaves_the_operation_open(desk):
    applied = desk.apply(things(dies="create"))
    assert applied.result is Result.FAILED
    assert "Create was not answered: the plugin" in applied.failures[0].error
    assert "was killed by SIGKILL; it said last:\nI am tired of create" in applied.failures[0].error
    for _ in range(2):
        with pytest.raises(FateUnknown) as caught:
            desk.plan(things(size=1))
    assert caught.value.urn.endswith("moody:index:Thing::a")
    desk.forget_pending()
    assert desk.apply(things(size=1)).result is Result.DONE
    assert not desk.breaches()


@pytest.mark.parametrize("call", ["update", "delete"])
def test_what_became_of_a_change_that_was_cut_off_is_read(desk, call):
    assert desk.apply(things(size=1)).result is Result.DONE
    if call == "update":
        cut_off = desk.apply(things(size=2, dies="update"))
    else:
        assert desk.apply(things(size=1, dies="delete")).result is Result.DONE
        cut_off = desk.destroy()
    assert cut_off.result is Result.FAILED
    plan = desk.plan(things(size=3))
    assert [each.found for each in plan.unfinished] == [
        {"update": "was read again", "delete": "is still there"}[call]
    ]
    assert desk.apply(things(size=3)).result is Result.DONE
    assert not desk.breaches()


def test_a_plugin_that_dies_in_a_check_fails_the_plan_with_its_last_words(desk):
    with pytest.raises(InvalidInputs, match="I am tired of check"):
        desk.plan(things(dies="check"))


@pytest.mark.parametrize(("call", "source"), [("diff", Source.STATE), ("configure", Source.STATE)])
def test_a_plugin_that_dies_while_it_is_only_asked_stops_the_plan(desk, call, source):
    assert desk.apply(things(size=1)).result is Result.DONE

    def program():
        mood = Mood(**({"dies": call} if call == "configure" else {}))
        Thing("a", pulumi.ResourceOptions(provider=mood), **({} if call == "configure" else {"dies": call}))

    with pytest.raises(Refused, match=f"I am tired of {call}"):
        desk.plan(program, source=source)
    assert desk.apply(things(size=2)).result is Result.DONE


def test_a_plugin_that_dies_while_it_reads_leaves_the_records_as_they_are(desk):
    assert desk.apply(things(size=1, dies="read")).result is Result.DONE
    with pytest.raises(CloudNotRead, match="I am tired of read"):
        desk.plan(things(size=1), source=Source.CLOUD)
    assert ops(desk.plan(things(size=1, dies="read"))) == [("same", "a", ())]


@pytest.mark.parametrize("seed", range(2))
def test_after_any_deaths_a_run_that_nothing_happens_to_ends_well(desk, seed):
    chance = random.Random(seed)
    for _ in range(4):
        wanted = {"size": chance.randint(1, 2)}
        if death := chance.choice(["", "create", "update", "delete", "check", "diff"]):
            wanted["dies"] = death
        with contextlib.suppress(InvalidInputs, Refused, FateUnknown):
            desk.apply(things(**wanted) if chance.random() < 0.8 else lambda: None)
        assert not desk.breaches()
    desk.forget_pending()
    assert desk.apply(things(size=3)).result is Result.DONE
    assert ops(desk.plan(things(size=3))) == [("same", "a", ())]
    assert desk.resources()["a"].outputs == {"size": 3}


def test_what_a_plugin_logs_is_told_but_its_debugging(desk):
    assert desk.apply(things(says="mind the gap")).result is Result.DONE
    told = [event for event in desk.events if isinstance(event, ProgramSpoke)]
    assert [(each.severity, each.message) for each in told] == [(Severity.WARNING, "mind the gap")]
    assert told[0].urn.endswith("Thing::a")


def test_what_a_plugin_logs_is_told_without_what_is_secret_in_the_configuration(desk, monkeypatch):
    plain = desk.stack

    def stack(program):
        return replace(plain(program, **{"layer:key": CANARY}), secret_keys=frozenset({"layer:key"}))

    monkeypatch.setattr(desk, "stack", stack)
    desk.apply(things(says=f"no entry with {CANARY}"))
    (told,) = (event.message for event in desk.events if isinstance(event, ProgramSpoke))
    assert told == "no entry with [secret]"


def test_a_plugin_is_told_of_ctrl_c_and_breaks_off(desk):
    def press():
        while "create" not in desk.calls():
            time.sleep(0.02)
        os.kill(os.getpid(), 2)

    threading.Thread(target=press, daemon=True).start()
    applied = desk.apply(things(waits=True))
    assert applied.result is Result.INTERRUPTED
    assert "broken off" in applied.failures[0].error
    assert "cancel" in desk.calls()
    assert ops(desk.plan(things(size=1))) == [("create", "a", ())]


def test_a_package_with_neither_driver_nor_plugin_is_refused_with_where_it_was_looked_for(desk, golden):
    def program():
        own = pulumi.ProviderResource("nowhere", "own", {}, pulumi.ResourceOptions(version="2.1.0"))
        pulumi.CustomResource("nowhere:index:Thing", "a", {}, pulumi.ResourceOptions(provider=own))

    with pytest.raises(NoPlugin) as caught:
        desk.plan(program)
    golden(render(explain(caught.value, "dev")).replace(str(desk.folder), "DESK"))
