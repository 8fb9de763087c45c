"""`provisioner engine`, and what is said where an engine is missing or is not the one that holds a stack."""

import json
from datetime import UTC, datetime

import pytest

from provisioner.asked import Asked
from provisioner.cli import engine
from provisioner.cli.plan_files import asked_in
from provisioner.engine.embedded.checkpoint import file_of
from provisioner.engine.engines import Installed
from provisioner.engine.pulumi_cli import installed
from provisioner.plan.saved import Bound, Mark, SavedPlan, SavedStack
from provisioner.providers.protocol.finding import Places

FILE = """\
name: dev
cloud: local
owner: ml@example.com
region: eu-west-1
network: {cidr: 10.10.0.0/16, zones: 2}
registry: {repositories: [serving]}
"""
ROOT = "urn:pulumi:dev.eu-west-1::foundation::pulumi:pulumi:Stack::foundation-dev.eu-west-1"


@pytest.fixture(autouse=True)
def _checkout(tmp_path, monkeypatch):
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "dev.yaml").write_text(FILE)
    monkeypatch.setattr(installed, "found", lambda: None)
    monkeypatch.setattr(engine, "here", lambda: Places({"HOME": str(tmp_path), "PATH": ""}))


@pytest.fixture
def pulumi_holds(tmp_path):
    """A state that Pulumi has written."""
    state = tmp_path / ".provisioner" / "state" / ".pulumi" / "stacks" / "foundation"
    state.mkdir(parents=True)
    manifest = {"time": "2026-11-21T08:00:00Z", "magic": "", "version": "v3.260.0"}
    root = {"urn": ROOT, "custom": False, "type": "pulumi:pulumi:Stack"}
    text = file_of("organization/foundation/dev.eu-west-1", {"manifest": manifest, "resources": [root]})
    (state / "dev.eu-west-1.json").write_bytes(text)


def test_status_where_nothing_is_installed(cli, golden):
    ended = cli("engine", "status", "dev")
    assert ended.code == 0
    golden(ended.out.replace(installed.SDK_VERSION, "3.x"))


def test_status_for_programs(cli, monkeypatch, pulumi_holds):
    monkeypatch.setattr(installed, "found", lambda: Installed("/usr/bin/pulumi", "3.260.0"))
    told = json.loads(cli("engine", "status", "dev", "--json").out)
    assert told["pulumi"] == {
        "file": "/usr/bin/pulumi",
        "version": "3.260.0",
        "usable": True,
        "objection": "",
    }
    assert [(stack["layer"], stack["engine"]) for stack in told["stacks"]] == [("foundation", "pulumi")]


def test_the_other_engine_leaves_a_stack_alone(cli, pulumi_holds, golden):
    """But what is recorded can be looked at."""
    golden(cli("state", "rollback", "dev", "1", "--yes").err)
    assert "foundation-dev.eu-west-1" in cli("state", "list", "dev").out


def test_records_of_pulumis_are_not_changed_by_hand(cli, pulumi_holds):
    ended = cli("state", "unprotect", "dev", "--all", "--yes")
    assert (ended.code, "RUN-132" in ended.err) == (1, True)
    rotated = cli("secrets", "rotate", "dev", "--yes")
    assert rotated.code == 1


def test_an_engine_that_is_not_there_is_told(cli, monkeypatch, tmp_path):
    monkeypatch.setattr(installed.shutil, "which", lambda _: None)
    monkeypatch.setenv("HOME", str(tmp_path))
    ended = cli("plan", "dev", "--engine", "pulumi")
    assert (ended.code, "RUN-134" in ended.err) == (1, True)


def test_an_archive_that_is_none_is_refused(cli, tmp_path, monkeypatch):
    monkeypatch.setattr(installed, "sdk_folder", lambda: tmp_path / "sdk")
    (tmp_path / "x.tar.gz").write_text("x")
    ended = cli("engine", "install", "--archive", "x.tar.gz")
    assert (ended.code, "RUN-137" in ended.err) == (1, True)


@pytest.mark.parametrize(("raw", "engine"), [({}, None), ({"pulumi": {"resourcePlans": {}}}, "pulumi")])
def test_a_kept_plan_is_carried_out_by_the_engine_that_made_it(raw, engine):
    stack = SavedStack(full_name="organization/l/dev.here", mark=Mark(), seed=b"", secrets=None, raw=raw)
    bound = Bound(
        environment="dev",
        files={"dev.yaml": ""},
        cloud="local",
        account="",
        program="",
        packages={},
        providers={},
    )
    now = datetime.now(UTC)
    saved = SavedPlan(asked="dev", cloud="", bound=bound, made=now, expires=now, stacks=(stack,))
    assert asked_in(saved) == Asked("dev", None, engine)
