"""`doctor`: what is wrong here, and a support bundle into which no secret gets, wherever it stands."""

import io
import json
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from provisioner.cli import examining
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.secrets import PassphraseSealer
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Began
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.embedded.surgery import Records
from provisioner.engine.failures import PassphraseMissing, StateIsDamaged
from provisioner.engine.state_failures import StateIsAway
from provisioner.plan.values import Secret
from provisioner.providers.interface import Refused
from tests.support.fake_engine import FakeEngine
from tests.support.records import STACK as ROOT_URN
from tests.support.records import component, provider, reference, thing

PROD = """\
# the password is canary-in-a-comment
extends: shared.yaml
name: prod
cloud: local
region: eu-west-1
state: {backend: ./canary-folder}
connectivity: {kind: airgap, mirror: canary.corp.example}
network: {cidr: 10.20.0.0/14, zones: 2}
registry: {repositories: [canary-repository]}
cluster: {kind: eks}
gpu_pools:
  - {name: canary-pool, profile: g6.xlarge, nodes: 0..2, labels: {canary-key: canary-value}}
data_services: [{name: canary-data, kind: postgres, readers: [canary-reader]}]
"""
TRACEBACK = """\
provisioner: ZeroDivisionError
Python 3.11.7 on Linux-canary
command: provisioner plan canary-argument

Traceback (most recent call last):
  File "/home/canary/checkout/provisioner/cli/main.py", line 99, in run
    login("canary-in-source")
  File "/home/canary/other.py", line 1, in canary
    pass
canary.CanaryError: canary-message
ZeroDivisionError: division of canary by zero
"""
LOG = "127.0.0.1 canary-request\nValueError: canary-value\nCanaryError: x\nValueError: again\n"


@pytest.fixture
def checkout(tmp_path, monkeypatch, quick_passphrase):
    """A folder in which everything that can hold a text holds a canary."""
    for name in ("AWS_SECRET_ACCESS_KEY", "PULUMI_CONFIG_PASSPHRASE", "HTTPS_PROXY", "CANARY_VARIABLE"):
        monkeypatch.setenv(name, f"canary-in-{name.lower()}")
    monkeypatch.setenv("HOME", str(tmp_path / "canary-home"))
    monkeypatch.setattr(sys, "argv", ["provisioner", "canary-argument"])
    files = {
        "environments/prod.yaml": PROD,
        "environments/shared.yaml": "owner: canary@example.com\ndata_class: restricted\n",
        "environments/wrong.yaml": "name: wrong\ncanary_setting: canary-value\nregion: canary-region\n",
        "canary-home/.aws/credentials": "[default]\naws_secret_access_key = canary-in-credentials\n",
        ".provisioner/bugs/20261121T080000.000000Z.txt": TRACEBACK,
        ".provisioner/bugs/canary-report.txt": TRACEBACK,
        ".provisioner/local/server.log": LOG,
        ".provisioner/local/server.json": '{"endpoint": "canary"}',
        ".provisioner/local/environments/prod": "canary-claim",
        "canary-folder/state/local-passphrase": "canary-passphrase",
        "canary-folder/state/local-cloud/prod": "canary-claim",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    write_state(tmp_path / "canary-folder" / "state")
    return tmp_path


def write_state(root):
    """A state with sealed and open canaries, and an operation that was never ended."""
    store = StackStore(Folder(root).place("foundation", "prod.eu-west-1"))
    aws = provider("canary-provider", inputs={"region": "canary"})
    values = {"password": Secret("canary-sealed"), "tags": {"canary-tag": "canary-open"}}
    odd = thing("odd", urn=ROOT_URN.replace("Stack::", "Stack::x"), type="aws:canary type, with blanks")
    records = (
        aws,
        component("canary-component"),
        thing(
            "canary-vpc",
            provider=reference(aws),
            inputs=values,
            outputs=values,
            init_errors=("canary-error",),
        ),
        odd,
    )
    began = Began(1, "creating", thing("canary-unfinished", id="", provider=reference(aws), inputs=values))
    sealer = PassphraseSealer("prod.eu-west-1", lambda: "canary-passphrase")
    own = {each.urn: each.urn.replace(":dev.", ":prod.") for each in (*records, began.goal)}
    state = Records(records, (began,)).called(own)
    store.compact(Snapshot(state.resources), state.pending, sealer)


def told(file):
    """Every byte of a bundle, packed and unpacked, with the names in it."""
    data = Path(file).read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        unpacked = b"".join(name.encode() + bundle.read(name) for name in bundle.namelist())
    return data + unpacked


def test_no_canary_is_in_the_bundle_or_on_the_screen(cli, checkout):
    for arguments in ([], ["prod"], ["wrong"]):
        file = f"{len(arguments)}{''.join(arguments)}.zip"
        ended = cli("doctor", *arguments, "--out", file)
        assert (ended.code, ended.err) == (0, "")
        everything = told(file) + ended.out.encode() + cli("doctor", *arguments, "--json").out.encode()
        assert b"canary" not in everything.lower()
        assert b"v1:" not in everything


def test_no_canary_of_a_damaged_state_either(cli, checkout):
    [file] = (checkout / "canary-folder").rglob("prod.eu-west-1.json")
    file.write_text('{"version": "canary", canary')
    ended = cli("doctor", "prod", "--out", "b.zip")
    assert "State is damaged (RUN-010)" in ended.out
    assert b"canary" not in (told("b.zip") + ended.out.encode()).lower()


def test_what_helps_is_in_the_bundle(cli, checkout):
    cli("doctor", "prod", "--out", "b.zip")
    with zipfile.ZipFile("b.zip") as bundle:
        found = {name: bundle.read(name).decode() for name in bundle.namelist()}
    facts = {name: json.loads(text) for name, text in found.items() if name.endswith(".json")}
    variables = set(facts["machine.json"]["variables"])
    assert {"AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY", "PULUMI_CONFIG_PASSPHRASE"} <= variables
    assert facts["machine.json"]["packages"]["pulumi"] == "3.272.0"
    settings = facts["environment.json"]["settings"]
    assert settings["region"] == "eu-west-1"
    assert settings["connectivity.kind"] == "airgap"
    assert settings["gpu_pools[0].profile"] == "g6.xlarge"
    assert settings["gpu_pools[0].nodes"] == "0..2"
    assert settings["registry.repositories"] == "1 entries"
    assert settings["owner"] == "(left out)"
    stack = facts["state.json"]["stacks"]["foundation/eu-west-1"]
    assert stack["types"]["aws:ec2/vpc:Vpc"] == 1
    assert stack["unfinished"] == [{"operation": "creating", "type": "aws:ec2/vpc:Vpc"}]
    assert facts["local.json"]["log"] == {"lines": 4, "raised": {"ValueError": 2}}
    assert facts["errors.json"]["last"] == [
        {"at": "(left out)", "raised": ["ZeroDivisionError"], "frames": ["provisioner/cli/main.py:99 run"]},
        {
            "at": "20261121T080000.000000Z",
            "raised": ["ZeroDivisionError"],
            "frames": ["provisioner/cli/main.py:99 run"],
        },
    ]
    assert "an earlier run left 1 operation unfinished" in found["findings.txt"]


def test_what_is_wrong_is_told_with_what_to_type(cli, checkout, golden, monkeypatch):
    monkeypatch.setattr(examining.platform, "python_version", lambda: "3.11.9")
    monkeypatch.setattr(examining.platform, "system", lambda: "Linux")
    golden(cli("doctor").out + "\n" + cli("doctor", "prod").out)


def test_nothing_is_changed(cli, checkout):
    before = {file: file.read_bytes() for file in checkout.rglob("*") if file.is_file()}
    cli("doctor", "prod")
    assert {file: file.read_bytes() for file in checkout.rglob("*") if file.is_file()} == before


def test_a_bundle_overwrites_nothing(cli, tmp_path):
    (tmp_path / "b.zip").write_text("mine")
    assert "error[RUN-029]" in cli("doctor", "--out", "b.zip").err
    assert (tmp_path / "b.zip").read_text() == "mine"
    assert cli("doctor", "--out", "c.zip").code == 0
    assert (tmp_path / "c.zip").stat().st_mode & 0o777 == 0o600


def test_the_same_facts_are_the_same_bytes(cli, tmp_path):
    cli("doctor", "--out", "one.zip")
    cli("doctor", "--out", "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_all_is_well_where_nothing_is(cli):
    ended = cli("doctor")
    assert ended.code == 0
    assert ended.out.endswith("\nAll is well.\n")


def test_an_environment_that_is_not_there(cli):
    ended = cli("doctor", "nowhere")
    assert ended.code == 0
    assert "The environment is not valid: 1 problem" in ended.out


@pytest.fixture
def on_the_fake(workspace, fake_run, monkeypatch):
    from provisioner.cli import state

    monkeypatch.setattr(examining, "recorded", state.recorded)
    return fake_run


def test_who_is_changing_a_stack_is_noted_and_not_named(cli, on_the_fake):
    on_the_fake.holder = "canary@host, process 1, since now"
    ended = cli("doctor", "local", "--json")
    assert "somebody is changing it at this moment" in ended.out
    assert "canary" not in ended.out


def test_a_state_that_is_away_is_a_finding_and_the_bundle_is_written(cli, on_the_fake, monkeypatch):
    def recorded(_):
        raise StateIsAway("s3://canary-bucket", "canary said 403", "AccessDenied")

    monkeypatch.setattr(examining, "recorded", recorded)
    ended = cli("doctor", "local", "--out", "b.zip")
    assert ended.code == 0
    assert "✗ The state: " in ended.out
    with zipfile.ZipFile("b.zip") as bundle:
        assert json.loads(bundle.read("state.json"))["failure"].startswith("RUN-")
    assert b"canary" not in told("b.zip") + ended.out.encode()


@pytest.mark.parametrize("kept_from", ["the workspace", "a stack"])
def test_what_a_provider_refuses_is_a_finding_too(cli, on_the_fake, monkeypatch, kept_from):
    def refuse(*_):
        raise Refused("canary-reason")

    if kept_from == "a stack":
        monkeypatch.setattr(FakeEngine, "holder", refuse)
    else:
        monkeypatch.setattr(examining, "recorded", refuse)
    ended = cli("doctor", "prod")
    assert ended.code == 0
    assert "(RUN-019)" in ended.out
    assert "canary-reason" not in ended.out + ended.err


def test_a_lock_that_cannot_be_read_is_a_finding(cli, on_the_fake, monkeypatch):
    def holder(*_):
        raise StateIsDamaged("canary.json", "canary")

    monkeypatch.setattr(FakeEngine, "holder", holder)
    ended = cli("doctor", "local", "--out", "b.zip")
    assert ended.code == 0
    assert "✗ foundation in us-east-1: State is damaged (RUN-010)" in ended.out
    assert b"canary" not in told("b.zip") + ended.out.encode()


def test_a_missing_passphrase_is_a_finding(cli, on_the_fake):
    def outputs():
        raise PassphraseMissing("dev.us-east-1")

    on_the_fake.outputs = outputs
    assert "✗ foundation in us-east-1: Passphrase is missing (RUN-014)" in cli("doctor", "local").out


def test_broken_rules_are_counted(cli, on_the_fake):
    on_the_fake.broken = ("`canary` has no parent", "`a` has no provider")
    out = cli("doctor", "local").out
    assert "the state breaks 2 rules" in out
    assert "      provisioner state verify local\n" in out
    assert "canary" not in out


def test_a_package_of_another_version_a_full_disk_a_folder_of_somebody_else(cli, monkeypatch):
    versions = {"moto": "4.0"}
    real = examining.metadata.version
    monkeypatch.setattr(examining.metadata, "version", lambda name: versions.get(name) or real(name))
    monkeypatch.setattr(examining.shutil, "disk_usage", lambda _: SimpleNamespace(free=2**20))
    monkeypatch.setattr(examining.os, "access", lambda *_: False)
    out = cli("doctor").out
    assert "moto should be 5.2.5, and is 4.0" in out
    assert "The disk has 1 MiB left" in out
    assert "This folder cannot be written to" in out
    assert "3 of " in out
