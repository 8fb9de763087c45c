"""A program that charts need and that is not there is told before anything is touched."""

import json

import pytest

from provisioner.plan.model import Mode
from tests.support.plans import CHART, VPC, plan, step

INSTALL = plan(step("create", VPC, "v"), step("create", CHART, "kueue"))


@pytest.fixture(autouse=True)
def _on_the_fake(workspace):
    pass


@pytest.fixture
def no_helm(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def helm(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    program = tmp_path / "helm"
    program.touch()
    program.chmod(0o755)


@pytest.mark.usefixtures("no_helm")
def test_an_apply_is_refused_before_anybody_is_asked(cli, fake_run, workspace, golden):
    fake_run.plan = INSTALL
    ended = cli("apply", "dev", typed="yes")
    assert ended.code == 5
    assert "Do this in" not in ended.out
    assert not [words for words in fake_run.asked if words[0] == "apply"]
    assert workspace.begun == []
    golden(ended.err)


@pytest.mark.usefixtures("no_helm")
@pytest.mark.parametrize("op", ["update", "replace", "delete"])
def test_charts_are_changed_and_removed_by_it_as_well(cli, fake_run, op):
    mode = Mode.DESTROY if op == "delete" else Mode.UPDATE
    fake_run.plan = plan(step(op, CHART, "kueue", id="kueue-system/kueue"), mode=mode)
    assert cli("destroy" if op == "delete" else "apply", "dev", "--yes").code == 5


@pytest.mark.usefixtures("no_helm")
@pytest.mark.parametrize("steps", [(step("create", VPC, "v"),), (step("same", CHART, "kueue"),)])
def test_nobody_needs_it_where_no_chart_is_changed(cli, fake_run, steps):
    fake_run.plan = plan(step("create", VPC, "w"), *steps)
    assert cli("apply", "dev", "--yes").code == 0


@pytest.mark.usefixtures("no_helm")
def test_a_plan_has_a_note_of_it(cli, fake_run):
    fake_run.plan = INSTALL
    note = "There is no `helm` on the PATH here, and this plan changes one chart: an apply needs it."
    ended = cli("plan", "dev", "--json")
    assert (ended.code, json.loads(ended.out)["notes"]) == (0, [note])


@pytest.mark.usefixtures("helm")
def test_with_the_program_there_is_nothing_to_say(cli, fake_run):
    fake_run.plan = INSTALL
    assert cli("plan", "dev").err == ""
    assert cli("apply", "dev", "--yes").code == 0


@pytest.mark.usefixtures("no_helm")
def test_a_plugin_has_it_built_in(cli, fake_run, monkeypatch):
    monkeypatch.setenv("PROVISIONER_PLUGINS", "random, kubernetes")
    fake_run.plan = INSTALL
    assert cli("apply", "dev", "--yes").code == 0
