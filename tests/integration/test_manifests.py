"""Every manifest of every environment passes a strict server-side dry run, with the real definitions.

So it does where no cluster is asked, by the schemas that this machine keeps of the same definitions.

PodSecurity and our own admission policies are on. A manifest whose definition is not loaded fails, unless its kind
is in `UNKNOWN_KINDS`.
"""

from pathlib import Path

import pytest

from environments.load import load
from environments.software_book import BOOK
from tests.integration.rendered import Court, Manifest, manifests, namespaces_of_charts, offline_refusals
from tests.servers.definitions import SOURCES
from tests.support.environments import recorded

ENVIRONMENTS = Path(__file__).parents[2] / "environments"
OURS = Path(__file__).parent / "environments"
UNKNOWN_KINDS = {}
"""As of 2026-11-21: (group, kind) -> why its definition cannot be loaded here."""

DELIVERIES = {
    "as it is": "",
    "flux": "delivery: {kind: gitops, charts: flux}\n",
    "argocd": "delivery: {kind: gitops, charts: argocd}\n",
}


SHIPPED = [file for file in sorted(ENVIRONMENTS.glob("*.yaml")) if file.stem != "base"]


def delivered():
    """The environments that deliver something into their clusters, and how: those that are shipped as they do."""
    for file in SHIPPED:
        if load(file).environment.delivery:
            yield pytest.param(file, "as it is", id=f"{file.stem}-as it is")
    for file in sorted(OURS.glob("*.yaml")):
        yield from (pytest.param(file, each, id=f"{file.stem}-{each}") for each in DELIVERIES)


def test_every_shipped_environment_delivers():
    assert len(list(delivered())) == len(SHIPPED) + len(DELIVERIES) * len(list(OURS.glob("*.yaml")))


@pytest.mark.parametrize(("file", "delivery"), list(delivered()))
def test_every_manifest_of_an_environment_is_taken(file, delivery, api_server, schemas, tmp_path):
    environment = tmp_path / file.name
    environment.write_text(f"extends: {file}\nname: {file.stem}\n{DELIVERIES[delivery]}")
    found = recorded(environment)
    everything = manifests(found)
    api_server.load_crds(*({one.group for one in everything} & SOURCES.keys()))
    court = Court(api_server, UNKNOWN_KINDS)
    assert court.refusals(everything, namespaces_of_charts(found)) == []
    assert offline_refusals(everything, schemas) == []
    assert schemas.unknown == set()


def test_a_kind_that_cannot_be_loaded_is_in_the_software_book():
    kinds = {tuple(kind.rsplit("/", 1)) for software in BOOK.values() for kind in software.kinds}
    assert UNKNOWN_KINDS.keys() <= kinds
    assert not {group for group, _ in UNKNOWN_KINDS} & SOURCES.keys()


def test_a_manifest_of_a_kind_that_is_not_loaded_is_refused(api_server, namespace):
    body = {"apiVersion": "keda.sh/v1", "kind": "Unheard", "metadata": {"name": "of", "namespace": namespace}}
    (said,) = Court(api_server, UNKNOWN_KINDS).refusals([Manifest("platform/here", body)], {namespace})
    assert said == f"keda.sh/v1 Unheard {namespace}/of: the API server knows no such kind"


def test_a_pod_with_gpus_that_passes_by_the_queue_is_refused(api_server, until):
    found = recorded(OURS / "metal.yaml")
    Court(api_server, UNKNOWN_KINDS).refusals(manifests(found), namespaces_of_charts(found))

    def said(labels):
        body = gpu_pod(labels)
        answer = api_server.ask("POST", "/api/v1/namespaces/search/pods?dryRun=All", body)
        return answer[1].get("message", "")

    until(lambda: "queue" in said({}))  # an API server takes a moment until a policy is in force
    assert said({"kueue.x-k8s.io/queue-name": "gpus"}) == ""


def gpu_pod(labels):
    container = {
        "name": "only",
        "image": "registry.example/train:1",
        "resources": {"limits": {"nvidia.com/gpu": 1, "cpu": 1, "memory": "1Gi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    secure = {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}}
    spec = {"containers": [container], "securityContext": secure}
    return {"metadata": {"name": "train", "labels": labels}, "spec": spec}
