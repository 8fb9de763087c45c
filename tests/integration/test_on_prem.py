"""A cluster of one's own, as a person brings the platform into it: the command, the shipped file, a real API server.

Charts come from elsewhere, and no test leaves this machine: the `helm` on the PATH hands the real one an empty chart
of the same name and version.
"""

import os
import shutil

import pytest

from tests.e2e.product import AMBIENT, ROOT, Product
from tests.integration.empty_charts import helm_of_empty_charts
from tests.servers.becoming_ready import with_condition

DELIVERED = (
    "cert-manager.io",
    "gateway.envoyproxy.io",
    "gateway.networking.k8s.io",
    "kueue.x-k8s.io",
    "serving.kserve.io",
)
"""Groups of kinds that charts would bring."""


@pytest.fixture
def helm_without_network(helm, tmp_path):
    """The folder of a `helm` that fetches nothing."""
    return helm_of_empty_charts(helm, tmp_path / "bin")


@pytest.fixture
def cluster(fresh_api_server):
    """A cluster of its own: the names of the platform's objects are the same in every environment."""
    fresh_api_server.load_crds(*DELIVERED)
    return fresh_api_server


@pytest.fixture
def product(tmp_path, cluster, helm_without_network):
    """A checkout with the shipped environment, and a kubeconfig beside it; nothing in it is right for AWS."""
    path = f"{helm_without_network}{os.pathsep}{os.environ['PATH']}"
    wrong = {name: value for name, value in AMBIENT.items() if name.startswith("AWS_")}
    product = Product(tmp_path / "checkout", {**wrong, "PATH": path})
    shutil.copy(ROOT / "environments/on-prem.yaml", product.folder / "environments")
    kubeconfig = cluster.written_kubeconfig("on-prem", {"token": cluster.token}, context="on-prem")
    shutil.copy(kubeconfig, product.folder / "environments/kubeconfig")
    yield product
    product.close()


def test_the_platform_is_applied_kept_as_it_is_and_removed(product, cluster):
    with cluster.becoming_ready({SERVICES: with_condition("Ready")}):
        product("apply on-prem --yes")
        product.in_a_row(
            "plan on-prem --detailed-exitcode",
            "plan on-prem --refresh --detailed-exitcode",
            "state verify on-prem",
        )
        cluster.patch(QUOTA, {"spec": {"hard": {"pods": "1"}}})
        (found,) = product("drift on-prem --json", code=7).json["findings"]
        assert (found["name"], found["changes"][0]["path"]) == ("on-prem-team-search", "spec.hard.pods")
        product("drift on-prem --revert --out back.plan")
        product("apply back.plan --yes")  # the file remembers that it takes back what others have set
        assert cluster.get(QUOTA)["spec"]["hard"]["pods"] == "1k"  # as Kubernetes writes 1000
        assert "every object in it" in product("destroy on-prem --yes", code=4).err
        product("destroy on-prem --yes --approve-loss *:Namespace::*")
    assert product("state list on-prem --json").json["resources"] == []
    assert {*names(cluster, "/api/v1/namespaces")} == EMPTY


SERVICES = "/apis/serving.kserve.io/v1beta1/inferenceservices"
QUOTA = "/api/v1/namespaces/search/resourcequotas/team"
EMPTY = {"default", "kube-system", "kube-public", "kube-node-lease"}
"""The namespaces of a cluster in which nothing was done yet."""


def names(cluster, path):
    return [one["metadata"]["name"] for one in cluster.get(path)["items"]]
