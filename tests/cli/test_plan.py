"""`plan` shows, and changes nothing."""

import json

import pytest

from provisioner.engine.failures import ProgramFailed
from tests.support.plans import KEY, VPC, plan, step


@pytest.fixture(autouse=True)
def _on_the_fake(workspace):
    pass


def test_it_shows_the_plan(cli, fake_run, golden):
    fake_run.plan = plan(step("create", VPC, "v"), step("delete", KEY, "k"))
    ended = cli("plan", "dev")
    assert ended.code == 0
    assert fake_run.asked == [("open", "read"), ("preview", "update", "state")]
    golden(ended.out)


def test_refresh_reads_the_cloud(cli, fake_run):
    cli("plan", "dev", "--refresh")
    assert ("preview", "update", "cloud") in fake_run.asked


def test_the_detailed_exit_code_tells_whether_there_are_changes(cli, fake_run):
    assert cli("plan", "dev", "--detailed-exitcode").code == 0
    fake_run.plan = plan(step("create", VPC, "v"))
    assert cli("plan", "dev", "--detailed-exitcode").code == 2
    assert cli("plan", "dev").code == 0


def test_json_stands_alone_on_standard_output(cli, fake_run, workspace):
    workspace.notices = ("The account was not checked",)
    fake_run.plan = plan(step("create", VPC, "v"))
    ended = cli("plan", "dev", "--json")
    found = json.loads(ended.out)
    assert found["schema"] == "provisioner/plan/1"
    assert found["environment"] == "dev"
    assert found["notes"] == ["The account was not checked"]
    assert ended.err == "note: The account was not checked\n"


def test_a_program_that_fails_is_a_failure(cli, fake_run):
    fake_run.raises = ProgramFailed("dev.us-east-1", "KeyError: 'x'", "Traceback")
    ended = cli("plan", "dev", "--json")
    assert ended.code == 1
    assert ended.out == ""
    assert "KeyError: 'x'" in ended.err
