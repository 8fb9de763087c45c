"""A changed setting changes what it names, and nothing else."""

import functools

import pytest

from environments.load import find
from stacks.layers import LAYERS
from tests.support.recording import difference, record


def foundation(tmp_path, change):
    file = tmp_path / "local.yaml"
    file.write_text(f"extends: {find('local').resolve()}\nname: local\n{change}\n")
    return record(LAYERS[0].program(), stack="local.us-east-1", config={"provisioner:file": str(file)})


@functools.cache
def unchanged():
    return record(LAYERS[0].program(), stack="local.us-east-1")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("registry: {keep_images: 20}", id="keep_images"),
        pytest.param("registry: {scan: manual}", id="scan"),
        pytest.param("registry: {repositories: [serving, training, books]}", id="repository_renamed"),
        pytest.param("registry: {repositories: [serving, training]}", id="repository_removed"),
        pytest.param("model_store: {keep_versions: 30d}", id="keep_versions"),
        pytest.param("model_store: {access_logs: 30d}", id="access_logs"),
        pytest.param("encryption: {kms: {rotation: 90d}}", id="rotation"),
        pytest.param("encryption: {kms: {deletion_window: 7d}}", id="deletion_window"),
        pytest.param("network: {zones: 2}", id="zone_removed"),
        pytest.param("network: {zones: 4}", id="zone_added"),
        pytest.param("network: {nat: single}", id="single_nat"),
        pytest.param("network: {flow_logs: 30d}", id="flow_logs"),
        pytest.param("owner: others@example.com", id="owner"),
        pytest.param("data_class: restricted", id="data_class"),
    ],
)
def test_change(change, tmp_path, golden):
    golden(f"{change}\n\n{difference(unchanged(), foundation(tmp_path, change))}\n")


def test_two_runs_declare_the_same(tmp_path):
    assert difference(unchanged(), foundation(tmp_path, "")) == ""
