"""`plan --out`, `show F`, `apply F`: what was planned is what is applied, or nothing is."""

import json
import shlex
import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from provisioner import wiring, workflow
from provisioner.cli import apply, destroy, drift, plan, plan_files
from provisioner.engine.failures import WrongAccount
from provisioner.engine.interface import Stack
from provisioner.plan.model import Mode
from provisioner.plan.saved import Mark, read, written
from provisioner.schedule import LayerStacks, Task
from provisioner.wiring import Workspace
from tests.support.programs import things
from tests.support.runs import Desk

BASE = "owner: ml@example.com\nnetwork: {cidr: 10.10.0.0/16, zones: 2}\n"
DEV = 'extends: base.yaml\nname: dev\ncloud: aws\naccount: {id: "111122223333"}\nregion: eu-west-1\nregistry: {repositories: [serving]}\n'


@pytest.fixture
def world(tmp_path, monkeypatch, quick_passphrase):
    """A checkout with one environment, a fake cloud behind it, and everything that can move."""
    world = SimpleNamespace(
        desk=Desk(tmp_path),
        program=things(a={"size": 1}, b={"size": 1, "needs": "a"}),
        account="111122223333",
        providers={"fake": "1.0.0"},
        now=datetime.now(UTC),
    )
    folder = tmp_path / "clone" / "environments"
    folder.mkdir(parents=True)
    (folder / "base.yaml").write_text(BASE)
    (folder / "dev.yaml").write_text(DEV)
    monkeypatch.chdir(tmp_path / "clone")

    def workspace(asked, _say=None, *, account=True, puts_back=False):
        files = wiring.loaded(asked)
        if account and world.account != files.environment.account_id:
            raise WrongAccount(files.environment.account_id, world.account)
        stacks = (Stack("layer", "dev.eu-west-1", "eu-west-1", world.program),)
        return Workspace(
            name=asked,
            environment=files.environment,
            engine=world.desk.engine(),
            layers=(LayerStacks((stacks,)),),
            files=files,
            providers=world.providers,
            puts_back=puts_back,
        )

    @contextmanager
    def planning(asked):
        yield workspace(asked)

    class Clock(datetime):
        @classmethod
        def now(cls, _zone=None):
            return world.now

    monkeypatch.setattr(plan_files, "datetime", Clock)
    monkeypatch.setattr(plan, "planning", planning)
    monkeypatch.setattr(plan_files, "planning", planning)
    monkeypatch.setattr(plan_files, "recorded", lambda asked: workspace(asked, account=False))
    monkeypatch.setattr(apply, "applying", workspace)
    monkeypatch.setattr(apply, "destroying", workspace)
    monkeypatch.setattr(drift, "reverting", partial(workspace, puts_back=True))
    monkeypatch.setattr(destroy, "destroying", workspace)
    world.tmp = tmp_path
    return world


def names(world):
    return sorted(name[0] for name in world.desk.cloud.names())


def test_it_is_shown_again_as_it_was_and_then_carried_out(cli, world):
    made = cli("plan", "dev", "--out", "f.plan")
    assert made.code == 0, made.err
    assert "To do exactly this" in made.err
    shown = cli("show", "f.plan")
    assert shown.out == made.out
    applied = cli("apply", "f.plan", "--yes")
    assert applied.code == 0, applied.err
    assert names(world) == ["a", "b"]


def test_programs_see_it_again_as_it_was(cli, world):
    made = cli("plan", "dev", "--out", "f.plan", "--json")
    assert json.loads(made.out)["environment"] == "dev"
    assert cli("show", "f.plan", "--json").out == made.out


def test_one_that_puts_back_is_carried_out_as_one(cli, world, monkeypatch):
    """What others have set is taken back from them then, too, and by no other plan."""
    wired, workspace = [], apply.applying
    monkeypatch.setattr(apply, "applying", lambda *at, **how: wired.append(how) or workspace(*at, **how))
    assert cli("apply", "dev", "--yes").code == 0
    with world.desk.cloud.objects() as objects:
        for one in objects.values():
            one["size"] = 7
    assert cli("drift", "dev", "--revert", "--out", "f.plan").code == 0
    assert cli("plan", "dev", "--out", "g.plan").code == 0
    assert (
        json.loads(Path("f.plan").read_text())["puts_back"],
        "puts_back" in Path("g.plan").read_text(),
    ) == (
        True,
        False,
    )
    applied = cli("apply", "f.plan", "--yes")
    assert applied.code == 0, applied.err
    with world.desk.cloud.objects() as objects:
        assert {one["size"] for one in objects.values()} == {1}
    assert wired == [{}, {"puts_back": True}]


def test_only_its_owner_reads_it(cli, world):
    cli("plan", "dev", "--out", "f.plan")
    assert Path("f.plan").stat().st_mode & 0o777 == 0o600


def test_another_file_is_not_overwritten_and_an_older_plan_is(cli, world):
    Path("notes.txt").write_text("mine")
    assert cli("plan", "dev", "--out", "notes.txt").code == 1
    assert Path("notes.txt").read_text() == "mine"
    assert cli("plan", "dev", "--out", "f.plan").code == 0
    assert cli("plan", "dev", "--out", "f.plan").code == 0


def test_it_is_shown_where_there_is_nothing_else(cli, world, monkeypatch):
    """No environment file, no state, no passphrase, no credentials, another folder."""
    made = cli("plan", "dev", "--out", "f.plan")
    elsewhere = world.tmp / "elsewhere"
    elsewhere.mkdir()
    shutil.move("f.plan", elsewhere / "f.plan")
    monkeypatch.chdir(elsewhere)
    shutil.rmtree(world.tmp / "clone")
    world.desk.passphrase = None
    assert cli("show", "f.plan").out == made.out


def test_it_is_carried_out_in_a_fresh_clone(cli, world, monkeypatch):
    cli("plan", "dev", "--out", "f.plan")
    other = world.tmp / "home" / "other" / "clone"
    shutil.copytree(world.tmp / "clone", other)
    monkeypatch.chdir(other)
    shutil.rmtree(world.tmp / "clone")
    applied = cli("apply", "f.plan", "--yes")
    assert applied.code == 0, applied.err
    assert names(world) == ["a", "b"]


def test_a_file_named_by_its_path_is_found_in_another_clone(cli, world, monkeypatch):
    cli("plan", str(Path("environments/dev.yaml").absolute()), "--out", "f.plan")
    assert read(Path("f.plan").read_bytes()).asked == "environments/dev.yaml"
    other = world.tmp / "other"
    shutil.copytree(world.tmp / "clone", other)
    monkeypatch.chdir(other)
    assert cli("apply", "f.plan", "--yes").code == 0


def file_changed(world):
    Path("environments/dev.yaml").write_text(DEV.replace("serving", "training"))


def extended_file_changed(world):
    Path("environments/base.yaml").write_text(BASE + "# later\n")


def extends_no_more(world):
    Path("environments/dev.yaml").write_text(DEV.replace("extends: base.yaml\n", BASE))


def program_changed(world):
    world.monkeypatch.setattr("provisioner.binding.program_digest", lambda: "sha256:other")


def package_changed(world):
    world.monkeypatch.setattr(
        "importlib.metadata.version", lambda name: "9.9.9" if name == "pulumi" else "0.1.0"
    )


def provider_changed(world):
    world.providers = {"fake": "2.0.0"}


def account_changed(world):
    world.account = "999999999999"


def expired(world):
    world.now += timedelta(hours=24)


def applied_here(world, program):
    stack = Stack("layer", "dev.eu-west-1", "eu-west-1", program)
    world.desk.stack = lambda *_: stack
    world.desk.apply(None)


def state_changed(world):
    applied_here(world, things(c={}))


def state_is_another(world):
    shutil.rmtree(world.tmp / "state")
    state_changed(world)


def state_was_applied_to(world):
    state_changed(world)


def step_differs(world):
    world.program = things(a={"size": 2}, b={"size": 1, "needs": "a"})


def step_is_new(world):
    world.program = things(a={"size": 1}, b={"size": 1, "needs": "a"}, c={})


def step_is_gone(world):
    world.program = things(a={"size": 1})


MOVES = (
    file_changed,
    extended_file_changed,
    extends_no_more,
    program_changed,
    package_changed,
    provider_changed,
    account_changed,
    expired,
    state_changed,
    state_is_another,
    state_was_applied_to,
    step_differs,
    step_is_new,
    step_is_gone,
)


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.__name__)
def test_whatever_moves_is_named_and_nothing_is_done(cli, world, move, monkeypatch, golden):
    world.monkeypatch = monkeypatch
    world.now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    if move in (state_is_another, state_was_applied_to):
        applied_here(world, things(d={}))
    assert cli("plan", "dev", "--out", "f.plan").code == 0
    before = None
    with monkeypatch.context():
        move(world)
        before = world.desk.cloud.all()
        ended = cli("apply", "f.plan", "--yes")
    assert ended.code == 10, ended.out + ended.err
    assert world.desk.cloud.all() == before
    golden(_settled(ended.err))


def _settled(text):
    import re

    return re.sub(r"sha256:[0-9a-f]{8}…", "sha256:…", text)


def test_every_move_is_told_at_once(cli, world):
    cli("plan", "dev", "--out", "f.plan")
    file_changed(world)
    expired(world)
    ended = cli("apply", "f.plan", "--yes")
    assert ended.code == 10
    assert "It expired at" in ended.err
    assert "`dev.yaml` was changed" in ended.err


def test_what_moved_of_account_and_state_is_told_with_the_rest(cli, world, golden):
    world.now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    cli("plan", "dev", "--out", "f.plan")
    file_changed(world)
    account_changed(world)
    state_changed(world)
    ended = cli("apply", "f.plan", "--yes")
    assert ended.code == 10
    golden(_settled(ended.err))


def test_states_that_moved_are_told_in_order():
    """Whatever order a set of their names has."""
    names = [f"dev.{letter}" for letter in "hcagbfed"]
    tasks = [Task(Stack("layer", name, "here", lambda: None), Mode.UPDATE) for name in names]
    runs = {task: SimpleNamespace(mark=lambda: Mark("one", 2, "sha256:2")) for task in tasks}
    before = Mark("one", 1, "sha256:1")
    stacks = [SimpleNamespace(full_name=task.stack.full_name, mark=before) for task in tasks]
    found = workflow._moved_states(runs, SimpleNamespace(stacks=stacks))
    assert [move.name for move in found] == sorted(task.stack.full_name for task in tasks)


def test_away_from_its_folder_it_says_so(cli, world, monkeypatch, golden):
    cli("plan", "dev", "--out", "f.plan")
    elsewhere = world.tmp / "elsewhere"
    elsewhere.mkdir()
    shutil.move("f.plan", elsewhere / "f.plan")
    monkeypatch.chdir(elsewhere)
    ended = cli("apply", "f.plan", "--yes")
    assert ended.code == 10
    golden(ended.err)


@pytest.mark.parametrize(
    "words",
    [("--target", "*::a", "--target", "*::b", "--refresh"), ("--destroy", "--exclude", "*::a")],
    ids=" ".join,
)
def test_what_made_it_makes_it_again(cli, world, words):
    """The command that is offered is the one that was typed."""
    cli("apply", "dev", "--yes")
    assert cli("plan", "dev", *words, "--out", "f.plan").code == 0
    expired(world)
    typed = f"plan dev {shlex.join(words)} --out f.plan"
    assert f"  provisioner {typed}\n" in cli("apply", "f.plan", "--yes").err


def test_a_file_of_before_says_how_a_plan_is_made(cli, world):
    cli("plan", "dev", "--out", "f.plan")
    saved = read(Path("f.plan").read_bytes())
    Path("f.plan").write_bytes(written(replace(saved, command="")))
    expired(world)
    assert "provisioner plan dev --out FILE" in cli("apply", "f.plan", "--yes").err


@pytest.mark.parametrize("command", ["plan", "drift", "destroy", "output"])
def test_where_an_environment_is_meant_a_plan_file_is_told(cli, world, command):
    cli("plan", "dev", "--out", "f.plan")
    ended = cli(command, "f.plan")
    assert ended.code == 1
    assert f"`f.plan` is the plan in a file, and {command} is about an environment." in ended.err
    assert "provisioner apply f.plan" in ended.err


@pytest.mark.parametrize("command", ["apply", "show"])
def test_a_plan_file_that_is_not_there_is_told_before_anything_is_asked(cli, world, command):
    ended = cli(command, "nosuch.plan")
    assert ended.code == 1
    assert "There is no plan file `nosuch.plan`" in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("plan", "dev", "--target-dependents"), "goes with --target"),
        (("apply", "dev", "--yes", "--target-dependents"), "goes with --target"),
        (("plan", "dev", "--expires", "2h"), "goes with --out"),
        (("drift", "dev", "--revert", "--expires", "2h", "--yes"), "goes with --out"),
        (("drift", "dev", "--approve-loss", "x"), "what --revert does at once"),
        (("drift", "dev", "--parallelism", "2"), "what --revert does at once"),
        (("drift", "dev", "--revert", "--out", "g.plan", "--approve-loss", "x"), "does at once"),
        (("show", "f.plan", "--origin"), "--origin is for environments"),
        (("destroy", "dev", "--yes", "--replace", "*"), "destroy makes none"),
        (("plan", "dev", "--destroy", "--replace", "*"), "--destroy makes none"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_an_option_that_would_say_nothing_is_refused(cli, world, words, said):
    assert cli("plan", "dev", "--out", "f.plan").code == 0
    ended = cli(*words)
    assert ended.code == 1
    assert said in ended.err
    assert names(world) == []


@pytest.mark.parametrize("limits", [("--target", "*::b"), ("--exclude", "*::a")], ids=" ".join)
def test_what_is_left_out_cannot_be_replaced(cli, world, limits, golden):
    cli("apply", "dev", "--yes")
    ended = cli("plan", "dev", "--replace", "*::a", *limits)
    assert ended.code == 1
    golden(ended.err)


def test_a_pattern_may_name_more_to_replace_than_is_to_change(cli, world):
    cli("apply", "dev", "--yes")
    ended = cli("plan", "dev", "--replace", "*", "--target", "*::b")
    assert ended.code == 0, ended.err
    assert "1 to replace" in ended.out


def test_a_file_that_cannot_be_written_is_called_as_it_was_asked_for(cli, world, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("provisioner.cli.writing._make", full)
    ended = cli("plan", "dev", "--out", "f.plan")
    assert ended.code == 1
    assert "`f.plan`: No space left on device." in ended.err


def test_after_it_was_carried_out_it_holds_no_more(cli, world):
    cli("plan", "dev", "--out", "f.plan")
    assert cli("apply", "f.plan", "--yes").code == 0
    again = cli("apply", "f.plan", "--yes")
    assert again.code == 10
    assert "The state of stack organization/layer/dev.eu-west-1 was changed" in again.err


@pytest.mark.parametrize(("life", "holds"), [("30m", True), ("90m", True), ("1d", True), ("5m", False)])
def test_how_long_it_holds(cli, world, life, holds):
    cli("plan", "dev", "--out", "f.plan", "--expires", life)
    world.now += timedelta(minutes=20)
    assert cli("apply", "f.plan", "--yes").code == (0 if holds else 10)


@pytest.mark.parametrize("life", ["", "0h", "1w", "h", "-1h", "400d"])
def test_a_time_that_is_none_is_refused(cli, world, life):
    ended = cli("plan", "dev", "--out", "f.plan", "--expires", life)
    assert ended.code == 1
    assert "write `30m`, `24h` or `7d`" in ended.err


def test_a_destroy_is_kept_and_carried_out(cli, world):
    cli("apply", "dev", "--yes")
    made = cli("plan", "dev", "--destroy", "--out", "f.plan")
    assert cli("show", "f.plan").out == made.out
    assert "to delete" in made.out
    ended = cli("apply", "f.plan", "--yes")
    assert ended.code == 0, ended.err
    assert names(world) == []


def test_its_scope_is_kept(cli, world):
    cli("plan", "dev", "--target", "*::a", "--out", "f.plan")
    ended = cli("apply", "f.plan", "--yes")
    assert ended.code == 0, ended.err
    assert names(world) == ["a"]


@pytest.mark.parametrize("option", [("--refresh",), ("--target", "*"), ("--replace", "*")])
def test_what_it_is_about_cannot_be_said_again(cli, world, option):
    cli("plan", "dev", "--out", "f.plan")
    assert cli("apply", "f.plan", "--yes", *option).code == 1
    assert names(world) == []


def test_a_file_that_was_cut_short_is_told(cli, world, golden):
    cli("plan", "dev", "--out", "f.plan")
    Path("f.plan").write_bytes(Path("f.plan").read_bytes()[:-20])
    for words in (("apply", "f.plan", "--yes"), ("show", "f.plan")):
        ended = cli(*words)
        assert ended.code == 1
    golden(ended.err)


def test_a_file_of_a_newer_version_is_told(cli, world, golden):
    Path("f.plan").write_text('{"schema":"provisioner/plan-file/7","digest":"x"}')
    ended = cli("show", "f.plan")
    assert ended.code == 1
    golden(ended.err)


def test_it_asks_like_any_apply(cli, world):
    cli("plan", "dev", "--out", "f.plan")
    assert cli("apply", "f.plan").code == 1
    assert cli("apply", "f.plan", typed="no").code == 1
    assert names(world) == []
    assert cli("apply", "f.plan", typed="yes").code == 0


def test_the_page_of_a_kept_plan_is_that_of_the_plan(cli, world):
    cli("plan", "dev", "--out", "f.plan", "--html", "one.html")
    cli("show", "f.plan", "--html", "two.html")
    assert Path("one.html").read_text() == Path("two.html").read_text()
    assert cli("show", "dev", "--html", "three.html").code == 1


def test_a_part_is_applied_by_its_name(cli, world):
    assert cli("apply", "dev", "--yes", "--target", "*::a", "--parallelism", "1").code == 0
    assert names(world) == ["a"]
    ended = cli("plan", "dev", "--target", "*::nobody")
    assert ended.code == 1
    assert "*::nobody" in ended.err


def test_what_happens_is_told_line_by_line(cli, world):
    ended = cli("apply", "dev", "--json", "--yes")
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert [line["sequence"] for line in lines] == [*range(1, len(lines) + 1)]
    assert (lines[0]["event"], lines[-1]["event"]) == ("planned", "ended")
    assert lines[-1]["result"] == "done"
    assert cli("apply", "dev", "--json").code == 1


@pytest.mark.parametrize("move", [step_differs, expired, account_changed], ids=lambda move: move.__name__)
def test_a_plan_that_moved_is_told_on_a_line_as_well(cli, world, move):
    cli("plan", "dev", "--out", "f.plan")
    move(world)
    ended = cli("apply", "f.plan", "--json", "--yes")
    [line] = [json.loads(line) for line in ended.out.splitlines()]
    assert (line["event"], line["exit_code"], line["code"]) == ("stopped", 10, "RUN-050")
