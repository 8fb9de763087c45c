"""`drift` and `refresh`: what they exit with, what they ask, and what they do then."""

import json
from dataclasses import replace

import pytest

from provisioner.cli import drift as drift_command
from provisioner.engine.failures import CloudNotRead
from provisioner.engine.interface import Applied, Failed, Result
from provisioner.plan.model import Unfinished
from provisioner.schedule import LayerStacks
from tests.support.outside import EVERYTHING, looked
from tests.support.plans import KEY, VPC, plan, step, urn


@pytest.fixture(autouse=True)
def _on_the_fake(workspace):
    pass


def done(fake_run):
    return [words for words in fake_run.asked if words[0] in ("apply", "accept")]


def test_without_drift_it_exits_with_0(cli, fake_run):
    ended = cli("drift", "dev")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "No drift: every object is as the last apply left it.\n"
    assert fake_run.asked == [("open", "read")]


def test_with_drift_it_exits_with_7_and_takes_no_lock(cli, fake_run, golden):
    fake_run.looked = EVERYTHING
    ended = cli("drift", "dev")
    assert ended.code == 7
    assert fake_run.asked == [("open", "read")]
    golden(ended.out)


def test_a_class_is_what_a_cron_job_asks_for(cli, fake_run):
    fake_run.looked = looked(EVERYTHING.outside[1])
    assert cli("drift", "dev").code == 7
    ended = cli("drift", "dev", "--class", "security")
    assert (ended.code, ended.out) == (0, "No drift of class security. (1 of other classes.)\n")


def test_what_is_suggested_is_about_what_was_shown(cli, fake_run):
    fake_run.looked = EVERYTHING
    assert cli("drift", "dev", "--class", "security").out.endswith(
        "  provisioner drift dev --class security --revert\n"
        "  provisioner drift dev --class security --adopt\n"
        "\nTo go on with what is unfinished:\n\n  provisioner apply dev\n"
    )


def test_what_an_earlier_run_left_is_no_drift(cli, fake_run):
    half = Unfinished("replacing", urn(KEY, "key"), KEY, "deleted, and not made again yet")
    fake_run.looked = looked(halves=(half,))
    ended = cli("drift", "dev")
    assert ended.code == 0
    assert "provisioner apply dev" in ended.out
    assert cli("refresh", "dev", "--yes").code == 0
    assert cli("drift", "dev", "--adopt", "--yes").code == 0
    assert "provisioner apply dev" in cli("drift", "dev", "--revert", "--yes").err
    assert done(fake_run) == []


def test_json_stands_alone_on_standard_output(cli, fake_run, workspace):
    workspace.notices = ("a notice",)
    fake_run.looked = EVERYTHING
    ended = cli("drift", "dev", "--json")
    assert ended.code == 7
    assert json.loads(ended.out)["summary"] == {"security": 3, "cost": 1, "benign": 1}
    assert ended.err == "note: a notice\n"


def test_it_says_who_is_at_it(cli, fake_run):
    fake_run.holder = "ann@desk, process 4711"
    ended = cli("drift", "dev")
    assert ended.err == (
        "note: foundation local.us-east-1 is being changed by ann@desk, process 4711: what that run does may "
        "show here, too.\n"
    )


def test_a_cloud_that_cannot_be_read_is_no_drift(cli, fake_run):
    fake_run.raises = CloudNotRead(VPC, "not authorized")
    assert cli("drift", "dev").code == 1


@pytest.mark.parametrize(
    "words",
    ["--revert --adopt", "--out f", "--out f --adopt", "--yes", "--adopt --json", "--class dear"],
)
def test_what_makes_no_sense_is_refused_before_anything_is_read(cli, fake_run, words):
    ended = cli("drift", "dev", *words.split())
    assert ended.code == 1
    assert fake_run.asked == []


@pytest.mark.parametrize(
    "words", [("drift", "dev", "--revert"), ("drift", "dev", "--adopt"), ("refresh", "dev")]
)
def test_where_nobody_can_be_asked_it_refuses_before_anything_is_read(cli, fake_run, words):
    ended = cli(*words)
    assert ended.code == 1
    assert fake_run.asked == []
    assert f"provisioner {' '.join(words)} --yes" in ended.err


REVERT = plan(step("update", VPC, "vpc", {"size": 2}, {"size": 1}))


def test_putting_back_is_a_plan_of_what_was_changed(cli, fake_run, monkeypatch):
    fake_run.looked, fake_run.plan = EVERYTHING, REVERT
    scopes = []
    real = fake_run.preview

    def preview(mode, source, upstream=None, scope=None):
        scopes.append((source.value, scope))
        return replace(real(mode, source), left_out=tuple(scope.targets))

    monkeypatch.setattr(fake_run, "preview", preview)
    ended = cli("drift", "dev", "--revert", typed="yes")
    assert ended.code == 0
    assert done(fake_run)
    ((source, scope),) = scopes
    assert source == "cloud"
    assert set(scope.targets) == {each.drift.urn for each in EVERYTHING.outside}


def _anything(fake_run, monkeypatch):
    real = fake_run.preview
    monkeypatch.setattr(
        fake_run,
        "preview",
        lambda mode, source, upstream=None, scope=None: replace(
            real(mode, source), left_out=tuple(scope.targets)
        ),
    )


def test_putting_back_is_asked_for(cli, fake_run, monkeypatch):
    fake_run.looked, fake_run.plan = EVERYTHING, REVERT
    _anything(fake_run, monkeypatch)
    ended = cli("drift", "dev", "--revert", typed="no")
    assert ended.code == 1
    assert done(fake_run) == []


def test_putting_back_loses_nothing_that_was_not_given_up(cli, fake_run, monkeypatch):
    fake_run.looked, fake_run.plan = EVERYTHING, plan(step("replace", KEY, "key"))
    _anything(fake_run, monkeypatch)
    ended = cli("drift", "dev", "--revert", "--yes")
    assert ended.code == 4
    assert done(fake_run) == []
    assert f"provisioner drift dev --revert --yes --approve-loss {urn(KEY, 'key')}" in ended.err


def test_what_could_not_be_put_back_is_for_an_apply(cli, fake_run, monkeypatch):
    """What follows an object that was made anew is no drift any more, once that is made."""
    fake_run.looked, fake_run.plan = EVERYTHING, REVERT
    fake_run.applied = Applied(Result.FAILED, {}, (Failed(urn(VPC, "vpc"), "limit exceeded"),))
    _anything(fake_run, monkeypatch)
    ended = cli("drift", "dev", "--revert", "--yes")
    assert ended.code == 1
    assert ended.out.endswith("To go on:\n\n  provisioner apply dev\n")


def test_with_nothing_to_put_back_nothing_is_planned(cli, fake_run):
    ended = cli("drift", "dev", "--revert", "--yes")
    assert ended.code == 0
    assert fake_run.asked == [("open", "read")]
    assert "No drift" in ended.err


def test_in_a_region_that_is_no_more_nothing_is_put_back(cli, fake_run, monkeypatch):
    fake_run.looked = EVERYTHING
    real = drift_command.reverting

    def gone(name):
        found = real(name)
        return replace(found, layers=(LayerStacks((), found.stacks),))

    monkeypatch.setattr(drift_command, "reverting", gone)
    assert cli("drift", "dev", "--revert", "--yes").code == 0
    assert done(fake_run) == []


def test_what_is_adopted_is_shown_with_the_settings_and_recorded(cli, fake_run, golden):
    fake_run.looked = EVERYTHING
    ended = cli("drift", "dev", "--adopt", "--class", "cost", typed="yes")
    assert ended.code == 0
    assert done(fake_run) == [("accept", [EVERYTHING.outside[3].drift.urn])]
    golden(ended.out)


def test_what_nobody_agrees_to_is_not_adopted(cli, fake_run):
    fake_run.looked = EVERYTHING
    ended = cli("drift", "dev", "--adopt", typed="no")
    assert ended.code == 1
    assert ended.out.endswith("Nothing was changed.\n")
    assert done(fake_run) == []


def test_a_refresh_records_everything(cli, fake_run):
    fake_run.looked = EVERYTHING
    ended = cli("refresh", "dev", "--yes")
    assert ended.code == 0
    assert done(fake_run) == [("accept", sorted(EVERYTHING.urns))]
    assert ended.out.endswith("Recorded. The state before is kept as:\n  backups/one.json\n")


def test_programs_read_what_a_refresh_has_recorded(cli, fake_run, workspace):
    workspace.notices = ("a notice",)
    assert cli("refresh", "dev", "--json", typed="yes").code == 1  # they are never asked
    nothing = json.loads(cli("refresh", "dev", "--yes", "--json").out)
    assert (nothing["recorded"], nothing["backups"], nothing["drift"]["empty"]) == (False, [], True)
    fake_run.looked = EVERYTHING
    ended = cli("refresh", "dev", "--yes", "--json")
    found = json.loads(ended.out)
    assert (found["schema"], found["recorded"]) == ("provisioner/refresh/1", True)
    assert found["backups"] == ["backups/one.json"]
    assert found["drift"]["schema"] == "provisioner/drift/1"
    assert len(found["drift"]["findings"]) == 5
    assert ended.err == "note: a notice\n"
    assert done(fake_run) == [("accept", sorted(EVERYTHING.urns))]


@pytest.mark.parametrize("words", [("refresh", "dev"), ("drift", "dev", "--adopt")])
def test_with_nothing_to_record_nobody_is_asked(cli, fake_run, words):
    assert cli(*words, typed="").code == 0
    assert done(fake_run) == []


def test_the_kept_plan_of_putting_it_back_is_an_ordinary_plan_file(cli, fake_run, monkeypatch, tmp_path):
    written = []
    monkeypatch.setattr(
        drift_command,
        "write_plan",
        lambda file, *rest: written.append((file, rest[2])) or type("Saved", (), {"expires": None}),
    )
    fake_run.looked, fake_run.plan = EVERYTHING, REVERT
    _anything(fake_run, monkeypatch)
    ended = cli("drift", "dev", "--revert", "--out", "f.plan")
    assert ended.code == 0
    assert [file.name for file, _ in written] == ["f.plan"]
    assert done(fake_run) == []
    assert "provisioner apply f.plan" in ended.err
