"""Helm releases: `helm` is called to make and change them, and never to plan or to read."""

import base64
import gzip
import json
import os
import stat
import sys

import pytest

from provisioner.plan.values import UNKNOWN
from provisioner.providers.interface import Identity, Object, Refused
from tests.providers.kubernetes.objects import changed, checked, made, wrong

TYPE = "kubernetes:helm.sh/v3:Release"
HELM = """#!{python}
import json, pathlib, sys
words = sys.argv[1:]
config = json.load(open(words[words.index("--kubeconfig") + 1]))
words[words.index("--kubeconfig") + 1] = config["clusters"][0]["cluster"]["server"]
with open({log!r}, "a") as log:
    log.write(json.dumps([words, sys.stdin.read()]) + "\\n")
sys.exit(pathlib.Path({answer!r}).read_text() if pathlib.Path({answer!r}).exists() else 0)
"""


def kueue(**more):
    return {
        "name": "kueue",
        "namespace": "kueue-system",
        "chart": "kueue",
        "version": "0.19.2",
        "repositoryOpts": {"repo": "oci://registry.k8s.io/kueue/charts"},
        "values": {"replicas": 1},
        **more,
    }


class Helm:
    """The script in place of `helm`, and what Helm would have recorded."""

    def __init__(self, folder, api):
        self.log, self.answer = folder / "calls", folder / "answer"
        self.api = api
        program = folder / "helm"
        program.write_text(HELM.format(python=sys.executable, log=str(self.log), answer=str(self.answer)))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def calls(self):
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines]

    def refuse(self, said):
        self.answer.write_text(said)

    def record(self, revision=1, status="deployed", version="0.19.2", values=None):
        """What Helm keeps of a release."""
        release = {
            "chart": {"metadata": {"name": "kueue", "version": version, "appVersion": f"v{version}"}},
            "config": {"replicas": 1} if values is None else values,
        }
        packed = base64.b64encode(gzip.compress(json.dumps(release).encode()))
        name = f"sh.helm.release.v1.kueue.v{revision}"
        secret = self.api.put(
            "v1", "Secret", "kueue-system", name, data={"release": base64.b64encode(packed).decode()}
        )
        secret["metadata"]["labels"] = {
            "owner": "helm", "name": "kueue", "status": status, "version": str(revision)
        }  # fmt: skip


@pytest.fixture
def helm(tmp_path, monkeypatch, api):
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    api.put("v1", "Namespace", "", "kueue-system")
    return Helm(folder, api)


def test_a_release_is_planned_without_helm_and_without_a_call(provider, helm, api):
    inputs = checked(provider, TYPE, kueue(values={"replicas": UNKNOWN}))
    planned = provider.planned(TYPE, None, inputs)
    assert (planned["name"], planned["status"]) == ("kueue", UNKNOWN)
    assert (helm.calls(), api.calls) == ([], [])


def test_a_chart_is_installed_with_its_values_on_standard_input(provider, helm, api, monkeypatch):
    inputs = checked(provider, TYPE, kueue(createNamespace=True, skipCrds=True, timeout=20))
    with pytest.raises(Refused, match="there is no record of it"):
        provider.create(TYPE, inputs)
    ((words, values),) = helm.calls()
    assert " ".join(words) == (
        "upgrade --install --reset-values kueue oci://registry.k8s.io/kueue/charts/kueue"
        " --namespace kueue-system --create-namespace --skip-crds --version 0.19.2 --wait --values -"
        f" --kubeconfig {api.url} --timeout 1s"
    )
    assert json.loads(values) == {"replicas": 1}


def test_what_helm_has_recorded_is_what_is_read(provider, helm):
    helm.record(1, "superseded")
    helm.record(2)
    there = provider.read(TYPE, Identity("kueue-system/kueue", kueue()))
    assert there.inputs == kueue()
    assert there.outputs["status"] == {
        "appVersion": "v0.19.2", "chart": "kueue", "name": "kueue", "namespace": "kueue-system",
        "revision": 2, "status": "deployed", "version": "0.19.2",
    }  # fmt: skip
    assert helm.calls() == []


def test_drift_is_another_version_other_values_or_an_upgrade_that_failed(provider, helm):
    def differs(**recorded):
        helm.record(**recorded)
        found = provider.read(TYPE, Identity("kueue-system/kueue", kueue()))
        return provider.diff(TYPE, found, kueue()).updates

    assert differs(revision=1) == ()
    assert differs(revision=2, version="0.18.0") == ("version",)
    assert differs(revision=3, values={"replicas": 2}) == ("values",)
    assert differs(revision=4, status="failed") == ("version",)


def test_a_release_that_is_gone_is_read_as_nothing(provider, helm):
    assert provider.read(TYPE, Identity("kueue-system/kueue", kueue())) is None


def test_an_upgrade_and_a_removal(provider, helm):
    helm.record()
    there = Object("kueue-system/kueue", kueue(), {})
    changed(provider, TYPE, there, kueue(version="0.19.3"))
    provider.delete(TYPE, there)
    assert [words[0] for words, _ in helm.calls()] == ["upgrade", "uninstall"]


def test_a_release_that_exists_is_not_taken(provider, helm):
    helm.record()
    with pytest.raises(Refused, match=r"kueue-system/kueue exists already \(kueue 0.19.2, deployed\)"):
        made(provider, TYPE, kueue())
    assert provider.find(TYPE, kueue(), ()) == ("kueue-system/kueue",)


def test_an_upgrade_that_another_helm_left_half_way_is_told_with_what_to_type(provider, helm):
    helm.record(status="pending-upgrade")
    with pytest.raises(Refused, match="helm rollback kueue --namespace kueue-system"):
        provider.update(TYPE, Object("kueue-system/kueue", kueue(), {}), kueue(version="0.19.3"))


def test_what_helm_says_is_told_and_what_it_made_is_recorded(provider, helm):
    helm.refuse("WARNING: something\nError: UPGRADE FAILED: context deadline exceeded")
    helm.record(status="failed")
    with pytest.raises(Refused) as refused:
        provider.update(TYPE, Object("kueue-system/kueue", kueue(), {}), kueue(version="0.19.3"))
    assert refused.value.reason == "helm: UPGRADE FAILED: context deadline exceeded"
    assert refused.value.made.outputs["status"]["status"] == "failed"


def test_a_missing_helm_is_told_with_both_ways_out(provider, helm, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Refused, match=r"there is none on the PATH. Install Helm .*`delivery: gitops`"):
        made(provider, TYPE, kueue())


def test_a_name_is_made_and_kept(provider):
    new = kueue()
    del new["name"]
    inputs = checked(provider, TYPE, new, name="queues")
    assert inputs["name"].startswith("queues-")
    assert checked(provider, TYPE, new, inputs, name="queues")["name"] == inputs["name"]


def test_another_name_is_another_release(provider):
    assert provider.diff(TYPE, Object("a/b", kueue(), {}), kueue(name="other")).replaces == ("name",)


def test_a_release_needs_a_chart(provider):
    assert wrong(provider, TYPE, {"name": "a"}) == ["chart: a release needs the chart that it is made of"]
