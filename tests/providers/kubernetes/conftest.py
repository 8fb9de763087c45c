"""An API server in this process, and the driver pointed at it."""

import json

import pytest

from provisioner.providers.interface import About
from provisioner.providers.kubernetes.package import ClusterConnection, KubernetesPackage
from tests.support.kubernetes_api import kubernetes_api


@pytest.fixture
def api():
    with kubernetes_api() as api:
        yield api


@pytest.fixture
def kubeconfig(api, tmp_path):
    """A kubeconfig with one context, `here`."""
    file = tmp_path / "kubeconfig"
    file.write_text(
        json.dumps(
            {
                "current-context": "here",
                "contexts": [{"name": "here", "context": {"cluster": "one", "user": "me"}}],
                "clusters": [{"name": "one", "cluster": {"server": api.url}}],
                "users": [{"name": "me", "user": {"token": "a-token"}}],
            }
        )
    )
    return file


@pytest.fixture
def package(kubeconfig, tmp_path):
    return KubernetesPackage(ClusterConnection(kubeconfig=kubeconfig, folder=tmp_path))


@pytest.fixture
def provider(package):
    """The provider of the API server; nothing is waited for longer than a second or two."""
    times = dict.fromkeys(("create", "update", "delete"), 1.0)
    return package.configure({"context": "here"}).concerning(About("urn:x", times))


@pytest.fixture
def folder_provider(package):
    return package.configure({"renderYamlToDirectory": "gitops"})
