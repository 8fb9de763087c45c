"""`secrets check|rotate|migrate`: what people are told, and that nothing is written if one stack would fail."""

from types import SimpleNamespace

import pulumi
import pytest

from provisioner import wiring
from provisioner.cli import secrets
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.interface import Access, Stack
from provisioner.engine.state_failures import KeyRefused
from provisioner.key_wiring import SealedStacks, Setting
from provisioner.plan.model import ApprovedPlan, Mode, Source
from provisioner.schedule import LayerStacks
from provisioner.seal_wiring import in_region, new_passphrase
from provisioner.state_wiring import keys_of
from tests.backends.test_seals import CANARY, FakeKey
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.runs import Desk

OLD, NEW = "an old passphrase", "a new passphrase"
KEY = "awskms://alias/state?region=us-east-1"


def with_secret():
    """A thing with a secret."""
    options = pulumi.ResourceOptions(provider=FakeRegistry("here"))
    Thing("a", note=pulumi.Output.secret(CANARY), opts=options)


def without():
    """A thing without one."""
    Thing("a", opts=pulumi.ResourceOptions(provider=FakeRegistry("here")))


STACKS = (
    Stack("foundation", "dev.us-east-1", "us-east-1", with_secret),
    Stack("cluster", "dev.us-east-1", "us-east-1", with_secret),
    Stack("platform", "dev.us-east-1", "us-east-1", without),
)


@pytest.fixture
def set_up(tmp_path, monkeypatch, quick_passphrase):
    """Three applied stacks, two with a secret, and what the commands are wired for."""
    desk = Desk(tmp_path)
    says = SimpleNamespace(key="passphrase", cloud="aws")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", OLD)
    desk.passphrase = OLD
    for stack in STACKS:
        with desk.engine().open(stack, Access.WRITE) as run:
            plan = run.preview(Mode.UPDATE, Source.STATE)
            run.apply(ApprovedPlan(plan, "test"), lambda event: None)

    def made(asked):
        keys = Keys(
            keys_of(
                SimpleNamespace(secrets="passphrase", backend=tmp_path), "us-east-1", is_local=False
            ).passphrase,
            says.key,
            lambda url, stack: FakeKey(url),
        )
        workspace = wiring.Workspace(
            name="dev",
            environment=SimpleNamespace(name="dev", cloud=says.cloud, region="us-east-1"),
            engine=desk.engine(),
            layers=(LayerStacks((STACKS,)),),
        )
        return SealedStacks(
            workspace, desk.engine()._backend, keys, Setting(says.key, "environments/dev.yaml:7")
        )

    monkeypatch.setattr(secrets, "sealed_stacks", made)
    return SimpleNamespace(desk=desk, says=says)


def states(set_up):
    """The bytes of the three state files."""
    backend = set_up.desk.engine()._backend
    return [backend.place(stack.project, stack.name).content().checkpoint for stack in STACKS]


def told(ended, tmp_path):
    """What was said, without names that differ from run to run."""
    import re

    return re.sub(r"/\S+/backups/(\S+)\.\d+\.json", r"BACKUPS/\1.json", f"{ended.out}--\n{ended.err}")


def test_check(cli, set_up, golden, tmp_path):
    ended = cli("secrets", "check", "dev")
    assert ended.code == 0
    golden(told(ended, tmp_path))


def test_check_with_a_wrong_passphrase_goes_through_all_stacks(cli, set_up, monkeypatch):
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "wrong")
    ended = cli("secrets", "check", "dev")
    assert ended.code == 1
    assert ended.err.count("error[RUN-015]") == 2
    assert "platform dev.us-east-1: no secrets yet" in ended.out


def test_check_says_what_the_file_says_otherwise(cli, set_up):
    set_up.says.key = KEY
    ended = cli("secrets", "check", "dev")
    assert ended.code == 0
    assert "environments/dev.yaml:7" in ended.err
    assert "provisioner secrets migrate dev" in ended.err


def test_rotate(cli, set_up, golden, tmp_path, monkeypatch):
    monkeypatch.setenv("PROVISIONER_NEW_PASSPHRASE", NEW)
    before = states(set_up)
    ended = cli("secrets", "rotate", "dev", "--dry-run")
    assert (ended.code, states(set_up)) == (0, before)
    ended = cli("secrets", "rotate", "dev", "--yes")
    assert ended.code == 0
    golden(told(ended, tmp_path))
    again = cli("secrets", "rotate", "dev", "--yes")
    assert again.code == 0
    assert again.out.count("sealed with the new passphrase already") == 2
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", NEW)
    checked = cli("secrets", "check", "dev")
    assert checked.code == 0
    assert (
        "Version 1 has an earlier key, of a passphrase: not opened by the passphrase given here."
        in checked.out
    )
    for said in (ended, again, checked):
        assert not {OLD, NEW, CANARY} & {word for word in (OLD, NEW, CANARY) if word in said.out + said.err}


def test_rotate_asks_for_the_new_passphrase_twice_and_shows_it_never(cli, set_up, monkeypatch):
    answers = iter([NEW, NEW])
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda prompt: next(answers))
    ended = cli("secrets", "rotate", "dev", typed="yes")
    assert ended.code == 0
    assert NEW not in ended.out + ended.err
    assert next(answers, None) is None
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", NEW)
    assert cli("secrets", "check", "dev").code == 0


def test_rotate_without_a_terminal_names_the_variable(cli, set_up):
    before = states(set_up)
    ended = cli("secrets", "rotate", "dev", "--yes")
    assert ended.code == 1
    assert "PROVISIONER_NEW_PASSPHRASE_FILE=FILE provisioner secrets rotate dev --yes" in ended.err
    assert states(set_up) == before


def test_an_answer_that_is_not_yes_changes_nothing(cli, set_up, monkeypatch):
    monkeypatch.setenv("PROVISIONER_NEW_PASSPHRASE", NEW)
    before = states(set_up)
    assert cli("secrets", "rotate", "dev", typed="no").code == 1
    assert states(set_up) == before


def test_if_one_stack_would_fail_none_is_written(cli, set_up, monkeypatch, golden, tmp_path):
    """The second stack was rotated to a passphrase that nobody gives now."""
    half_way(set_up, monkeypatch, "a third passphrase")
    monkeypatch.setenv("PROVISIONER_NEW_PASSPHRASE", NEW)
    before = states(set_up)
    ended = cli("secrets", "rotate", "dev", "--yes")
    assert ended.code == 1
    assert states(set_up) == before
    golden(told(ended, tmp_path))


def half_way(set_up, monkeypatch, passphrase):
    """A rotation that came as far as the second stack only."""
    from provisioner.engine.sealing import Rotation

    sealed = secrets.sealed_stacks(None)
    sealed.reseal(STACKS[1], Rotation(lambda: passphrase), Access.WRITE)


def test_half_rotated_it_goes_on(cli, set_up, monkeypatch):
    half_way(set_up, monkeypatch, NEW)
    monkeypatch.setenv("PROVISIONER_NEW_PASSPHRASE", NEW)
    ended = cli("secrets", "rotate", "dev", "--yes")
    assert ended.code == 0
    assert "cluster dev.us-east-1: sealed with the new passphrase already" in ended.out
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", NEW)
    assert cli("secrets", "check", "dev").code == 0


def test_migrate_says_which_line_has_to_follow(cli, set_up, golden, tmp_path, monkeypatch):
    ended = cli("secrets", "migrate", "dev", "--to", "awskms://alias/state", "--yes")
    assert ended.code == 0
    golden(told(ended, tmp_path))
    set_up.says.key = KEY
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE")
    checked = cli("secrets", "check", "dev")
    assert checked.code == 0
    assert not checked.err


def test_without_to_the_file_is_the_target(cli, set_up):
    set_up.says.key = KEY
    ended = cli("secrets", "migrate", "dev", "--yes")
    assert ended.code == 0
    assert "`state.secrets`" not in ended.out
    assert cli("secrets", "migrate", "dev", "--yes").out.count(f"sealed with `{KEY}` already") == 2


def test_a_migration_to_what_is_no_key_is_refused(cli, set_up):
    ended = cli("secrets", "migrate", "dev", "--to", "gcpkms://x", "--yes")
    assert ended.code == 1
    assert "awskms://alias/name" in ended.err


def test_on_a_desk_the_passphrase_stays(cli, set_up):
    """It is this machine's own; its key is a new one all the same."""
    set_up.says.cloud = "local"
    before = states(set_up)
    ended = cli("secrets", "rotate", "dev", "--yes")
    assert ended.code == 0
    assert states(set_up)[0] != before[0]
    assert "with a new key of the same passphrase" in ended.out
    assert "From now on" not in ended.out
    assert cli("secrets", "check", "dev").code == 0


def test_the_new_passphrase_is_read_from_its_variable_or_its_file(monkeypatch, tmp_path):
    assert new_passphrase() is None
    (tmp_path / "phrase").write_text(f"{NEW}\n")
    monkeypatch.setenv("PROVISIONER_NEW_PASSPHRASE_FILE", str(tmp_path / "phrase"))
    assert new_passphrase() == NEW
    monkeypatch.setenv("PROVISIONER_NEW_PASSPHRASE", "shorter")
    assert new_passphrase() == "shorter"


def test_a_key_is_recorded_with_its_region():
    assert in_region("awskms://alias/state", "us-east-1") == KEY
    assert in_region("passphrase", "us-east-1") == "passphrase"


def test_after_a_migration_the_file_is_to_follow_first(cli, set_up, golden):
    """To migrate back is not the first thing that is offered."""
    assert cli("secrets", "migrate", "dev", "--to", "awskms://alias/state", "--yes").code == 0
    checked = cli("secrets", "check", "dev")
    assert checked.code == 0, checked.err
    golden(checked.err)


def test_a_new_key_that_is_not_there_is_told_as_the_new_one(cli, set_up, monkeypatch, golden):
    before = states(set_up)

    def nowhere(self, _plaintext):
        raise KeyRefused(
            "foundation", self._url, "Alias arn:aws:kms:alias/nosuch is not found.", "NotFoundException"
        )

    monkeypatch.setattr(FakeKey, "encrypt", nowhere)
    ended = cli("secrets", "migrate", "dev", "--to", "awskms://alias/nosuch", "--yes")
    assert ended.code == 1
    assert states(set_up) == before
    golden(ended.err)


def test_a_key_in_aws_is_refused_for_the_cloud_on_a_desk(cli, set_up):
    set_up.says.cloud = "local"
    before = states(set_up)
    ended = cli("secrets", "migrate", "dev", "--to", "awskms://alias/state", "--yes")
    assert ended.code == 1
    assert "keeps a passphrase of its own" in ended.err
    assert states(set_up) == before
