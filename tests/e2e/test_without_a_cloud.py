"""An environment without a cloud, in a shell in which nothing about AWS is right: the commands of its whole life."""

import pytest

from tests.e2e.product import AMBIENT, Product

COUNT_MODULES = """
import sys
from provisioner.__main__ import run
code = run(sys.argv[1:])
found = sorted({"boto3", "botocore", "moto", "pulumi_aws"} & set(sys.modules))
sys.exit(f"{code}: {found}" if code or found else 0)
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    product = Product(tmp_path_factory.mktemp("on-prem") / "checkout", AMBIENT)
    text = (product.folder / "environments/on-prem.yaml").read_text()
    product.written(
        "committed",
        text.replace("name: on-prem", "name: committed").replace("delivery: direct", "delivery: gitops"),
    )
    yield product
    product.close()


def test_what_is_committed_is_written_once_and_goes_with_the_environment(product):
    """Into one folder for the cluster, the same to the last byte however often, and nothing is left of it."""
    said = product("apply committed --yes")
    assert "note: What is for clusters goes into gitops/" in said.said
    rendered = product.rendered("gitops")
    assert {path.split("/")[0] for path in rendered} == {"committed.munich"}
    assert len(rendered) > 50
    product.in_a_row("plan committed --detailed-exitcode", "apply committed --yes", "state verify committed")
    assert product.rendered("gitops") == rendered
    product("destroy committed --yes")
    assert list((product.folder / "gitops").iterdir()) == []


def test_on_a_desk_it_goes_elsewhere_and_nobody_is_told_to_commit(product):
    said = product("apply on-prem --cloud local --yes")
    assert "commit" not in said.said
    rendered = product.rendered(".provisioner/on-local-cloud/gitops")
    assert {path.split("/")[0] for path in rendered} == {"on-prem.munich"}
    assert not list((product.folder / ".provisioner/state").rglob("on-prem*"))
    product("destroy on-prem --cloud local --yes")
    assert product.rendered(".provisioner/on-local-cloud/gitops") == {}


@pytest.mark.parametrize("command", ["plan committed", "policy check committed", "state list committed"])
def test_no_client_of_aws_is_as_much_as_loaded(product, command):
    product.python(COUNT_MODULES, *command.split())


def test_what_is_not_in_the_kubeconfig_stops_everything_at_once(product, golden):
    """Before a plan, an apply and a destroy: another context is another cluster."""
    missing = product("plan on-prem", code=1).err
    (product.folder / "environments/kubeconfig").write_text(
        "contexts:\n- {name: staging, context: {cluster: a}}\n- {name: prod, context: {cluster: b}}\n"
    )
    other = [product(f"{command} on-prem --yes", code=1).err for command in ("apply", "destroy")]
    assert other[0] == other[1]
    golden(f"{missing}---\n{other[0]}")
    assert not (product.folder / ".provisioner/state/.pulumi/stacks/platform/on-prem.munich.json").exists()


def test_kubectl_is_shown_the_file_where_it_lies(product, golden):
    golden(product("kubeconfig on-prem", code=1).err)
