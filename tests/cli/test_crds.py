"""`crds`: definitions of custom kinds come onto this machine, out of charts or of a file, and are listed."""

import io
import json
import os
import stat
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from environments.gitops_controllers import CONTROLLERS
from environments.load import load
from environments.needed_software import needed_software
from provisioner.providers.kubernetes import definition_sources
from provisioner.providers.kubernetes.schema_store import store_folder

ENVIRONMENT = """\
name: sample
cloud: none
owner: ml-platform@example.com
region: munich
cluster: {kind: existing, kubeconfig: access/kubeconfig, context: on-prem}
delivery: {kind: gitops, folder: clusters}
gpu_pools:
  - name: online
    nodes: 4..4
    machine: {gpu: h100-80gb, gpus: 8, selector: {nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3}}
"""
WITHOUT_CLUSTERS = """\
name: sample
cloud: local
owner: ml-platform@example.com
region: us-east-1
network: {cidr: 10.10.0.0/16, zones: 2, nat: single}
registry: {repositories: [serving]}
"""
HELM = """#!{python}
import json, sys
words = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(json.dumps([words, sys.stdin.read()]) + "\\n")
charts = json.load(open({charts!r}))
chart = words[2].rpartition("/")[2]
if chart not in charts:
    sys.exit("Error: " + chart + " was not found")
sys.stdout.write(charts[chart])
"""


def crds(kinds):
    """Definitions of these kinds, with one field."""
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}},
    }
    documents = []
    for kind in kinds:
        group, name = kind.split("/")
        plural = f"{name.lower()}s"
        versions = [
            {"name": name, "served": True, "storage": name == "v2", "schema": {"openAPIV3Schema": schema}}
            for name in ("v1", "v2")
        ]
        documents.append(
            {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                "metadata": {"name": f"{plural}.{group}"},
                "spec": {
                    "group": group,
                    "scope": "Namespaced",
                    "names": {"kind": name, "plural": plural},
                    "versions": versions,
                },
            }
        )
    return yaml.safe_dump_all(documents)


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """A file of an environment, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = tmp_path / "environments" / "sample.yaml"
    file.parent.mkdir()
    file.write_text(ENVIRONMENT)
    return load(file).environment


class Registry:
    """The program `helm`, which has these charts, and where controllers publish their definitions."""

    def __init__(self, folder):
        self.folder, self.charts = folder, {}
        program = folder / "helm"
        words = {"python": sys.executable, "log": str(folder / "calls"), "charts": str(folder / "charts")}
        program.write_text(HELM.format(**words))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def have(self, chart, text):
        self.charts[chart] = text
        (self.folder / "charts").write_text(json.dumps(self.charts))

    def calls(self):
        return [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]


@pytest.fixture
def registry(tmp_path, monkeypatch, environment):
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    registry = Registry(folder)
    for row in needed_software(environment):
        registry.have(row.chart, crds(row.kinds))
    published = {row.definitions: crds(row.kinds) for rows in CONTROLLERS.values() for row in rows}

    def urlopen(address, timeout):
        return io.BytesIO(published[address].encode())

    monkeypatch.setattr(definition_sources.urllib.request, "urlopen", urlopen)
    return registry


def in_general(text, tmp_path):
    return text.replace(str(tmp_path), "<folder>")


def test_what_an_environment_needs_is_fetched_and_listed(cli, registry, tmp_path, golden):
    before = cli("crds", "list", "sample")
    fetched = cli("crds", "fetch", "sample")
    after = cli("crds", "list", "sample")
    assert [each.code for each in (before, fetched, after)] == [0, 0, 0]
    golden(in_general(f"{before.out}---\n{fetched.out}---\n{after.out}", tmp_path))
    assert registry.calls() == [
        [
            [
                *("template", "gpu-operator", "gpu-operator", "--namespace", "kube-system"),
                *("--version", "v26.7.0", "--repo", "https://helm.ngc.nvidia.com/nvidia"),
                *("--include-crds", "--kube-version", "1.37.0", "--values", "-"),
            ],
            "{}",
        ]
    ]


def test_the_list_for_programs(cli, registry):
    (before,) = [json.loads(cli("crds", "list", "sample", "--json").out)]
    cli("crds", "fetch", "sample")
    said = json.loads(cli("crds", "list", "sample", "--json").out)
    assert (before["complete"], said["complete"]) == (False, True)
    assert said["schema"] == "provisioner/crds/1"
    assert said["folder"] == str(store_folder())
    (row,) = [each for each in said["sources"] if each["name"] == "flux-helm-controller"]
    assert row["version"] == "v1.6.4"
    assert row["missing"] == []
    (kind,) = row["kinds"]
    assert kind["kind"] == "helm.toolkit.fluxcd.io/HelmRelease"
    assert kind["digest"].startswith("sha256:")
    assert kind["from"].endswith("/v1.6.4/helm-controller.crds.yaml")


def test_what_is_not_to_be_had_is_told_and_the_rest_is_kept(cli, registry, golden):
    registry.have("gpu-operator", crds(["nvidia.com/ClusterPolicy"]))
    ended = cli("crds", "fetch", "sample")
    assert ended.code == 1
    assert "flux-helm-controller v1.6.4: 1 kind" in ended.out
    golden(ended.err)
    registry.charts.clear()
    registry.have("another", "")
    assert "helm: gpu-operator was not found" in cli("crds", "fetch", "sample").err


def test_without_helm_it_is_said_what_to_do(cli, registry, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    ended = cli("crds", "fetch", "sample")
    assert ended.code == 1
    assert "gpu-operator v26.7.0: the `helm` program is not on the PATH" in ended.err
    assert "provisioner crds fetch sample --from FILE" in ended.err


def test_an_address_that_does_not_answer_is_told(cli, registry, monkeypatch):
    def refused(address, timeout):
        raise OSError("Name or service not known")

    monkeypatch.setattr(definition_sources.urllib.request, "urlopen", refused)
    ended = cli("crds", "fetch", "sample")
    assert "helm-controller.crds.yaml was not to be had: Name or service not known" in " ".join(
        ended.err.split()
    )


def test_definitions_that_were_brought_here_need_no_network(cli, environment, tmp_path, golden):
    (tmp_path / "brought").mkdir()
    for row in (*needed_software(environment), *CONTROLLERS["flux"]):
        (tmp_path / "brought" / f"{row.name}.yaml").write_text(crds(row.kinds))
    (tmp_path / "brought/own.yaml").write_text(crds(["example.com/Shelf"]))
    with tarfile.open("brought.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "brought", "brought")
    ended = cli("crds", "fetch", "sample", "--from", "brought.tar.gz")
    assert ended.code == 0
    golden(in_general(f"{ended.out}---\n{cli('crds', 'list', 'sample').out}", tmp_path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: ConfigMap\n", "there is no CustomResourceDefinition in it"),
        ("kind: CustomResourceDefinition\n a: [\n", "is no YAML"),
    ],
)
@pytest.mark.usefixtures("environment")
def test_a_file_without_definitions_is_refused(cli, text, said):
    Path("given.yaml").write_text(text)
    ended = cli("crds", "fetch", "sample", "--from", "given.yaml")
    assert ended.code == 1
    assert "RUN-144" in ended.err
    assert said in " ".join(ended.err.split())
    assert cli("crds", "fetch", "sample", "--from", "nowhere.yaml").code == 1


def test_an_environment_without_custom_kinds_needs_nothing(cli, tmp_path):
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments/sample.yaml").write_text(WITHOUT_CLUSTERS)
    for words in (("fetch",), ("list",)):
        ended = cli("crds", *words, "sample")
        assert ended.code == 0
        assert ended.out == "The environment delivers nothing of a custom kind into clusters.\n"


def test_a_plan_says_once_what_it_did_not_check(cli, environment):
    said = cli("plan", "sample")
    assert said.code == 0
    assert said.out.count("`provisioner crds fetch sample` brings it here.") == 1


def test_what_does_not_suit_its_kind_is_told_with_the_line_that_it_comes_from(cli, registry, environment):
    """The definitions of these tests have hardly a field."""
    cli("crds", "fetch", "sample")
    ended = cli("plan", "sample")
    assert ended.code == 1
    assert (
        "`spec.releaseName`: there is no such field (by flux-helm-controller v1.6.4, taken from" in ended.err
    )
    assert "(from gpu_pools, environments/sample.yaml:8)" in ended.err
