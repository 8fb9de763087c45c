"""What is recorded, for people and for programs."""

import json
from dataclasses import replace

import pytest

from provisioner.cli import state, state_lock
from provisioner.engine.failures import StateIsDamaged, StateIsLocked
from provisioner.plan.values import Secret
from provisioner.schedule import LayerStacks
from tests.support.fake_engine import STACKS, FakeEngine
from tests.support.plans import NETWORK, VPC, recorded, urn


@pytest.fixture(autouse=True)
def _on_the_fake(workspace, fake_run):
    fake_run.recorded = (
        recorded(NETWORK, "n"),
        recorded(VPC, "v", "vpc-1", inputs={"pw": Secret("hunter2")}),
        recorded(VPC, "v", "vpc-0", pending_deletion=True),
    )
    fake_run.values = {"vpcId": "vpc-1", "password": Secret("hunter2"), "subnets": ["a", "b"]}


def test_list(cli, golden):
    ended = cli("state", "list", "dev")
    assert ended.code == 0
    golden(ended.out)


def test_list_for_programs(cli):
    found = json.loads(cli("state", "list", "dev", "--json").out)
    assert [row["id"] for row in found["resources"]] == ["", "vpc-1", "vpc-0"]


@pytest.mark.parametrize("called", [urn(NETWORK, "n"), "n"])
def test_show_by_urn_or_name(cli, called):
    assert cli("state", "show", "dev", called).out.startswith(f"urn: {urn(NETWORK, 'n')}\n")


def test_show_by_id_masks_secrets(cli):
    shown = cli("state", "show", "dev", "vpc-1", "--json")
    assert json.loads(shown.out)["inputs"] == {"pw": "(secret)"}


def test_show_names_the_nearest(cli):
    ended = cli("state", "show", "dev", "vpc")
    assert ended.code == 1
    assert "error[RUN-026]" in ended.err


def test_export_is_the_deployment_and_nothing_else(cli):
    assert json.loads(cli("state", "export", "dev").out) == {"version": 3, "deployment": {"resources": []}}


def test_verify(cli, fake_run):
    assert cli("state", "verify", "dev").code == 0
    fake_run.broken = ("`a` has no parent",)
    ended = cli("state", "verify", "dev")
    assert ended.code == 1
    assert "`a` has no parent" in ended.out


@pytest.fixture
def _two_stacks(monkeypatch):
    stacks = (replace(STACKS[0], project="base"), *STACKS)
    for module in (state, state_lock):
        real = module.recorded
        monkeypatch.setattr(
            module,
            "recorded",
            lambda asked, real=real: replace(real(asked), layers=(LayerStacks((stacks,)),)),
        )


@pytest.mark.usefixtures("_two_stacks")
def test_verify_goes_through_all_stacks(cli, fake_run, monkeypatch):
    fake_run.broken = ("`a` has no parent",)
    ended = cli("state", "verify", "dev")
    assert ended.code == 1
    assert ended.out.count("`a` has no parent") == 2
    fake_run.broken = ()
    opened = FakeEngine.open

    def broken(engine, stack, access):
        if stack.project == "base":
            raise StateIsDamaged("base.json", "cut off")
        return opened(engine, stack, access)

    monkeypatch.setattr(FakeEngine, "open", broken)
    ended = cli("state", "verify", "dev")
    assert ended.code == 1
    assert ended.err.startswith(f"base {STACKS[0].name}:\nerror[RUN-010]")
    assert ended.out.startswith("foundation ")


@pytest.mark.usefixtures("_two_stacks")
def test_unlock_goes_through_all_stacks(cli, monkeypatch):
    def unlock(_, stack, _access):
        if stack.project == "base":
            raise StateIsLocked(stack.name, "ann@desk, process 1, since now")
        return "bob@desk"

    monkeypatch.setattr(FakeEngine, "unlock", unlock)
    ended = cli("state", "unlock", "dev")
    assert ended.code == 6
    assert "ann@desk" in ended.err
    assert ended.out == f"foundation {STACKS[0].name}: freed; it was held by bob@desk.\n"


def test_outputs_mask_secrets_unless_one_is_asked_for(cli):
    assert "hunter2" not in cli("output", "dev").out
    assert "hunter2" not in cli("output", "dev", "--json").out
    assert cli("output", "dev", "password").out == "hunter2\n"


def test_one_output(cli):
    assert cli("output", "dev", "vpcId").out == "vpc-1\n"
    assert cli("output", "dev", "subnets").out == '["a", "b"]\n'
    assert json.loads(cli("output", "dev", "subnets", "--json").out)["outputs"] == {"subnets": ["a", "b"]}


def test_an_output_that_is_not_there(cli):
    ended = cli("output", "dev", "vpc")
    assert ended.code == 1
    assert "There are password, subnets, vpcId." in ended.err


def test_what_should_be_known_is_said_beside_it(cli, workspace):
    workspace.notices = ("The local cloud is gone",)
    for arguments in (("state", "list", "dev"), ("output", "dev")):
        assert cli(*arguments).err == "note: The local cloud is gone\n"
