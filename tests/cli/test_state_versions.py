"""History, rollback, unlock and push, for people and for programs."""

import json
from types import SimpleNamespace

import pytest

from provisioner.cli import state_lock
from provisioner.engine.failures import StateIsDamaged, StateIsLocked
from provisioner.engine.interface import Pushed, Stack, Version
from provisioner.engine.state_failures import StateIsAway
from tests.support.fake_engine import FakeEngine
from tests.support.plans import NETWORK, VPC, recorded

VERSIONS = tuple(
    Version(
        number=number,
        kind=kind,
        time=f"2026-11-2{number}T08:00:00Z",
        by="ann@desk",
        message=message,
        result=result,
        changes=changes,
    )
    for number, kind, message, result, changes in (
        (3, "import", "rolled back to version 1", "succeeded", {}),
        (2, "update", "", "failed", {"create": 1, "same": 4}),
        (1, "update", "", "succeeded", {"create": 12, "update": 1}),
    )
)


@pytest.fixture(autouse=True)
def _on_the_fake(workspace, fake_run):
    fake_run.recorded = (recorded(NETWORK, "n"), recorded(VPC, "v", "vpc-1"))
    fake_run.archive.versions = VERSIONS
    fake_run.archive.then = (recorded(NETWORK, "n"), recorded(VPC, "w", "vpc-0"))


def test_history(cli, golden):
    ended = cli("state", "history", "dev")
    assert ended.code == 0
    golden(ended.out)


def test_history_for_programs(cli):
    found = json.loads(cli("state", "history", "dev", "--json").out)
    assert found["schema"] == "provisioner/history/1"
    (stack,) = found["stacks"]
    assert [each["version"] for each in stack["versions"]] == [3, 2, 1]
    assert stack["versions"][1]["changes"] == {"create": 1, "same": 4}


def test_without_any_version(cli, fake_run):
    fake_run.archive.versions = ()
    assert "no version was kept yet" in cli("state", "history", "dev").out


def test_rollback_shows_what_it_does_and_where_the_state_before_is(cli, fake_run, golden):
    ended = cli("state", "rollback", "dev", "1", "--yes")
    assert ended.code == 0
    assert fake_run.archive.asked == [1]
    assert ("open", "write") in fake_run.asked
    golden(ended.out)


def test_a_rollback_from_a_damaged_state_says_that_it_is_replaced(cli, fake_run, monkeypatch):
    def resources():
        raise StateIsDamaged("dev.json", "cut off")

    monkeypatch.setattr(fake_run, "resources", resources)
    ended = cli("state", "rollback", "dev", "1", "--yes")
    assert ended.code == 0
    assert "cannot be read, and is replaced: dev.json: cut off" in ended.out
    assert fake_run.archive.asked == [1]


def test_a_dry_run_changes_nothing_and_takes_no_lock(cli, fake_run):
    ended = cli("state", "rollback", "dev", "1", "--dry-run")
    assert ended.code == 0
    assert "- ec2/vpc:Vpc" in ended.out or "- " in ended.out
    assert fake_run.archive.asked == []
    assert ("open", "write") not in fake_run.asked


@pytest.mark.parametrize("option", ["--yes", "--dry-run"])
def test_a_rollback_to_what_is_recorded_does_nothing(cli, fake_run, option):
    fake_run.archive.now = fake_run.archive.then
    ended = cli("state", "rollback", "dev", "1", option)
    assert ended.code == 0
    assert ended.out.endswith("It is what is recorded. Nothing is to be changed.\n")
    assert fake_run.archive.asked == []


def test_rollback_asks_and_without_a_terminal_refuses(cli, fake_run):
    ended = cli("state", "rollback", "dev", "1")
    assert ended.code == 1
    assert "provisioner state rollback dev 1 --yes" in ended.err
    ended = cli("state", "rollback", "dev", "1", "--layer", "foundation")
    assert "provisioner state rollback dev 1 --layer foundation --yes" in ended.err
    assert fake_run.archive.asked == []


def test_a_version_that_is_not_there(cli, fake_run):
    ended = cli("state", "rollback", "dev", "9", "--yes")
    assert ended.code == 1
    assert ended.out == ""
    assert "error[RUN-073]" in ended.err
    assert fake_run.archive.asked == []


def test_a_stack_that_is_not_there(cli):
    ended = cli("state", "rollback", "dev", "1", "--yes", "--layer", "serving")
    assert ended.code == 1
    assert "The environment has no layer 'serving'. What it has: foundation." in " ".join(ended.err.split())


def test_a_misspelt_layer_or_region_gets_the_nearest_name(cli):
    layer = cli("state", "rollback", "dev", "1", "--yes", "--layer", "fundation").err
    assert "no layer 'fundation'. Did you mean 'foundation'?" in " ".join(layer.split())
    region = cli("state", "rollback", "dev", "1", "--yes", "--region", "us-east-9").err
    assert "no region 'us-east-9'. Did you mean 'us-east-1'?" in " ".join(region.split())


def test_unlock_frees_what_was_left(cli, fake_run):
    fake_run.abandoned_by = "ben@ci, process 7, since 2026-11-21T08:00:00Z"
    ended = cli("state", "unlock", "dev")
    assert ended.code == 0
    assert "freed; it was held by ben@ci, process 7, since 2026-11-21T08:00:00Z." in ended.out


def test_a_dry_run_of_unlock_only_says_whose_lock_it_is(cli, fake_run):
    fake_run.abandoned_by = "ben@ci, process 7"
    ended = cli("state", "unlock", "dev", "--dry-run")
    assert (ended.code, ended.out) == (
        0,
        "foundation local.us-east-1: would be freed; it is held by ben@ci, process 7.\n",
    )
    assert ("unlock", "read") in fake_run.asked


def test_a_dry_run_of_push_only_says_what_it_would_add(cli, fake_run):
    fake_run.pushed = Pushed(added=3)
    ended = cli("state", "push", "dev", "--dry-run")
    assert "3 entries would be added to the state" in ended.out
    assert ("push", "read") in fake_run.asked


def test_unlock_of_what_is_free(cli):
    assert "not locked" in cli("state", "unlock", "dev").out


def test_unlock_refuses_a_live_holder_and_names_it(cli, fake_run):
    fake_run.holder = "ben@ci, process 7, since 2026-11-21T08:00:00Z"
    ended = cli("state", "unlock", "dev")
    assert ended.code == 6
    assert "ben@ci" in ended.err


@pytest.mark.parametrize(
    ("pushed", "said"),
    [
        (Pushed(), "nothing was kept here that the state lacks"),
        (Pushed(added=3), "3 entries were added to the state"),
        (Pushed(settled=1), "what came of 1 operations had been found out already"),
    ],
)
def test_push(cli, fake_run, pushed, said):
    fake_run.pushed = pushed
    ended = cli("state", "push", "dev")
    assert ended.code == 0
    assert said in ended.out


def test_push_goes_on_with_the_other_stacks_and_tells_of_all(cli, fake_run, monkeypatch):
    """Two of three fail, each with a reason of its own; the exit code is that of the first."""
    stacks = tuple(Stack(layer, "dev.us-east-1", "us-east-1", lambda: None) for layer in "abc")
    engine = FakeEngine(fake_run)
    failures = {"a": StateIsLocked("a/dev.us-east-1", "ben@ci"), "b": StateIsAway("s3://x/b", "gone")}

    def push(stack, _access):
        if stack.project in failures:
            raise failures[stack.project]
        return Pushed(added=1)

    engine.push = push
    monkeypatch.setattr(state_lock, "recorded", lambda _: SimpleNamespace(engine=engine, stacks=stacks))
    ended = cli("state", "push", "dev")
    assert ended.code == 6
    assert "c dev.us-east-1: 1 entries were added" in ended.out
    assert ended.err.index("error[RUN-009]") < ended.err.index("error[RUN-070]")
