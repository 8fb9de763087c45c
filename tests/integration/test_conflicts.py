"""Objects and fields that belong to somebody else: who it is, and what is refused."""

import pytest

from tests.support.runs import changes
from tests.servers.api_server import Refusal

FORCED = {"pulumi.com/patchForce": "true"}


@pytest.fixture
def path(namespace):
    return f"/api/v1/namespaces/{namespace}/configmaps/settings"


def colours(value):
    return {"apiVersion": "v1", "kind": "ConfigMap", "data": {"colour": value}}


def test_a_field_that_another_manager_took_over_is_not_overwritten(desk, api_server, path):
    desk.done(desk.program(desk.config_map("settings", colour="red")))
    api_server.apply(path, colours("green"), "gardener", force=True)
    said = desk.refused_plan(desk.program(desk.config_map("settings", colour="blue")))
    assert said.startswith("data: `gardener` has set `data.colour`")
    assert "pulumi.com/patchForce" in said
    assert api_server.get(path)["data"] == {"colour": "green"}


def test_a_field_is_taken_over_where_the_program_says_so(desk, api_server, path):
    desk.done(desk.program(desk.config_map("settings", colour="red")))
    api_server.apply(path, colours("green"), "gardener", force=True)
    program = desk.program(desk.config_map("settings", annotations=FORCED, colour="blue"))
    desk.done(program)
    assert api_server.get(path)["data"] == {"colour": "blue"}
    assert changes(desk.plan(program)) == []


def test_fields_that_others_add_are_left_alone(desk, api_server, path):
    program = desk.program(desk.config_map("settings", colour="red"))
    desk.done(program)
    api_server.apply(path, {"apiVersion": "v1", "kind": "ConfigMap", "data": {"size": "l"}}, "gardener")
    assert changes(desk.plan(program)) == []
    desk.done(desk.program(desk.config_map("settings", colour="blue")))
    assert api_server.get(path)["data"] == {"colour": "blue", "size": "l"}


def test_an_object_that_somebody_else_made_is_not_taken(desk, api_server, path):
    api_server.apply(path, colours("green"), "gardener")
    said = desk.refused_plan(desk.program(desk.config_map("settings", colour="red")))
    assert "settings" in said
    assert "import" in said
    assert api_server.get(path)["data"] == {"colour": "green"}


def test_a_field_that_the_kind_does_not_have_is_refused_and_nothing_is_made(desk, api_server, namespace):
    import pulumi_kubernetes as kubernetes

    def queue(opts):
        kubernetes.apiextensions.CustomResource(
            "search",
            api_version="kueue.x-k8s.io/v1beta2",
            kind="LocalQueue",
            metadata=desk.named("search"),
            spec={"clusterQueue": "search", "cohort": "all"},
            opts=opts,
        )

    api_server.load_crds("kueue.x-k8s.io")
    assert "spec.cohort" in desk.refused_plan(desk.program(queue))
    with pytest.raises(Refusal):
        api_server.get(f"/apis/kueue.x-k8s.io/v1beta2/namespaces/{namespace}/localqueues/search")


def test_who_may_not_is_told_what_is_forbidden(desk, api_server):
    desk.kubeconfig = api_server.written_kubeconfig("stranger", {"token": api_server.stranger})
    said = desk.refused_plan(desk.program(desk.config_map("settings", colour="red")))
    assert 'User "stranger" cannot' in said


def test_a_client_certificate_says_who_we_are(desk, api_server, path):
    certificate, key = api_server.authority.client("engineer", "system:masters")
    user = {"client-certificate": str(certificate), "client-key": str(key)}
    desk.kubeconfig = api_server.written_kubeconfig("engineer", user)
    desk.done(desk.program(desk.config_map("settings", colour="red")))
    assert api_server.get(path)["data"] == {"colour": "red"}
