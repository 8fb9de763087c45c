"""Programs meet a real API server: what is made, found unchanged, changed in place, replaced and removed."""

import pulumi_kubernetes as kubernetes

from provisioner.plan.model import Source
from tests.support.runs import changes

TAKES_OVER = {"pulumi.com/patchForce": "true"}
CONFIG_MAPS = "/api/v1/namespaces/{}/configmaps"


def test_what_was_applied_is_there_and_a_second_plan_is_empty(desk, api_server, namespace):
    program = desk.program(desk.config_map("settings", colour="red"))
    assert changes(desk.plan(program)) == ["+ settings"]
    desk.done(program)
    there = api_server.get(f"{CONFIG_MAPS.format(namespace)}/settings")
    assert there["data"] == {"colour": "red"}
    assert {row["manager"] for row in there["metadata"]["managedFields"]} == {"provisioner"}
    assert changes(desk.plan(program)) == []


def test_a_change_is_made_in_place(desk, api_server, namespace):
    desk.done(desk.program(desk.config_map("settings", colour="red", size="s")))
    before = api_server.get(f"{CONFIG_MAPS.format(namespace)}/settings")
    program = desk.program(desk.config_map("settings", colour="blue"))
    assert changes(desk.plan(program)) == ["~ settings (data)"]
    desk.done(program)
    after = api_server.get(f"{CONFIG_MAPS.format(namespace)}/settings")
    assert after["data"] == {"colour": "blue"}
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert changes(desk.plan(program)) == []


def test_what_the_program_no_longer_asks_for_is_removed(desk, api_server, namespace):
    desk.done(desk.program(desk.config_map("kept"), desk.config_map("dropped")))
    desk.done(desk.program(desk.config_map("kept")))
    assert api_server.is_there(f"{CONFIG_MAPS.format(namespace)}/kept")
    assert not api_server.is_there(f"{CONFIG_MAPS.format(namespace)}/dropped")
    desk.destroy()
    assert not api_server.is_there(f"{CONFIG_MAPS.format(namespace)}/kept")


def pod_of(image):
    return {"containers": [{"name": "only", "image": image}], "restart_policy": "Never"}


def test_defaults_that_the_server_fills_in_are_no_change(desk, api_server):
    def objects(opts):
        labels = {"app": "web"}
        kubernetes.apps.v1.Deployment(
            "web",
            metadata=desk.named("web"),
            spec={
                "replicas": 2,
                "selector": {"match_labels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {
                        "containers": [
                            {
                                "name": "web",
                                "image": "registry.example/web:1",
                                "ports": [{"container_port": 80}],
                                "resources": {"limits": {"cpu": "1000m", "memory": "1024Mi"}},
                            }
                        ]
                    },
                },
            },
            opts=opts,
        )
        kubernetes.core.v1.Service(
            "web",
            metadata=desk.named("web"),
            spec={"selector": labels, "ports": [{"port": 80, "target_port": 80}]},
            opts=opts,
        )
        kubernetes.core.v1.Secret(
            "key", metadata=desk.named("key"), string_data={"key": "kept to ourselves"}, opts=opts
        )
        kubernetes.rbac.v1.RoleBinding(
            "readers",
            metadata=desk.named("readers"),
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
            subjects=[{"kind": "Group", "name": "search-ml", "api_group": "rbac.authorization.k8s.io"}],
            opts=opts,
        )

    program = desk.program(objects)
    with api_server.becoming_ready():
        desk.done(program)
    assert changes(desk.plan(program)) == []
    assert desk.breaches() == ()


def test_an_immutable_field_is_changed_by_a_replacement(desk, api_server, namespace):
    def once(image):
        def make(opts):
            kubernetes.batch.v1.Job(
                "once",
                metadata=desk.named("once"),
                spec={"template": {"spec": pod_of(image)}},
                opts=opts,
            )

        return make

    path = f"/apis/batch/v1/namespaces/{namespace}/jobs/once"
    with api_server.becoming_ready():
        desk.done(desk.program(once("registry.example/job:1")))
        before = api_server.get(path)
        program = desk.program(once("registry.example/job:2"))
        assert changes(desk.plan(program)) == ["± once (spec)"]
        desk.done(program)
    after = api_server.get(path)
    assert after["spec"]["template"]["spec"]["containers"][0]["image"] == "registry.example/job:2"
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    assert changes(desk.plan(program)) == []


def test_what_only_the_server_knows_to_be_immutable_is_replaced_too(desk, api_server, namespace):
    def sealed(colour):
        def make(opts):
            kubernetes.core.v1.ConfigMap(
                "sealed", metadata=desk.named("sealed"), immutable=True, data={"colour": colour}, opts=opts
            )

        return make

    desk.done(desk.program(sealed("red")))
    program = desk.program(sealed("blue"))
    assert changes(desk.plan(program)) == ["± sealed (data)"]
    desk.done(program)
    assert api_server.get(f"{CONFIG_MAPS.format(namespace)}/sealed")["data"] == {"colour": "blue"}


def test_a_namespace_and_what_is_in_it_are_made_and_removed_in_one_run(desk, api_server, namespace):
    name = f"{namespace}-team"

    def team(opts):
        there = kubernetes.core.v1.Namespace("team", metadata={"name": name}, opts=opts).metadata["name"]
        kubernetes.core.v1.ConfigMap(
            "settings", metadata={"name": "settings", "namespace": there}, data={"a": "1"}, opts=opts
        )

    program = desk.program(team)
    assert {*changes(desk.plan(program))} == {"+ team", "+ settings"}
    desk.done(program)
    assert api_server.is_there(f"/api/v1/namespaces/{name}/configmaps/settings")
    with api_server.becoming_ready():
        desk.destroy()
    assert not api_server.is_there(f"/api/v1/namespaces/{name}")


def test_a_kind_and_an_object_of_it_are_made_in_one_run(desk, api_server, namespace):
    group = f"{namespace}.example.com"

    def both(opts):
        schema = {
            "type": "object",
            "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}},
        }
        kubernetes.apiextensions.v1.CustomResourceDefinition(
            "shelves",
            metadata={"name": f"shelves.{group}"},
            spec={
                "group": group,
                "scope": "Namespaced",
                "names": {"plural": "shelves", "singular": "shelf", "kind": "Shelf"},
                "versions": [
                    {"name": "v1", "served": True, "storage": True, "schema": {"open_apiv3_schema": schema}}
                ],
            },
            opts=opts,
        )
        kubernetes.apiextensions.CustomResource(
            "shelf",
            api_version=f"{group}/v1",
            kind="Shelf",
            metadata=desk.named("long"),
            spec={"size": 7},
            opts=opts,
        )

    program = desk.program(both)
    assert {*changes(desk.plan(program))} == {"+ shelves", "+ shelf"}
    desk.done(program)
    there = api_server.get(f"/apis/{group}/v1/namespaces/{namespace}/shelves/long")
    assert there["spec"] == {"size": 7}
    assert changes(desk.plan(program)) == []
    desk.destroy()
    assert not api_server.is_there(f"/apis/{group}/v1")


def test_five_hundred_objects_in_one_run(desk, api_server, namespace):
    program = desk.program(
        *(desk.config_map(f"number-{number}", number=str(number)) for number in range(500))
    )
    applied = desk.done(program)
    assert applied.counts["create"] >= 500
    assert len(api_server.get(CONFIG_MAPS.format(namespace))["items"]) == 500
    assert changes(desk.plan(program)) == []
    desk.destroy()
    assert api_server.get(CONFIG_MAPS.format(namespace))["items"] == []


def test_drift_is_found_and_mended_where_the_program_takes_over(desk, api_server, namespace):
    program = desk.program(desk.config_map("settings", annotations=TAKES_OVER, colour="red"))
    desk.done(program)
    path = f"{CONFIG_MAPS.format(namespace)}/settings"
    api_server.patch(path, {"data": {"colour": "green"}})
    assert changes(desk.plan(program)) == []
    assert changes(desk.plan(program, source=Source.CLOUD)) == ["~ settings (data)"]
    desk.done(program, source=Source.CLOUD)
    assert api_server.get(path)["data"] == {"colour": "red"}


def test_an_object_that_was_removed_by_somebody_is_made_again(desk, api_server, namespace):
    program = desk.program(desk.config_map("settings", colour="red"))
    desk.done(program)
    path = f"{CONFIG_MAPS.format(namespace)}/settings"
    api_server.delete(path)
    desk.done(program, source=Source.CLOUD)
    assert api_server.get(path)["data"] == {"colour": "red"}
