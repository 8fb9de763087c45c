"""What leads to a cluster comes from this machine: the kubeconfig, the program for tokens, the proxy."""

import sys
from pathlib import Path

import pytest

from environments.diagnostics import InvalidEnvironment
from environments.load import load
from provisioner.cluster_wiring import kubeconfig_of, kubernetes_package, must_be_known, notices

EXISTING = """\
name: sample
cloud: none
owner: ml-platform@example.com
region: munich
cluster: {kind: existing, kubeconfig: access/kubeconfig, context: on-prem}
delivery: direct
"""
PRIVATE = """\
name: sample
cloud: aws
account: {id: "123456789012"}
owner: ml-platform@example.com
region: us-east-1
network: {cidr: 10.20.0.0/14}
registry: {repositories: [serving]}
cluster: {kind: eks}
delivery: direct
"""
KUBECONFIG = """\
contexts: [{name: on-prem, context: {cluster: there}}]
clusters: [{name: there, cluster: {server: "https://10.0.0.1:6443"}}]
"""


@pytest.fixture
def found(tmp_path, monkeypatch):
    """Reads an environment in a folder that is not the one the command runs in."""
    monkeypatch.delenv("PROVISIONER_CLUSTER_PROXY", raising=False)
    (tmp_path / "environments/access").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    def found(text, **options):
        file = Path("environments/sample.yaml")
        file.write_text(text)
        return load(file, **options)

    return found


def test_the_kubeconfig_is_where_the_environments_file_is(found):
    assert kubeconfig_of(found(EXISTING)) == Path("environments/access/kubeconfig")
    assert kubeconfig_of(found(EXISTING.replace("access/kubeconfig", "/etc/kubeconfig"))) == Path(
        "/etc/kubeconfig"
    )
    assert kubeconfig_of(found(EXISTING.replace("access/", "~/"))) == Path.home() / "kubeconfig"
    assert kubeconfig_of(found(PRIVATE)) is None


def test_a_context_that_is_there_is_taken(found):
    environment = found(EXISTING)
    Path("environments/access/kubeconfig").write_text(KUBECONFIG)
    must_be_known(environment)


@pytest.mark.parametrize(
    ("kubeconfig", "text"),
    [
        (None, EXISTING),
        (KUBECONFIG.replace("on-prem", "staging"), EXISTING),
        ("contexts: []\n", EXISTING),
        (KUBECONFIG.replace("cluster: there", "cluster: gone"), EXISTING),
        ("[\n", EXISTING),
    ],
    ids=["no file", "another context", "no contexts", "a context of no cluster", "no YAML"],
)
def test_what_does_not_lead_to_the_cluster_is_refused(found, kubeconfig, text, golden):
    environment = found(text)
    if kubeconfig:
        Path("environments/access/kubeconfig").write_text(kubeconfig)
    with pytest.raises(InvalidEnvironment) as refused:
        must_be_known(environment)
    golden(f"{refused.value}\n")


def test_who_writes_into_a_folder_needs_no_kubeconfig(found):
    must_be_known(found(EXISTING.replace("direct", "gitops")))
    must_be_known(found(EXISTING, cloud="local"))


def test_a_token_is_asked_of_the_program_that_runs(found):
    assert kubernetes_package(found(PRIVATE))._connection.program == (sys.executable, "-m", "provisioner")


def test_what_is_kept_in_a_folder_has_to_suit_the_clusters_version_where_it_is_known(found):
    eks = PRIVATE.replace("kind: eks", 'kind: eks, version: "1.34"')
    assert kubernetes_package(found(eks))._connection.version == "1.34"
    assert kubernetes_package(found(EXISTING))._connection.version == ""


def test_the_way_to_a_private_interface_is_told_before_the_first_call(found, golden, monkeypatch):
    """And again, in full, when nobody answers; whoever has set the way is told neither."""
    environment = found(PRIVATE)
    connection = kubernetes_package(environment)._connection
    golden("\n".join([*notices(environment.environment), "---", connection.way_in, ""]))
    monkeypatch.setenv("PROVISIONER_CLUSTER_PROXY", "socks5://127.0.0.1:1080")
    assert notices(environment.environment) == ()
    assert kubernetes_package(environment)._connection.proxy == "socks5://127.0.0.1:1080"


def test_a_public_interface_and_an_existing_cluster_need_no_word(found):
    public = PRIVATE.replace("kind: eks", "kind: eks, endpoint: {kind: public, cidrs: [203.0.113.0/24]}")
    assert notices(found(public).environment) == notices(found(EXISTING).environment) == ()
    assert kubernetes_package(found(EXISTING))._connection.way_in == ""
