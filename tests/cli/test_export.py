"""`export operator`: an environment for Pulumi's Kubernetes operator, as text to read, and as its schema wants it."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

SMALL = """\
extends: base.yaml
name: small
cloud: aws
account: {id: "123456789012"}
region: eu-west-1
state: {backend: s3://example-state/ml}
network: {cidr: 10.10.0.0/15, zones: 2, nat: single}
encryption: {kms: {multi_region: true}}
dns: {zone: ml.example.internal}
cluster: {kind: eks, system_pool: {profile: m7i.large, nodes: 2..3}}
replicas: [us-east-1]
"""
ENVIRONMENTS = Path(__file__).parents[2] / "environments"
IMAGE = "registry.example.com/provisioner@sha256:0123"

SPEC = {
    "stack": str,
    "backend": str,
    "secretsProvider": str,
    "serviceAccountName": str,
    "prerequisites": [{"name": str}],
    "config": {"provisioner:file": str},
    "envRefs": {
        "PIP_NO_INDEX": {"type": "Literal", "literal": {"value": str}},
        "PULUMI_CONFIG_PASSPHRASE": {"type": "Secret", "secret": {"name": str, "key": str}},
    },
    "destroyOnFinalize": bool,
    "workspaceTemplate": {
        "spec": {
            "image": str,
            "securityProfile": "restricted",
            "local": {"dir": str},
            "podTemplate": {
                "spec": {
                    "containers": [
                        {
                            "name": "pulumi",
                            "volumeMounts": [{"name": str, "mountPath": str, "readOnly": bool}],
                        }
                    ],
                    "volumes": [{"name": str, "configMap": {"name": str}}],
                }
            },
        }
    },
}
"""What we use of the operator's `Stack` (pulumi.com/v1, operator 2.7): the names, and the types of the values."""


@pytest.fixture
def export(cli, tmp_path):
    """Exports an environment of this text; `changes` replace parts of it."""

    def export(*options, **changes):
        (tmp_path / "environments").mkdir(exist_ok=True)
        shutil.copy(ENVIRONMENTS / "base.yaml", tmp_path / "environments")
        text = SMALL
        for setting, value in changes.items():
            text = re.sub(rf"(?m)^{setting}: .*\n", f"{setting}: {value}\n" if value else "", text)
        (tmp_path / "environments/small.yaml").write_text(text)
        return cli("export", "operator", "small", "--image", IMAGE, *options)

    return export


def stacks(ran):
    return [each for each in yaml.safe_load_all(ran.out) if each["kind"] == "Stack"]


def breaches(value, schema, path=""):
    """Where a value is not of a schema as `SPEC`; its names may all be left out."""
    match schema:
        case dict():
            for name, inner in value.items():
                below = f"{path}.{name}"
                yield from breaches(inner, schema[name], below) if name in schema else [below]
        case [each]:
            for number, inner in enumerate(value):
                yield from breaches(inner, each, f"{path}[{number}]")
        case type():
            yield from [] if isinstance(value, schema) else [path]
        case _:
            yield from [] if value == schema else [path]


def test_one_region(export, golden):
    ran = export(replicas="", dns="", encryption="")
    assert ran.code == 0
    # The settings, which grow with the product, have a test of their own.
    objects = [each for each in ran.out.split("---\n") if "kind: ConfigMap" not in each]
    golden(re.sub(r"settings-[0-9a-f]{8}", "settings-0123abcd", "---\n".join(objects)))


def test_a_stack_waits_for_the_group_before_its_own(export):
    told = {
        each["metadata"]["name"]: [one["name"] for one in each["spec"].get("prerequisites", [])]
        for each in stacks(export())
    }
    assert told == {
        "small-foundation-eu-west-1": [],
        "small-foundation-us-east-1": ["small-foundation-eu-west-1"],
        "small-links-eu-west-1": ["small-foundation-us-east-1"],
        "small-cluster-eu-west-1": ["small-links-eu-west-1"],
        "small-cluster-us-east-1": ["small-links-eu-west-1"],
    }


def test_every_stack_is_as_the_operator_takes_it(export):
    made = stacks(export())
    assert len(made) == 5
    for each in made:
        assert (each["apiVersion"], list(breaches(each["spec"], SPEC))) == ("pulumi.com/v1", [])
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", each["metadata"]["name"])


def test_the_settings_are_the_environment_and_another_object_when_they_differ(export, cli, tmp_path):
    first, second = export(), export(state="{backend: s3://example-state/other}")
    maps = [
        next(each for each in yaml.safe_load_all(ran.out) if each["kind"] == "ConfigMap")
        for ran in (first, second)
    ]
    assert maps[0]["metadata"]["name"] != maps[1]["metadata"]["name"]
    (tmp_path / "again.yaml").write_text(maps[1]["data"]["small.yaml"])
    assert cli("show", str(tmp_path / "again.yaml")).out == cli("show", "small").out


def test_a_key_of_kms_needs_no_passphrase(export):
    spec = stacks(export(state="{backend: s3://example-state/ml, secrets: awskms://alias/state}"))[0]["spec"]
    assert spec["secretsProvider"] == "awskms://alias/state?region=eu-west-1"
    assert list(spec["envRefs"]) == ["PIP_NO_INDEX"]


def test_a_profile_is_this_machines(export):
    address = "{backend: 's3://example-state/ml?profile=me&region=eu-west-1&endpoint=https://s3.example.com'}"
    (spec, *_) = (each["spec"] for each in stacks(export(state=address)))
    assert spec["backend"] == (
        "s3://example-state/ml?region=eu-west-1&endpoint=https://s3.example.com&use_path_style=true"
    )


def test_files_sort_as_they_are_applied_and_are_written_over(export, tmp_path):
    export("--out", "k8s")
    ran = export("--out", "k8s", "--namespace", "fleet")
    assert sorted(path.name for path in (tmp_path / "k8s").iterdir()) == [
        "00-environment.yaml",
        "01-small-foundation-eu-west-1.yaml",
        "02-small-foundation-us-east-1.yaml",
        "03-small-links-eu-west-1.yaml",
        "04-small-cluster-eu-west-1.yaml",
        "04-small-cluster-us-east-1.yaml",
    ]
    assert "create secret generic small-state --namespace fleet --from-file passphrase=FILE" in ran.err
    assert "namespace: fleet" in (tmp_path / "k8s/03-small-links-eu-west-1.yaml").read_text()


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        pytest.param({"state": ""}, "state: {backend: .provisioner}", id="a state in a folder"),
        pytest.param(
            {"cloud": "local", "account": "", "state": ""}, "cloud: local", id="the cloud on a desk"
        ),
    ],
)
def test_what_is_on_this_machine_is_not_exported(export, changes, setting):
    ran = export(**changes)
    assert (ran.code, ran.out) == (1, "")
    assert f"The environment says `{setting}`" in ran.err
