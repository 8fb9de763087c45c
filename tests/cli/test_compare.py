"""`compare`: what differs between two environments, with both values and where each was set."""

import json

import pytest

ONE = """\
name: one
cloud: local
owner: ml@example.com
region: us-east-1
network: {cidr: 10.20.0.0/14, zones: 2}
registry: {repositories: [serving, training]}
cluster: {kind: eks, endpoint: private}
gpu_pools:
  - {name: online, profile: g6.xlarge, nodes: 0..2}
  - {name: batch, profile: g6.4xlarge, nodes: 0..8}
"""
OTHER = """\
extends: shared.yaml
name: other
network: {cidr: 10.20.0.0/14, zones: 3}
registry: {repositories: [serving]}
gpu_pools:
  - {name: batch, profile: g6.4xlarge, nodes: 0..4, capacity: spot}
"""
SHARED = """\
cloud: local
owner: ml@example.com
region: us-east-1
cluster: {kind: eks}
"""


@pytest.fixture(autouse=True)
def files(tmp_path):
    folder = tmp_path / "environments"
    folder.mkdir()
    for name, text in (("one", ONE), ("other", OTHER), ("shared", SHARED)):
        (folder / f"{name}.yaml").write_text(text)


def test_each_setting_that_differs_with_both_values_and_their_places(cli, golden):
    ended = cli("compare", "one", "other")
    assert ended.code == 0
    assert ended.err == ""
    golden(ended.out)


def test_an_environment_is_the_same_as_itself(cli, tmp_path):
    ended = cli("compare", "one", "one")
    assert ended.code == 0
    assert "are the same in all" in ended.out


def test_two_files_of_the_same_name_are_called_by_their_paths(cli, tmp_path):
    (tmp_path / "mine.yaml").write_text(ONE.replace("zones: 2", "zones: 3"))
    ended = cli("compare", "one", "mine.yaml")
    assert ended.out.startswith("environments/one.yaml and mine.yaml differ in 1 of ")


def test_for_programs(cli):
    found = json.loads(cli("compare", "one", "other", "--json").out)
    assert found["schema"] == "provisioner/comparison/1"
    assert found["environments"][1] == {"name": "other", "file": "environments/other.yaml"}
    differences = {row["setting"]: row["values"] for row in found["differences"]}
    assert differences["network.zones"] == [
        {"value": 2, "place": "environments/one.yaml:5"},
        {"value": 3, "place": "environments/other.yaml:3"},
    ]
    assert differences["gpu_pools[online].profile"][1] is None
    assert "cluster.endpoint.kind" not in differences


def test_an_invalid_file_is_told_as_everywhere(cli, tmp_path):
    (tmp_path / "wrong.yaml").write_text("name: wrong\n")
    ended = cli("compare", "one", "wrong.yaml")
    assert ended.code == 1
    assert "error[ENV-012]" in ended.err
