"""The drivers for Kubernetes, served over Pulumi's protocol and used over it again: any kind, into a folder."""

import os

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.failures import InvalidInputs
from provisioner.engine.interface import Result
from provisioner.providers.kubernetes.package import ClusterConnection, KubernetesPackage
from provisioner.providers.protocol.packages import PREFERRED, Packages
from provisioner.providers.protocol.serving import served
from tests.support.runs import Desk


@pytest.fixture
def desk(tmp_path, quick_passphrase):
    """A desk whose package `kubernetes` is attached to."""
    made = Desk(tmp_path)
    package = KubernetesPackage(ClusterConnection(folder=tmp_path))
    with served(package) as port:
        environment = {**os.environ, "PULUMI_DEBUG_PROVIDERS": f"kubernetes:{port}", PREFERRED: "kubernetes"}
        packages = Packages({"kubernetes": package}, environment)
        made.engine = lambda: EmbeddedEngine(
            Folder(tmp_path / "state"), packages, Keys(lambda: "a passphrase")
        )
        yield made
        packages.close()


def written_to(folder, size=1, **inputs):
    def program():
        cluster = kubernetes.Provider("cluster", render_yaml_to_directory=folder, **inputs)
        opts = pulumi.ResourceOptions(provider=cluster)
        place = {"name": "sizes", "namespace": "here"}
        kubernetes.core.v1.ConfigMap("sizes", metadata=place, data={"size": str(size)}, opts=opts)
        kubernetes.apiextensions.CustomResource(
            "thing",
            api_version="example.com/v1",
            kind="Thing",
            metadata=place,
            spec={"size": size},
            opts=opts,
        )

    return program


def changes(plan):
    return [(step.op.value, step.name) for step in plan.steps if step.op.changes_something and step.custom]


def files(folder):
    return sorted(path.name for path in folder.rglob("*.yaml"))


def test_kinds_that_nobody_has_named_are_written_changed_and_removed(desk, tmp_path):
    assert desk.apply(written_to("out")).result is Result.DONE
    assert len(files(tmp_path / "out")) == 2
    assert not changes(desk.plan(written_to("out")))
    assert changes(desk.plan(written_to("out", size=2))) == [("update", "sizes"), ("update", "thing")]
    assert desk.destroy().result is Result.DONE
    assert files(tmp_path / "out") == []


def test_what_the_package_says_of_its_configuration_counts(desk):
    """Another folder is another cluster: everything is made there anew."""
    desk.apply(written_to("out"))
    assert ("replace", "cluster") in changes(desk.plan(written_to("elsewhere")))
    with pytest.raises(InvalidInputs) as refused:
        desk.plan(written_to("out", context="of-a-cluster"))
    assert "has no meaning beside `renderYamlToDirectory`" in str(refused.value.problems)
