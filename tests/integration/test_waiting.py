"""What takes its time: objects until they are ready, and until they are gone."""

import threading

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from provisioner.engine.interface import Result
from tests.support.runs import changes
from tests.servers.becoming_ready import deployment

MERGE = "application/merge-patch+json"


def web(desk, seconds, replicas=2):
    labels = {"app": "web"}
    container = {"name": "web", "image": "registry.example/web:1"}

    def make(opts):
        kubernetes.apps.v1.Deployment(
            "web",
            metadata=desk.named("web", annotations={"pulumi.com/timeoutSeconds": str(seconds)}),
            spec={
                "replicas": replicas,
                "selector": {"match_labels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            },
            opts=opts,
        )

    return make


@pytest.fixture
def path(namespace):
    return f"/apis/apps/v1/namespaces/{namespace}/deployments/web"


def test_an_apply_lasts_until_the_status_says_ready(desk, api_server, path, until):
    ended = []
    applying = threading.Thread(target=lambda: ended.append(desk.apply(desk.program(web(desk, 60)))))
    applying.start()
    until(lambda: api_server.is_there(path))
    there = api_server.get(path)
    half = {**deployment(there), "availableReplicas": 1, "readyReplicas": 1}
    api_server.patch(f"{path}/status", {"status": half})
    applying.join(1.5)
    assert not ended, "one of two replicas is not ready"
    api_server.patch(f"{path}/status", {"status": deployment(there)})
    applying.join(20)
    assert [one.result for one in ended] == [Result.DONE]


def test_what_does_not_become_ready_in_time_is_reported_with_the_reason_and_kept(desk, api_server, path):
    said = desk.refused(desk.program(web(desk, 2)))
    assert "web" in said
    assert "2 s" in said
    assert api_server.is_there(path)
    assert "Deployment" in {one.type.rsplit(":", 1)[1] for one in desk.resources().values()}


def test_the_next_apply_waits_again_for_what_was_not_ready(desk, api_server):
    program = desk.program(web(desk, 3))
    desk.refused(program)
    with api_server.becoming_ready(kinds={"deployments"}):
        desk.done(program)
    assert changes(desk.plan(program)) == []


def test_a_deployment_that_nobody_waits_for_is_done_at_once(desk, api_server, path):
    def make(opts):
        web(desk, 60)(pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(transformations=[unawaited])))

    desk.done(desk.program(make))
    assert api_server.is_there(path)


def unawaited(args):
    args.props["metadata"]["annotations"] = {"pulumi.com/skipAwait": "true"}
    return pulumi.ResourceTransformationResult(args.props, args.opts)


def test_a_deletion_lasts_until_the_finalizers_are_gone(desk, api_server, namespace, until):
    desk.done(desk.program(desk.config_map("held")))
    path = f"/api/v1/namespaces/{namespace}/configmaps/held"
    api_server.patch(path, {"metadata": {"finalizers": ["example.com/backup"]}})
    ended = []
    removing = threading.Thread(target=lambda: ended.append(desk.destroy()))
    removing.start()
    until(lambda: "deletionTimestamp" in api_server.get(path)["metadata"])
    removing.join(1)
    assert not ended
    api_server.patch(path, {"metadata": {"finalizers": None}})
    removing.join(20)
    assert [one.result for one in ended] == [Result.DONE]
    assert not api_server.is_there(path)


def test_a_finalizer_that_holds_an_object_is_named(desk, api_server, namespace):
    def held(opts):
        kubernetes.core.v1.ConfigMap(
            "held",
            metadata=desk.named("held"),
            opts=pulumi.ResourceOptions.merge(
                opts, pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(delete="2s"))
            ),
        )

    desk.done(desk.program(held))
    path = f"/api/v1/namespaces/{namespace}/configmaps/held"
    api_server.patch(path, {"metadata": {"finalizers": ["example.com/backup"]}})
    (failed,) = desk.destroy().failures
    assert "example.com/backup" in failed.error
    api_server.patch(path, {"metadata": {"finalizers": None}})
    assert desk.destroy().result is Result.DONE
