"""The JSON Schema and the reference are what the model says, and the files that come with the tool obey them."""

import json
import os
import shutil

import pytest
import yaml
from jsonschema import Draft202012Validator

from environments import documentation, vocabulary
from environments.diagnostics import Problem
from environments.documentation import REFERENCE_FILE, SCHEMA_FILE, json_schema, settings_reference
from environments.load import PACKAGED, load
from environments.origins import resolved

SHIPPED = sorted(PACKAGED.glob("*.yaml"))
APPLICABLE = [file for file in SHIPPED if file.stem != "base"]


ALONE = {"name": "alone", "cloud": "none", "owner": "a@example.com", "region": "munich"}
"""Without a cloud, and without anything else."""


@pytest.fixture(scope="module")
def schema():
    return Draft202012Validator(json.loads(json_schema()))


@pytest.mark.parametrize(
    ("file", "generated"),
    [(SCHEMA_FILE, json_schema), (REFERENCE_FILE, settings_reference)],
    ids=lambda it: "",
)
def test_the_generated_file_is_fresh(file, generated):
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(generated())
    assert file.read_text() == generated(), (
        f"{file} is not what the model says; run the test with UPDATE_GOLDEN=1"
    )


def test_the_schema_is_a_schema(schema):
    Draft202012Validator.check_schema(schema.schema)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_file_obeys_the_schema(schema, file):
    schema.validate(yaml.safe_load(file.read_text()))


@pytest.mark.parametrize("file", APPLICABLE, ids=lambda file: file.stem)
def test_a_shipped_environment_can_be_loaded_and_is_called_as_its_file(file):
    assert load(file).environment.name == file.stem


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_file_tells_editors_its_schema(file):
    assert file.read_text().startswith(f"# yaml-language-server: $schema={SCHEMA_FILE.name}\n")


@pytest.mark.parametrize("file", APPLICABLE, ids=lambda file: file.stem)
def test_a_resolved_environment_obeys_the_schema_and_loads_as_the_same(schema, file, tmp_path):
    environment = load(file).environment
    whole = tmp_path / "whole.yaml"
    whole.write_text(resolved(environment))
    for lock in PACKAGED.glob("*.lock"):  # as seen from the file that names it
        shutil.copy(lock, tmp_path)
    schema.validate(yaml.safe_load(whole.read_text()))
    assert load(whole).environment == environment


@pytest.mark.parametrize(
    "part",
    [
        {"extends": "base.yaml", "name": "dev"},
        {"registry": {"keep_images": 7}},
        {"extends": "base.yaml", "network": {"zones": 2}},
        {"network": {"vpc": "vpc-0a1b2c3d"}},
        {"network": {}},
        {"connectivity": "connected"},
        {"replicas": ["eu-west-1", {"region": "eu-west-2", "cidr": "10.30.0.0/16"}]},
        {"gpu_pools": [{"capacity": "spot", "sharing": "none", "zones": [1], "labels": {"team": "search"}}]},
        {"cluster": {"kind": "eks", "endpoint": "private", "system_pool": {"nodes": "2..4"}}},
        {
            "encryption": {
                "vault": {"login": "token", "transit": ["models", {"name": "reports", "rotation": "12h"}]}
            }
        },
    ],
    ids=str,
)
def test_a_partial_file_obeys_the_schema(schema, part):
    schema.validate(part)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "dev"},
        {"colour": "blue"},
        {"registry": {"keep_image": 7}},
        {"registry": {"repositories": []}},
        {"network": {"cidr": "10.0.0.0/24"}},
        {"network": {"cidr": "10.0.0.0/16", "vpc": "vpc-0a1b2c3d"}},
        {"network": {"zones": 7}},
        {"network": {"flow_logs": "31d"}},
        {"region": "mars"},
        {"account": {"id": 123456789012}},
        {"encryption": {"kms": {"rotation": 365}}},
        {"engine": "terraform"},
        {"replicas": "eu-west-1"},
        {"replicas": ["mars"]},
        {"connectivity": "airgap"},
        {"cluster": {"kind": "esk"}},
        {"gpu_pools": [{"capacity": "capacity_block"}]},
        {"gpu_pools": [{"capacity": {"kind": "spot", "id": "cr-0123456789abcdef0"}}]},
        {"gpu_pools": [{"profile": "g6.huge"}]},
        {"gpu_pools": [{"nodes": "2-8"}]},
        {"gpu_pools": [{"labels": {"team": 1}}]},
        {"data_services": [{"kind": "postgres", "throughput": "elastic"}]},
        {"encryption": {"vault": {"address": "vault.corp.example"}}},
        {"encryption": {"vault": {"transit": [{"name": "models", "type": "des"}]}}},
        {**ALONE, "encryption": {"kms": {}}},
    ],
    ids=str,
)
def test_the_schema_refuses(schema, wrong):
    assert not schema.is_valid(wrong)


def test_without_a_cloud_a_vault_is_enough(schema):
    schema.validate({**ALONE, "encryption": {"vault": {"address": "https://vault.corp.example"}}})


def test_every_setting_says_what_it_means():
    assert [path for path, field in vocabulary.all_settings() if not field.description] == []


def test_defaults_in_the_schema_are_written_as_in_files(schema):
    assert "P1Y" not in json_schema()
    assert schema.schema["$defs"]["Kms"]["properties"]["rotation"]["default"] == "365d"
    assert schema.schema["$defs"]["SystemPool"]["properties"]["nodes"]["default"] == "2..4"
    assert schema.schema["$defs"]["GpuPool"]["properties"]["disk"]["default"] == "200Gi"


def test_every_required_setting_has_an_example_that_is_valid():
    required = [(path, field) for path, field in vocabulary.all_settings() if field.is_required()]
    assert [path for path, field in required if vocabulary.example(field) is None] == []


def test_the_reference_lists_every_setting_and_every_message():
    text = settings_reference()
    assert [
        path for path, _ in vocabulary.all_settings() if f"| `{vocabulary.shown(path)}` |" not in text
    ] == []
    assert [problem for problem in Problem if f"| {problem.code} | {problem.summary} |" not in text] == []


def test_rendering_writes_no_file(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    documentation.json_schema()
    documentation.settings_reference()
    assert list(tmp_path.iterdir()) == []
