"""Any project of Pulumi's with `pulumi_kubernetes`, by the command, in the cluster that kubectl would take."""

import textwrap

import pytest

from tests.e2e.product import Product

PROGRAM = """
import pulumi_kubernetes as kubernetes

kubernetes.core.v1.ConfigMap("settings", metadata={{"name": "settings", "namespace": "{namespace}"}}, data={data})
"""


@pytest.fixture
def project(tmp_path, api_server, namespace):
    """Write the program of a project, and run a command in it."""
    variables = {"KUBECONFIG": str(api_server.kubeconfig), "PULUMI_CONFIG_PASSPHRASE": "a passphrase"}
    product = Product(tmp_path / "checkout", variables)
    (product.folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")

    def run(command, **data):
        text = PROGRAM.format(namespace=namespace, data=data)
        (product.folder / "__main__.py").write_text(textwrap.dedent(text))
        return product(f"engine run {command} --stack dev")

    return run


def test_a_project_is_brought_up_changed_and_destroyed(project, api_server, namespace):
    path = f"/api/v1/namespaces/{namespace}/configmaps/settings"
    project("up --yes", colour="red")
    assert api_server.get(path)["data"] == {"colour": "red"}
    assert "~ kubernetes:core:ConfigMap settings" in project("preview", colour="blue").out
    project("up --yes", colour="blue")
    assert api_server.get(path)["data"] == {"colour": "blue"}
    project("destroy --yes", colour="blue")
    assert not api_server.is_there(path)
