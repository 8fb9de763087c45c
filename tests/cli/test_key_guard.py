"""A key that something needs which the plan leaves is not given up: by no `--yes`, and by no digest."""

import pytest

from provisioner.keyring.guard import Holder
from provisioner.plan.model import Mode
from tests.support.plans import KEY, plan, step, urn

ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kms:us-east-1:123456789012:key/{ID}"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
PROVIDER = "urn:pulumi:local.us-east-1::foundation::pulumi:providers:aws::aws"


@pytest.fixture
def held(workspace, monkeypatch):
    """What in the cloud is encrypted with a key, for whom nobody here answers."""
    found = []
    notes = ("Whether a database needs it could not be asked: denied",)
    monkeypatch.setattr("provisioner.cli.key_guard._holders", lambda *_: (tuple(found), notes))
    return found


def going(*more, mode=Mode.UPDATE, **facts):
    return plan(
        step("delete", KEY, "k", {"description": "Data"}, id=ID, provider=PROVIDER), *more, mode=mode, **facts
    )


def logs(op):
    new = {} if op == "delete" else {"kmsKeyId": ARN}
    return step(op, LOGS, "logs", {"kmsKeyId": ARN}, new, id="logs", provider=PROVIDER)


def approve(*names):
    return [word for name in names for word in ("--approve-loss", urn(*name))]


def was_applied(fake_run):
    return any(asked[0] == "apply" for asked in fake_run.asked)


def test_what_stays_a_resource_refuses_whatever_was_agreed_to(cli, workspace, fake_run, held):
    fake_run.plan = going(logs("same"))
    ended = cli("apply", "dev", "--yes", *approve((KEY, "k")))
    assert ended.code == 4
    assert "RUN-084" in ended.err
    assert "aws:cloudwatch:LogGroup logs" in ended.err
    assert "could not be asked: denied" in " ".join(ended.err.split())
    assert not was_applied(fake_run)


def test_with_everything_that_needs_it_a_key_may_go(cli, workspace, fake_run, held):
    fake_run.plan = going(logs("delete"))
    ended = cli("apply", "dev", "--yes", *approve((KEY, "k"), (LOGS, "logs")))
    assert ended.code == 0
    assert was_applied(fake_run)


def test_what_stays_in_the_cloud_takes_the_whole_urn_of_the_key(cli, workspace, fake_run, held):
    held.append(Holder(kind="snapshot", id="snap-1", key=ARN, region="us-east-1"))
    fake_run.plan = going(mode=Mode.DESTROY)
    ended = cli("destroy", "dev", "--yes", "--approve-loss", "*")
    assert (ended.code, was_applied(fake_run)) == (4, False)
    assert "snapshot snap-1 in us-east-1, which stays" in ended.err
    assert cli("destroy", "dev", "--yes", *approve((KEY, "k"))).code == 0
    assert was_applied(fake_run)


def test_in_the_cloud_on_a_desk_nobody_asks(cli, workspace, fake_run, held):
    workspace.cloud = "local"
    fake_run.plan = going(logs("same"))
    assert cli("apply", "dev", "--yes").code == 0


def test_a_plan_says_that_it_will_be_refused(cli, workspace, fake_run, held):
    fake_run.plan = going(logs("same"))
    ended = cli("plan", "dev")
    assert ended.code == 0
    assert "note: it is refused to do this" in ended.err
    assert "aws:cloudwatch:LogGroup logs" in ended.err


MOUNT = "vault:index/mount:Mount"
VAULT = "urn:pulumi:local.us-east-1::foundation::pulumi:providers:vault::vault"
ENGINE = {"path": "dev/transit", "type": "transit"}


def engine(op, **new):
    wanted = {} if op == "delete" else {**ENGINE, **new}
    return step(op, MOUNT, "keys", ENGINE, wanted, id="dev/transit", provider=VAULT, reasons=tuple(new))


@pytest.fixture
def sealed(fake_run):
    """The state is sealed by a key that somebody has made by hand."""
    url = "hashivault://by-hand?engine=dev%2Ftransit"
    fake_run.secrets_providers = {"type": "cloud", "state": {"url": url, "encryptedkey": "c2VhbGVk"}}


@pytest.mark.parametrize(
    ("command", "mode"), [("destroy", Mode.DESTROY), ("apply", Mode.UPDATE)], ids=["destroy", "apply"]
)
def test_the_engine_with_the_key_of_a_state_stays_whatever_was_agreed_to(
    cli, workspace, fake_run, sealed, command, mode
):
    fake_run.plan = plan(engine("delete"), mode=mode)
    ended = cli(command, "dev", "--yes", *approve((MOUNT, "keys")))
    assert (ended.code, was_applied(fake_run), workspace.begun) == (4, False, [])
    assert "provisioner secrets migrate dev --to passphrase" in ended.err


def test_what_is_told_of_an_engine_with_the_key_of_a_state(cli, workspace, fake_run, sealed, golden):
    fake_run.plan = plan(engine("delete"), mode=Mode.DESTROY)
    golden(cli("plan", "dev", "--destroy").err)


def test_once_another_key_seals_the_state_the_engine_may_go(cli, workspace, fake_run, sealed):
    fake_run.plan = plan(engine("delete"), mode=Mode.DESTROY)
    fake_run.secrets_providers = {"type": "passphrase", "state": {"salt": "v1:salt"}}
    assert cli("destroy", "dev", "--yes", *approve((MOUNT, "keys"))).code == 0
    assert was_applied(fake_run)


def test_an_engine_with_the_key_of_a_state_does_not_move(cli, workspace, fake_run, sealed):
    fake_run.plan = plan(engine("update", path="dev/keys"))
    ended = cli("apply", "dev", "--yes")
    assert (ended.code, was_applied(fake_run)) == (4, False)
    assert "looks for its key at the path that it names" in ended.err
    fake_run.plan = plan(engine("update", description="Keys"))
    assert cli("apply", "dev", "--yes").code == 0


def test_nobody_is_asked_and_no_approval_is_wanted_before_the_keys_are_looked_at(
    cli, workspace, fake_run, sealed
):
    fake_run.plan = plan(engine("delete"), mode=Mode.DESTROY)
    for ended in (cli("destroy", "dev", typed="dev"), cli("destroy", "dev", "--yes")):
        assert ended.code == 4
        assert "RUN-084" in ended.err
        assert "Destroy all of this" not in ended.out + ended.err
        assert "RUN-024" not in ended.err


def test_a_key_whose_object_stays_needs_nobodys_leave(cli, workspace, fake_run, held):
    record = {"urn": urn(KEY, "k"), "type": KEY, "id": ID, "custom": True, "retainOnDelete": True}
    fake_run.export = lambda: {"version": 3, "deployment": {"resources": [record]}}
    fake_run.plan = going(logs("same"))
    assert cli("apply", "dev", "--yes", *approve((KEY, "k"))).code == 0
