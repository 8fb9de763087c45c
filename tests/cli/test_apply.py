"""`apply` and `destroy` show, ask, do what was agreed to, and say how it ended."""

import json
import shlex
from contextlib import contextmanager

import pytest

from provisioner.cli import apply
from provisioner.engine.events import StepStarted, StepSucceeded
from provisioner.engine.failures import PlanHasChanged, StateIsDamaged, StateIsLocked
from provisioner.engine.interface import Access, Applied, Failed, Result
from provisioner.plan.model import Drift, DriftKind, Mode, Op
from tests.support.plans import KEY, VPC, plan, recorded, step, urn

CREATE = plan(step("create", VPC, "v"))
LOSS = plan(step("delete", KEY, "k", id="1"), step("create", VPC, "v"))
DESTROY = plan(step("delete", VPC, "v", id="vpc-1"), mode=Mode.DESTROY)


@pytest.fixture(autouse=True)
def _on_the_fake(workspace):
    pass


def applied(fake_run):
    return [words for words in fake_run.asked if words[0] == "apply"]


@pytest.mark.parametrize("verb", ["apply", "destroy"])
def test_without_a_terminal_it_refuses_before_anything_is_read(cli, fake_run, verb, golden):
    ended = cli(verb, "dev")
    assert ended.code == 1
    assert fake_run.asked == []
    golden(ended.err)


@pytest.mark.parametrize("verb", ["apply", "destroy"])
def test_what_can_be_typed_instead_is_what_was_typed(cli, verb):
    replace = "--replace b " if verb == "apply" else ""
    options = f"--target '*:V::v' --exclude a {replace}--target-dependents --continue-on-error --json"
    typed = f"{verb} --cloud local 'a b' {options} --parallelism 3 --approve-loss '*'"
    assert f"  provisioner {typed} --yes\n" in cli(*shlex.split(typed)).err


def test_what_can_be_typed_after_a_refused_loss_is_what_was_typed(cli, fake_run):
    fake_run.plan = LOSS
    err = cli("apply", "dev", "--refresh", "--approve-loss", "*:Key::other", typed="dev").err
    assert "  provisioner apply dev --refresh --approve-loss '*:Key::other' --approve-loss urn:" in err
    assert "--yes --approve" not in err


@pytest.fixture
def _unreadable_afterwards(fake_run, monkeypatch):
    """The state can be read no more once something was applied."""

    def resources():
        raise StateIsDamaged("dev.json", "cut off")

    monkeypatch.setattr(fake_run, "resources", resources)


@pytest.mark.usefixtures("_unreadable_afterwards")
def test_a_failure_while_reporting_does_not_hide_the_one_that_counts(cli, fake_run):
    fake_run.plan = CREATE
    fake_run.raises_in_apply = PlanHasChanged(urn(VPC, "v"), "create", "replace")
    ended = cli("apply", "dev", "--yes")
    assert ended.code == 10
    assert "State is damaged" not in ended.err


@pytest.mark.usefixtures("_unreadable_afterwards")
@pytest.mark.parametrize(
    ("result", "code", "said"), [(Result.DONE, 0, "Applied in"), (Result.FAILED, 1, "limit exceeded")]
)
def test_how_it_ended_is_said_also_if_the_state_cannot_be_read(cli, fake_run, result, code, said):
    fake_run.plan = CREATE
    failures = () if result is Result.DONE else (Failed(urn(VPC, "v"), "limit exceeded"),)
    fake_run.applied = Applied(result, {"create": 1}, failures, seconds=1.0)
    ended = cli("apply", "dev", "--yes")
    assert ended.code == code
    assert said in ended.out
    assert "1 created" in ended.out
    assert "What exists now is not known: the state could not be read." in ended.out
    assert ended.err == "note: the state could not be read afterwards: State is damaged (RUN-010)\n"


def test_yes_stands_for_the_answer(cli, fake_run, workspace, golden):
    fake_run.plan = CREATE
    fake_run.applied = Applied(Result.DONE, {"create": 1}, seconds=1.0)
    fake_run.recorded = (recorded(VPC, "v", "vpc-1"),)
    fake_run.values = {"vpcId": "vpc-1"}
    fake_run.events = (StepStarted(Op.CREATE, urn(VPC, "v")), StepSucceeded(Op.CREATE, urn(VPC, "v"), 0.5))
    ended = cli("apply", "dev", "--yes")
    assert ended.code == 0
    assert fake_run.asked[:3] == [("open", "write"), ("preview", "update", "state"), ("apply", "--yes")]
    assert workspace.begun == ["begun"]
    golden(ended.out)


def test_a_person_who_types_yes_agrees(cli, fake_run, golden):
    fake_run.plan = CREATE
    ended = cli("apply", "dev", typed="yes")
    assert ended.code == 0
    assert len(applied(fake_run)) == 1
    golden(ended.out)


@pytest.mark.parametrize("answer", ["", "y", "no", "YES"])
def test_anything_else_is_a_no(cli, fake_run, workspace, answer):
    fake_run.plan = CREATE
    ended = cli("apply", "dev", typed=answer)
    assert ended.code == 1
    assert ended.out.endswith("Nothing was changed.\n")
    assert applied(fake_run) == []
    assert workspace.begun == []


def test_a_destroy_asks_for_the_name(cli, fake_run, golden):
    fake_run.plan = DESTROY
    assert cli("destroy", "dev", typed="yes").code == 1
    ended = cli("destroy", "dev", typed="dev")
    assert ended.code == 0
    assert ("preview", "destroy", "state") in fake_run.asked
    golden(ended.out)


def test_yes_never_agrees_to_the_loss_of_data(cli, fake_run, golden):
    fake_run.plan = LOSS
    ended = cli("apply", "dev", "--yes")
    assert ended.code == 4
    assert applied(fake_run) == []
    golden(ended.out + "\n" + ended.err)


def test_a_person_who_answers_has_not_given_up_data_either(cli, fake_run):
    fake_run.plan = LOSS
    assert cli("apply", "dev", typed="dev").code == 4
    assert applied(fake_run) == []


@pytest.mark.parametrize("named", [urn(KEY, "k"), "*:Key::k", "*"])
def test_who_names_what_is_lost_gives_it_up(cli, fake_run, named):
    fake_run.plan = LOSS
    assert cli("apply", "dev", "--approve-loss", named, typed="yes").code == 1
    assert cli("apply", "dev", "--approve-loss", named, typed="dev").code == 0
    assert cli("apply", "dev", "--yes", "--approve-loss", named).code == 0


def test_who_names_something_else_does_not(cli, fake_run):
    fake_run.plan = LOSS
    assert cli("apply", "dev", "--yes", "--approve-loss", "*:Key::other").code == 4


def test_the_digest_of_a_destroy_gives_up_all_of_it(cli, fake_run, golden):
    fake_run.plan = plan(step("delete", KEY, "k", id="1"), mode=Mode.DESTROY)
    shown = cli("plan", "dev", "--destroy").out
    refused = cli("destroy", "dev", "--yes")
    assert refused.code == 4
    [digest] = [line.rpartition(" ")[2] for line in shown.splitlines() if "--approve-loss" in line]
    assert f"--approve-loss {digest}" in refused.err
    assert cli("destroy", "dev", "--yes", "--approve-loss", digest).code == 0
    fake_run.plan = plan(step("delete", KEY, "k", id="2"), mode=Mode.DESTROY)
    assert cli("destroy", "dev", "--yes", "--approve-loss", digest).code == 4
    golden(shown + "\n" + refused.err)


def test_a_digest_is_nothing_to_an_apply(cli, fake_run):
    fake_run.plan = LOSS
    digest = json.loads(cli("plan", "dev", "--json").out)["digest"]
    assert cli("apply", "dev", "--yes", "--approve-loss", digest).code == 4


def test_nothing_in_a_local_cloud_counts_as_data(cli, fake_run, workspace):
    workspace.cloud = "local"
    fake_run.plan = LOSS
    assert cli("apply", "local", "--yes").code == 0


def test_nothing_to_do_asks_nothing_and_says_what_there_is(cli, fake_run, golden):
    fake_run.recorded = (recorded(VPC, "v", "vpc-1"),)
    ended = cli("apply", "dev", typed="")
    assert ended.code == 0
    assert applied(fake_run) == []
    golden(ended.out)


def test_what_was_found_out_is_recorded_without_asking(cli, fake_run):
    fake_run.plan = plan(drift=(Drift(DriftKind.CHANGED, urn(VPC, "v"), VPC),))
    assert cli("apply", "dev", "--refresh", typed="").code == 0
    assert applied(fake_run) == [("apply", "nothing to agree to")]
    assert ("preview", "update", "cloud") in fake_run.asked


def test_a_refusal_of_the_provider_ends_with_1_and_says_how_to_go_on(cli, fake_run, golden):
    fake_run.plan = CREATE
    fake_run.applied = Applied(
        Result.FAILED, {}, (Failed(urn(VPC, "v"), "limit exceeded"),), (urn(VPC, "v"),), 2.0
    )
    ended = cli("apply", "dev", "--yes")
    assert ended.code == 1
    golden(ended.out)


def test_to_go_on_is_typed_as_it_was_with_every_option(cli, fake_run):
    fake_run.plan = CREATE
    fake_run.applied = Applied(Result.FAILED, {}, (Failed(urn(VPC, "v"), "limit exceeded"),), (), 2.0)
    words = ("dev", "--cloud", "local", "--parallelism", "2", "--continue-on-error", "--yes")
    ended = cli("apply", *words)
    assert (
        "To go on:\n\n  provisioner apply dev --cloud local --parallelism 2 --continue-on-error --yes\n"
        in ended.out
    )
    ended = cli("destroy", *words)
    assert "  provisioner destroy dev --cloud local --parallelism 2 --continue-on-error --yes\n" in ended.out


def test_interrupted_ends_with_9(cli, fake_run):
    fake_run.plan = CREATE
    fake_run.applied = Applied(Result.INTERRUPTED, {}, not_done=(urn(VPC, "v"),))
    ended = cli("apply", "dev", "--yes")
    assert ended.code == 9
    assert "provisioner apply dev" in ended.out


def test_a_plan_that_no_longer_holds_ends_with_10_and_says_what_exists(cli, fake_run, golden):
    fake_run.plan = CREATE
    fake_run.recorded = (recorded(VPC, "w", "vpc-2"),)
    fake_run.raises_in_apply = PlanHasChanged(urn(VPC, "v"), "create", "replace")
    ended = cli("apply", "dev", "--yes")
    assert ended.code == 10
    golden(ended.out + ended.err)


def test_a_locked_state_ends_with_6(cli, fake_run):
    fake_run.raises = StateIsLocked("dev.us-east-1", "ann@desk, process 1, since now")
    ended = cli("apply", "dev", "--yes")
    assert ended.code == 6
    assert "ann@desk" in ended.err


def test_ctrl_c_at_the_question_ends_with_9(cli, fake_run, monkeypatch):
    def pressed(_prompt):
        raise KeyboardInterrupt

    monkeypatch.setattr("click.termui.visible_prompt_func", pressed)
    fake_run.plan = CREATE
    ended = cli("apply", "dev", typed="")
    assert ended.code == 9
    assert applied(fake_run) == []
