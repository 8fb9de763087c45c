"""`images`: what an environment runs, and the digests of it that the mirror says."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

from environments.load import find, load
from environments.needed_images import needed_images
from tests.support.distribution import distribution

ENVIRONMENT = """\
name: gap
cloud: aws
account: {{id: "111122223333"}}
owner: ml-platform@example.com
region: eu-central-1
connectivity: {{kind: airgap, mirror: "{host}"{images}}}
network: {{cidr: 10.20.0.0/16}}
registry: {{repositories: [serving]}}
cluster: {{kind: eks, version: "1.35"}}
delivery: gitops
teams: [{{name: search}}]
"""
KUEUE, CHART = "registry.k8s.io/kueue/kueue:v0.19.2", "registry.k8s.io/kueue/charts/kueue:0.19.2"
OLD, NEW = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
LOCK = Path("environments/gap.lock")


@pytest.fixture(autouse=True)
def nobody(tmp_path, monkeypatch):
    """Nobody has logged in on this machine."""
    for name in ("REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


@pytest.fixture
def mirror():
    with distribution() as registry:
        registry.manifests = {CHART: OLD, KUEUE: OLD}
        written(registry)
        yield registry


def written(registry, images=", images: gap.lock"):
    Path("environments").mkdir(exist_ok=True)
    Path("environments/gap.yaml").write_text(ENVIRONMENT.format(host=registry.host, images=images))


def logged_in(tmp_path, host, **configuration):
    folder = tmp_path / "docker"
    folder.mkdir()
    auth = base64.b64encode(b"me:secret").decode()
    text = json.dumps(configuration or {"auths": {host: {"auth": auth}}})
    (folder / "config.json").write_text(text)


def test_what_an_environment_runs_is_listed_as_it_is_published(cli, mirror):
    assert cli("images", "list", "gap").out == f"{CHART}\n{KUEUE}\n"
    assert mirror.asked == []


def test_programs_are_told_for_what_and_what_the_mirror_calls_it(cli, mirror):
    said = json.loads(cli("images", "list", "gap", "--json").out)
    assert said["schema"] == "provisioner/images/1"
    assert said["images"] == [
        {"name": name, "kind": kind, "needed_by": "kueue", "in_mirror": f"{mirror.host}/{name}"}
        for name, kind in ((CHART, "chart"), (KUEUE, "image"))
    ]


@pytest.mark.parametrize("name", ["local", "dev", "prod", "prod-airgap", "prod-multi-region", "on-prem"])
def test_every_shipped_environment_can_say_what_it_runs(cli, name):
    said = cli("images", "list", name)
    wanted = [each.name for each in needed_images(load(find(name), images="any").environment)]
    assert said.out.split() == wanted
    assert ("driver" in said.err) == (name == "on-prem")


def test_the_lock_is_what_the_mirror_says(cli, mirror):
    ended = cli("images", "lock", "gap")
    assert ended.code == 0, ended.err
    assert LOCK.read_text().splitlines()[1:] == [
        f"{mirror.host}/{CHART}@{OLD}",
        f"{mirror.host}/{KUEUE}@{OLD}",
    ]
    assert cli("validate", "gap").code == 0
    assert sorted(line.partition(" ")[0] for line in mirror.asked) == ["GET", "HEAD", "HEAD"]


def test_a_tag_that_means_another_image_now_is_told_and_what_is_there_for_others_stays(cli, mirror):
    cli("images", "lock", "gap")
    other = f"{mirror.host}/docker.io/library/redis:8@{OLD}"
    LOCK.write_text(f"{LOCK.read_text()}{other}\n")
    mirror.manifests[KUEUE] = NEW
    assert cli("images", "lock", "gap").out == (
        f"{LOCK}: 0 new, 1 changed, 2 as before\n"
        f"  ~ {mirror.host}/{KUEUE}  sha256:111111111111 is now sha256:222222222222\n"
    )
    assert other in LOCK.read_text()


def test_what_the_mirror_lacks_is_listed_and_nothing_is_written(cli, mirror, golden):
    del mirror.manifests[KUEUE]
    ended = cli("images", "lock", "gap")
    assert (ended.code, LOCK.exists()) == (1, False)
    golden(ended.err.replace(mirror.host, "127.0.0.1:5000"))


def test_a_mirror_that_is_not_there_is_asked_once(cli, mirror):
    gone = mirror.host.rpartition(":")[0] + ":19"
    mirror.host = gone
    written(mirror)
    assert "the registry does not answer" in cli("images", "lock", "gap").err
    assert not LOCK.exists()


def test_a_lock_without_a_setting_that_names_it_lies_beside_the_environment(cli, mirror):
    written(mirror, images="")
    ended = cli("images", "lock", "gap")
    assert LOCK.exists()
    assert ended.err == "note: name it in the environment: `connectivity: {…, images: gap.lock}`\n"


def test_a_file_that_is_no_lock_is_left_alone(cli, mirror):
    LOCK.write_text("name: somebody's\n")
    assert "RUN-029" in cli("images", "lock", "gap").err
    assert LOCK.read_text() == "name: somebody's\n"


def test_where_there_is_no_air_gap_there_is_nothing_to_lock(cli, golden):
    ended = cli("images", "lock", "dev")
    assert ended.code == 1
    golden(ended.err)


def test_a_digest_that_is_in_no_header_is_that_of_the_manifest(cli, mirror):
    mirror.says_digests = False
    cli("images", "lock", "gap")
    digest = f"sha256:{hashlib.sha256(b'a manifest').hexdigest()}"
    assert {line.partition("@")[2] for line in LOCK.read_text().splitlines()[1:]} == {digest}


@pytest.mark.parametrize("wants", ["basic", "bearer"])
def test_who_has_logged_in_is_let_in_and_nobody_else(cli, mirror, tmp_path, wants):
    mirror.wants = wants
    assert "does not let you read it" in cli("images", "lock", "gap").err
    logged_in(tmp_path, mirror.host)
    assert cli("images", "lock", "gap").code == 0


def test_a_program_that_keeps_passwords_is_asked(cli, mirror, tmp_path, monkeypatch):
    mirror.wants = "basic"
    keeper = tmp_path / "docker-credential-vault"
    keeper.write_text('#!/bin/sh\necho \'{"Username": "me", "Secret": "secret"}\'\n')
    keeper.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    logged_in(tmp_path, mirror.host, credHelpers={mirror.host: "vault"})
    assert cli("images", "lock", "gap").code == 0
