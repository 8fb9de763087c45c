"""From the command line to a cloud and back, with a stack of two objects: the local cloud, and whose account it is."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest

from provisioner import seal_wiring, wiring
from provisioner.local.desk import Desk
from provisioner.providers.interface import Refused
from provisioner.workspace import Workspace

FILE = """\
name: {name}
cloud: {cloud}
{account}
owner: ml@example.com
region: eu-west-1
network: {{cidr: 10.10.0.0/16, zones: 2}}
registry: {{repositories: [serving]}}
"""


def program():
    import pulumi
    import pulumi_aws as aws

    provider = aws.Provider("p", region="eu-west-1")
    opts = pulumi.ResourceOptions(provider=provider)
    repository = aws.ecr.Repository("tiny", name="tiny", force_delete=True, opts=opts)
    aws.cloudwatch.LogGroup("log", retention_in_days=7, opts=opts)
    pulumi.export("url", repository.repository_url)


@pytest.fixture(autouse=True)
def tiny(monkeypatch, tmp_path):
    """A checkout with two environments of one small layer."""
    layer = SimpleNamespace(name="tiny", regions=lambda env: (env.regions,), program=lambda: program)
    monkeypatch.setattr(wiring, "LAYERS", (layer,))
    monkeypatch.setattr(Workspace, "judged", lambda *_: None)  # these two objects keep no rule
    folder = tmp_path / "environments"
    folder.mkdir()
    for name in ("desk", "other"):
        (folder / f"{name}.yaml").write_text(FILE.format(name=name, cloud="local", account=""))
    account = 'account: {id: "111122223333"}'
    (folder / "cloud.yaml").write_text(FILE.format(name="cloud", cloud="aws", account=account))


@pytest.fixture
def local(tiny, tmp_path):
    yield Desk()
    Desk(tmp_path / ".provisioner" / "local").stop()


def repositories(desk):
    client = boto3.Session().client(
        "ecr",
        "eu-west-1",
        endpoint_url=desk.status().endpoint,
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    try:
        return [one["repositoryName"] for one in client.describe_repositories()["repositories"]]
    finally:
        client.close()


def plan_exit(cli, *more):
    return cli("plan", "desk", "--detailed-exitcode", *more).code


def test_apply_starts_the_local_cloud_and_the_next_plan_is_empty(cli, local):
    applied = cli("apply", "desk", "--yes")
    assert applied.code == 0, applied.err
    assert applied.out.startswith("Started the local cloud at http://127.0.0.1:")
    assert repositories(local) == ["tiny"]
    assert plan_exit(cli) == 0
    assert plan_exit(cli, "--refresh") == 0
    assert cli("output", "desk", "url").out.endswith("/tiny\n")
    assert cli("state", "verify", "desk").code == 0
    assert cli("destroy", "desk", "--yes").code == 0
    assert repositories(local) == []


def test_a_plan_does_not_start_it(cli, local):
    assert plan_exit(cli) == 2
    assert local.status() is None
    assert not Path(".provisioner").exists()


def test_after_a_reboot_a_plan_says_so_and_changes_nothing(cli, local):
    cli("apply", "desk", "--yes")
    local.stop()
    before = {file: file.read_bytes() for file in Path(".provisioner/state").rglob("*") if file.is_file()}
    ended = cli("plan", "desk", "--detailed-exitcode")
    assert ended.code == 2
    assert "is gone: this plan starts from an empty state" in ended.err
    assert "2 to create" not in ended.err
    assert before == {
        file: file.read_bytes() for file in Path(".provisioner/state").rglob("*") if file.is_file()
    }
    assert local.status() is None


def test_after_a_reboot_there_is_nothing_to_compare_with(cli, local):
    cli("apply", "desk", "--yes")
    local.stop()
    for options in (
        ["drift"],
        ["drift", "--revert", "--yes"],
        ["drift", "--adopt", "--yes"],
        ["refresh", "--yes"],
    ):
        ended = cli(*options, "desk")
        assert ended.code == 1
        assert "error[RUN-037]" in ended.err
    assert cli("state", "verify", "desk").code == 0
    assert local.status() is None


def test_looking_for_drift_starts_nothing_and_leaves_nothing(cli, local):
    assert cli("drift", "desk").code == 0
    assert local.status() is None
    assert not Path(".provisioner").exists()


def test_after_a_reboot_an_apply_starts_afresh_and_keeps_the_old_state(cli, local):
    cli("apply", "desk", "--yes")
    old = json.loads(cli("state", "export", "desk").out)
    local.stop()
    ended = cli("apply", "desk", "--yes")
    assert ended.code == 0, ended.err
    assert "was started anew since the last apply" in ended.out
    [line] = [line for line in ended.out.splitlines() if line.startswith("The old state was set aside: ")]
    [kept] = Path(line.partition(": ")[2]).glob("*.json")
    ids = [one.get("id") for one in old["deployment"]["resources"]]
    assert [one.get("id") for one in json.loads(kept.read_text())["checkpoint"]["latest"]["resources"]] == ids
    assert repositories(local) == ["tiny"]
    assert plan_exit(cli, "--refresh") == 0


def test_a_cloud_that_was_started_anew_by_hand_is_not_taken_for_the_old_one(cli, local):
    cli("apply", "desk", "--yes")
    cli("local", "stop")
    cli("local", "start")
    endpoint = local.status().endpoint
    assert cli("apply", "desk", "--yes").code == 0
    assert local.status().endpoint == endpoint
    assert repositories(local) == ["tiny"]


def test_a_state_that_was_deleted_takes_the_objects_with_it(cli, local):
    cli("apply", "desk", "--yes")
    shutil.rmtree(".provisioner/state")
    ended = cli("apply", "desk", "--yes")
    assert ended.code == 0, ended.err
    assert "The state is gone, so the local cloud" in ended.out
    assert repositories(local) == ["tiny"]


def test_a_destroy_after_a_reboot_has_nothing_to_do_and_starts_nothing(cli, local):
    cli("apply", "desk", "--yes")
    local.stop()
    ended = cli("destroy", "desk", "--yes")
    assert ended.code == 0
    assert "nothing is left" in ended.out
    assert local.status() is None
    assert plan_exit(cli) == 2


def test_two_environments_share_the_cloud(cli, local, monkeypatch):
    cli("apply", "desk", "--yes")
    first = local.status()
    ended = cli("apply", "other", "--yes")
    assert ended.code == 1
    assert "RepositoryAlreadyExists" in ended.out
    assert local.status() == first
    assert plan_exit(cli) == 0


def test_local_status_for_programs(cli, local):
    assert json.loads(cli("local", "status", "--json").out)["running"] is False
    started = json.loads(cli("local", "start", "--json").out)
    found = json.loads(cli("local", "status", "--json").out)
    assert found == started
    assert found["schema"] == "provisioner/local/1"
    assert found["endpoint"] == local.status().endpoint
    assert found["region"]
    assert "is at http://127.0.0.1" in cli("local", "status").out
    assert cli("local", "stop").out == "The local cloud was stopped.\n"
    assert cli("local", "stop").out == "The local cloud was not running.\n"
    assert "is not running" in cli("local", "status").out


def test_ambient_credentials_do_not_matter_in_a_local_cloud(cli, local, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")
    monkeypatch.setenv("AWS_PROFILE", "production")
    assert cli("apply", "desk", "--yes").code == 0


@pytest.fixture
def caller(monkeypatch):
    """Whose credentials there are."""

    def is_(account):
        def answer(_connection, _region):
            if account is None:
                raise Refused("Unable to locate credentials", code="NoCredentials")
            return account

        monkeypatch.setattr(wiring, "caller_account", answer)

    return is_


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "cloud"),
        ("apply", "cloud", "--yes"),
        ("destroy", "cloud", "--yes"),
        ("drift", "cloud"),
        ("refresh", "cloud", "--yes"),
    ],
)
def test_another_account_is_refused(cli, caller, arguments):
    caller("444455556666")
    ended = cli(*arguments)
    assert ended.code == 5
    assert ended.out == ""
    assert "error[RUN-022]" in ended.err


@pytest.fixture
def recorded(monkeypatch):
    """Something is recorded of every stack."""
    monkeypatch.setattr(wiring.StackStore, "exists", lambda _: True)


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("words", ["apply --yes", "destroy --yes", "drift", "refresh --yes"])
def test_without_credentials_nothing_is_changed(cli, caller, words):
    caller(None)
    verb, *options = words.split()
    ended = cli(verb, "cloud", *options)
    assert ended.code == 5
    assert "error[RUN-023]" in ended.err


@pytest.mark.parametrize("words", ["drift", "drift --adopt --yes", "refresh --yes"])
def test_where_nothing_is_recorded_nobody_needs_credentials(cli, caller, words):
    caller(None)
    verb, *options = words.split()
    ended = cli(verb, "cloud", *options)
    assert ended.code == 0
    assert ended.out.startswith("Nothing is recorded of this environment")


def test_without_credentials_a_plan_says_that_the_account_was_not_checked(cli, caller):
    caller(None)
    ended = cli("plan", "cloud", "--detailed-exitcode")
    assert ended.code == 2
    assert ended.err == "note: The account was not checked: Unable to locate credentials\n"


def test_the_right_account_is_not_mentioned(cli, caller):
    caller("111122223333")
    assert cli("plan", "cloud").err == ""


@pytest.mark.parametrize(
    ("variables", "phrase"),
    [
        ({}, None),
        ({"PULUMI_CONFIG_PASSPHRASE": "a"}, "a"),
        ({"PULUMI_CONFIG_PASSPHRASE": ""}, ""),
        ({"PULUMI_CONFIG_PASSPHRASE_FILE": "phrase"}, "from a file"),
        ({"PULUMI_CONFIG_PASSPHRASE_FILE": "nowhere"}, None),
    ],
)
def test_the_passphrase_comes_from_the_variables_that_pulumi_reads(monkeypatch, variables, phrase):
    Path("phrase").write_text("from a file\n")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert seal_wiring.given_passphrase() == phrase
