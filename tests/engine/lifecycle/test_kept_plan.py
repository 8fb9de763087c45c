"""A plan that was kept is carried out by another process, on another machine: the same names, the same secrets."""

import json

import pytest

from provisioner.engine.failures import PassphraseMissing, PassphraseWrong
from provisioner.engine.interface import Access, Result
from provisioner.engine.plan_failures import PlanFileDamaged
from provisioner.plan.model import ApprovedPlan, Mode, Source
from provisioner.plan.saved import SavedStack
from provisioner.plan.values import Secret
from tests.support.programs import things

import pulumi

CANARY = "canary-5c1e"


def secretive(value=CANARY):
    def program():
        things(a={"note": pulumi.Output.secret(value)}, b={"needs": "a"})()

    return program


def kept(desk, program, mode=Mode.UPDATE):
    with desk.engine().open(desk.stack(program), Access.READ) as run:
        return run.kept(run.preview(mode, Source.STATE))


def through_a_file(saved):
    raw = json.loads(json.dumps(saved.raw))
    return SavedStack(
        full_name=saved.full_name, mark=saved.mark, seed=saved.seed, secrets=saved.secrets, raw=raw
    )


def carried_out(desk, program, saved, passphrase="a passphrase"):
    desk.passphrase = passphrase
    with desk.engine().open(desk.stack(program), Access.WRITE) as run:
        plan = run.reopened(saved)
        again = run.preview(plan.mode, plan.source)
        assert [(step.urn, step.new) for step in again.steps] == [(step.urn, step.new) for step in plan.steps]
        return run.apply(ApprovedPlan(plan, "test"), desk.events.append)


def test_another_run_comes_to_the_same_names(desk):
    saved = through_a_file(kept(desk, secretive()))
    names = [step["new"]["name"] for step in saved.raw["steps"] if "name" in step["new"]]
    assert carried_out(desk, secretive(), saved).result is Result.DONE
    assert sorted(thing["name"] for thing in desk.cloud.all().values()) == sorted(names)
    assert desk.plan(secretive()).is_empty


def test_a_secret_is_sealed_as_the_state_seals_it(desk):
    saved = kept(desk, secretive())
    assert CANARY not in json.dumps(saved.raw)
    assert carried_out(desk, secretive(), through_a_file(saved)).result is Result.DONE
    assert [thing["note"] for thing in desk.cloud.all().values() if "note" in thing] == [CANARY]
    again = kept(desk, secretive("another"))
    assert again.secrets == saved.secrets
    [changed] = [step for step in again.raw["steps"] if step["op"] == "update"]
    assert CANARY not in json.dumps(changed)


def test_whoever_may_not_open_it_sees_that_there_is_a_secret(desk):
    plan = through_a_file(kept(desk, secretive())).plan()
    [note] = [step.new["note"] for step in plan.steps if "note" in step.new]
    assert isinstance(note, Secret)
    assert CANARY not in str(note.value)


def test_without_secrets_it_takes_no_passphrase(desk):
    desk.passphrase = None
    program = things(a={"size": 1})
    saved = kept(desk, program)
    assert saved.secrets is None
    assert carried_out(desk, program, through_a_file(saved), passphrase=None).result is Result.DONE


def test_with_secrets_it_takes_the_right_one(desk):
    saved = through_a_file(kept(desk, secretive()))
    with pytest.raises(PassphraseWrong):
        carried_out(desk, secretive(), saved, passphrase="another")
    with pytest.raises(PassphraseMissing):
        carried_out(desk, secretive(), saved, passphrase=None)
    assert desk.cloud.all() == {}


def test_a_sealed_value_that_was_changed_is_refused(desk):
    saved = kept(desk, secretive())
    text = json.dumps(saved.raw)
    sealed = text.split('"$secret": "', 1)[1].split('"', 1)[0]
    raw = json.loads(text.replace(sealed, sealed[:-6] + "AAAA=="))
    with pytest.raises(PlanFileDamaged):
        carried_out(
            desk,
            secretive(),
            SavedStack(
                **{name: getattr(saved, name) for name in ("full_name", "mark", "seed", "secrets")}, raw=raw
            ),
        )


def test_the_mark_is_that_of_one_state(desk):
    def mark():
        with desk.engine().open(desk.stack(things()), Access.READ) as run:
            return run.mark()

    empty = mark()
    assert empty.digest == ""
    desk.apply(things(a={"size": 1}))
    first = mark()
    assert first == mark() != empty
    desk.plan(things(a={"size": 2}))
    assert mark() == first
    desk.apply(things(a={"size": 2}))
    assert mark() != first
