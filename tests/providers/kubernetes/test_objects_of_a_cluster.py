"""The driver meets an API server: what is made, found, changed, replaced, removed, and asked before."""

import pytest

from provisioner.plan.diff import Diff
from provisioner.plan.values import UNKNOWN, Secret
from provisioner.providers.interface import CONNECTION_LOST, About, Identity, Object, Refused
from tests.providers.kubernetes.objects import CONFIG_MAP, SEED, changed, checked, config_map, made, wrong
from tests.support.kubernetes_api import Status

PATH = "/api/v1/namespaces/default/configmaps/settings"
JOB = "kubernetes:batch/v1:Job"


def refusing(code, message, only="PATCH", times=10**6):
    left = [times]

    def refuse(method, path, query, body):
        if method == only and left[0]:
            left[0] -= 1
            raise Status(code, message)

    return refuse


def test_an_object_is_rehearsed_once_and_made_by_one_call(provider, api):
    there = made(provider, CONFIG_MAP, config_map(colour="red"))
    assert there.id == "default/settings"
    assert api.object("configmaps", "settings")["data"] == {"colour": "red"}
    assert (api.rehearsed(), api.made(), api.made("GET")) == ([PATH], [PATH], ["/api/v1"])


def test_what_is_applied_is_validated_strictly_and_as_our_manager(provider, api):
    made(provider, CONFIG_MAP, config_map(colour="red"))
    ((_, _, query),) = [call for call in api.calls if call[0] == "PATCH" and "dryRun" not in call[2]]
    assert query == {"fieldManager": ["provisioner"], "fieldValidation": ["Strict"]}


def test_the_record_is_the_live_object_with_what_pulumi_keeps_beside_it(provider):
    outputs = made(provider, CONFIG_MAP, config_map(colour="red")).outputs
    assert outputs["metadata"]["uid"].startswith("uid-")
    assert "managedFields" not in outputs["metadata"]
    assert outputs["__inputs"]["data"] == {"colour": "red"}
    assert (outputs["__fieldManager"], outputs["__initialApiVersion"]) == ("provisioner", "v1")


def test_what_is_as_it_was_is_not_asked_about(provider, api):
    there = made(provider, CONFIG_MAP, config_map(colour="red"))
    api.calls.clear()
    inputs = checked(provider, CONFIG_MAP, config_map(colour="red"), there.inputs)
    assert not provider.diff(CONFIG_MAP, there, inputs)
    assert api.calls == []


def test_what_waits_is_rehearsed_meanwhile_and_not_again(provider, api):
    for name in "abc":
        provider.foresee(CONFIG_MAP, name, None, config_map(name, colour="red"), SEED)
        provider.foresee(CONFIG_MAP, name, None, config_map(name, colour="red"), SEED)
    for name in "abc":
        checked(provider, CONFIG_MAP, config_map(name, colour="red"), name=name)
    assert sorted(api.rehearsed()) == [PATH.replace("settings", name) for name in "abc"]


def test_what_is_as_it_was_is_not_rehearsed_meanwhile_either(provider, api):
    there = made(provider, CONFIG_MAP, config_map(colour="red"))
    api.calls.clear()
    provider.foresee(CONFIG_MAP, "x", there.inputs, config_map(colour="red"), SEED)
    assert api.calls == []


def test_a_change_is_rehearsed_once_and_made_in_place(provider, api):
    there = made(provider, CONFIG_MAP, config_map(colour="red", size="s"))
    api.calls.clear()
    after = changed(provider, CONFIG_MAP, there, config_map(colour="blue"))
    assert api.object("configmaps", "settings")["data"] == {"colour": "blue"}
    assert after.outputs["metadata"]["uid"] == there.outputs["metadata"]["uid"]
    assert [method for method, _, _ in api.calls] == ["PATCH", "PATCH"]


def test_a_plan_knows_what_the_server_will_say(provider):
    inputs = checked(provider, CONFIG_MAP, config_map(colour="red"))
    planned = provider.planned(CONFIG_MAP, None, inputs)
    assert planned["data"] == {"colour": "red"}
    assert planned["metadata"]["uid"] is UNKNOWN
    assert planned["status"] is UNKNOWN


def test_what_is_not_known_yet_is_not_rehearsed(provider, api):
    checked(provider, CONFIG_MAP, config_map(colour=UNKNOWN))
    assert api.rehearsed() == []


def test_what_a_namespace_of_this_run_is_missing_for_is_no_mistake(provider):
    inputs = config_map(colour="red")
    inputs["metadata"]["namespace"] = "new"
    assert wrong(provider, CONFIG_MAP, inputs) == []


def test_every_mistake_that_the_server_finds_is_told_by_the_plan(provider, api):
    message = 'strict decoding error: unknown field "spec.a", unknown field "spec.b"'
    api.refusals.append(refusing(400, message))
    assert wrong(provider, CONFIG_MAP, config_map()) == [
        "spec.a: there is no such field",
        "spec.b: there is no such field",
    ]


def test_what_no_schema_has_is_told_though_the_server_calls_it_its_own_fault(provider, api):
    message = (
        "failed to create typed patch object (a/b; kueue.x-k8s.io/v1beta2, Kind=LocalQueue):"
        " .spec.cohort: field not declared in schema"
    )
    api.refusals.append(refusing(500, message))
    assert wrong(provider, CONFIG_MAP, config_map()) == ["spec.cohort: there is no such field"]


def test_a_webhook_that_does_not_answer_yet_is_no_mistake(provider, api):
    api.refusals.append(refusing(500, 'failed calling webhook "x": connection refused'))
    assert wrong(provider, CONFIG_MAP, config_map()) == []


def test_a_webhook_that_comes_with_a_chart_is_waited_for(provider, api):
    inputs = checked(provider, CONFIG_MAP, config_map(colour="red"))
    api.refusals.append(refusing(500, 'failed calling webhook "x": connection refused', times=2))
    provider.create(CONFIG_MAP, inputs)
    assert len(api.made()) == 3


def test_a_namespace_that_another_resource_makes_is_waited_for(provider, api):
    inputs = config_map(colour="red")
    inputs["metadata"]["namespace"] = "new"
    inputs = checked(provider, CONFIG_MAP, inputs)

    def make(method, path, query, body):
        if len(api.made()) == 2:
            api.put("v1", "Namespace", "", "new")

    api.refusals.append(make)
    assert provider.create(CONFIG_MAP, inputs).id == "new/settings"


def test_a_namespace_that_does_not_come_is_told(provider, api, monkeypatch):
    monkeypatch.setattr("provisioner.providers.kubernetes.cluster.OTHERS_WITHIN", 0.1)
    inputs = config_map()
    inputs["metadata"]["namespace"] = "new"
    with pytest.raises(Refused, match='v1/ConfigMap new/settings: namespaces "new" not found'):
        provider.create(CONFIG_MAP, inputs)


def test_an_object_of_somebody_else_is_refused_with_the_way_to_take_it_over(provider, api):
    api.put("v1", "ConfigMap", "default", "settings", data={"colour": "green"})
    (said,) = wrong(provider, CONFIG_MAP, config_map(colour="red"))
    assert "exists already" in said
    assert "`kubectl`" in said
    assert 'import_="default/settings"' in said


def test_an_object_of_another_environment_is_refused_with_its_name(provider, api):
    labels = {"provisioner/environment": "dev", "provisioner/layer": "platform"}
    made(provider, CONFIG_MAP, config_map(labels=labels, colour="red"))
    labels = {"provisioner/environment": "prod", "provisioner/layer": "platform"}
    (said,) = wrong(provider, CONFIG_MAP, config_map(labels=labels, colour="red"))
    assert "by environment `dev`, layer `platform`" in said


def test_an_object_that_appeared_meanwhile_is_not_overwritten(provider, api):
    api.put("v1", "ConfigMap", "default", "settings", data={"colour": "green"})
    with pytest.raises(Refused, match="exists already"):
        provider.create(CONFIG_MAP, config_map(colour="red"))
    assert api.object("configmaps", "settings")["data"] == {"colour": "green"}


def test_a_field_of_another_manager_is_refused_with_both_ways_out(provider, api):
    there = made(provider, CONFIG_MAP, config_map(colour="red"))
    api.put("v1", "ConfigMap", "default", "settings", manager="gardener", data={"colour": "green"})
    (said,) = wrong(provider, CONFIG_MAP, config_map(colour="blue"), there.inputs)
    assert said.startswith("data: `gardener` has set `data.colour`")
    assert 'pulumi.com/patchForce: "true"' in said
    takes_over = config_map(colour="blue", annotations={"pulumi.com/patchForce": "true"})
    changed(provider, CONFIG_MAP, there, takes_over)
    assert api.object("configmaps", "settings")["data"] == {"colour": "blue"}


def test_a_state_of_pulumis_engine_goes_on_as_its_field_manager(provider, api):
    theirs = "pulumi-kubernetes-1a2b"
    api.put("v1", "ConfigMap", "default", "settings", manager=theirs, data={"colour": "red"})
    old = Object("default/settings", config_map(colour="red"), {"__fieldManager": theirs})
    changed(provider, CONFIG_MAP, old, config_map(colour="blue"))
    assert api.calls[-1][2]["fieldManager"] == [theirs]


def test_what_the_server_says_is_immutable_is_replaced(provider, api):
    api.fixed.add("data.colour")
    there = made(provider, CONFIG_MAP, config_map(colour="red"))
    inputs = checked(provider, CONFIG_MAP, config_map(colour="blue"), there.inputs)
    assert provider.diff(CONFIG_MAP, there, inputs) == Diff(("data",), (), delete_before_replace=True)
    again = checked(provider, CONFIG_MAP, config_map(colour="blue"))  # the new half
    provider.delete(CONFIG_MAP, there)
    provider.create(CONFIG_MAP, again)
    assert api.object("configmaps", "settings")["data"] == {"colour": "blue"}


def test_drift_is_what_is_no_longer_ours(provider, api):
    there = made(provider, CONFIG_MAP, config_map(colour="red", size="s"))
    api.put("v1", "ConfigMap", "default", "settings", data={"colour": "green", "extra": "theirs"})
    found = provider.read(CONFIG_MAP, Identity(there.id, there.inputs, there.outputs))
    assert found.inputs == config_map(colour="green", size="s")
    assert provider.diff(CONFIG_MAP, found, there.inputs).updates == ("data",)


def test_an_object_that_is_gone_is_read_as_nothing(provider, api):
    there = made(provider, CONFIG_MAP, config_map())
    api.objects.pop(PATH)
    assert provider.read(CONFIG_MAP, Identity(there.id, there.inputs, there.outputs)) is None


def test_objects_of_one_namespace_are_read_by_one_list(provider, api):
    all = [made(provider, CONFIG_MAP, config_map(f"m{n}", number=str(n)), f"m{n}") for n in range(5)]
    api.calls.clear()
    found = provider.read_all(CONFIG_MAP, [Identity(one.id, one.inputs, one.outputs) for one in all])
    assert {name: one.inputs["data"]["number"] for name, one in found.items()} == {
        f"default/m{n}": str(n) for n in range(5)
    }
    assert len(api.calls) == 1


def test_who_may_not_list_reads_one_by_one(provider, api):
    all = [made(provider, CONFIG_MAP, config_map(f"m{n}"), f"m{n}") for n in range(3)]

    def refuse(method, path, query, body):
        if method == "GET" and path.endswith("configmaps"):
            raise Status(403, "forbidden")

    api.refusals.append(refuse)
    found = provider.read_all(CONFIG_MAP, [Identity(one.id, one.inputs, one.outputs) for one in all])
    assert None not in found.values()


def test_an_import_reads_what_a_program_could_have_said(provider, api):
    api.put("v1", "ConfigMap", "default", "settings", data={"colour": "green"})
    found = provider.read(CONFIG_MAP, Identity("default/settings"))
    assert found.inputs == config_map(colour="green")


def test_what_a_killed_run_made_is_found_by_name_and_manager(provider, api):
    new = config_map(labels={"provisioner/layer": "platform"}, colour="red")
    assert provider.find(CONFIG_MAP, new, ()) == ()
    api.put("v1", "ConfigMap", "default", "settings", data={})
    assert provider.find(CONFIG_MAP, new, ()) == ()
    api.objects.pop(PATH)
    made(provider, CONFIG_MAP, new)
    assert provider.find(CONFIG_MAP, new, ()) == ("default/settings",)
    other = config_map(labels={"provisioner/layer": "serving"}, colour="red")
    assert provider.find(CONFIG_MAP, other, ()) == ()


def test_a_finalizer_that_holds_an_object_is_named(provider, api):
    new = config_map()
    new["metadata"]["finalizers"] = ["example.com/backup"]
    there = made(provider, CONFIG_MAP, new)
    with pytest.raises(Refused, match=r"still there .*`example.com/backup`"):
        provider.concerning(About("", {"delete": 0.1})).delete(CONFIG_MAP, there)


def test_a_namespace_says_what_is_left_in_it(provider, api):
    type = "kubernetes:core/v1:Namespace"
    there = made(provider, type, {"metadata": {"name": "team", "finalizers": ["kubernetes"]}})
    said = {"type": "NamespaceContentRemaining", "status": "True", "message": "Some pods are remaining."}
    api.set_status("namespaces", "team", namespace="", conditions=[said])
    with pytest.raises(Refused, match=r"still there .*: Some pods are remaining\."):
        provider.concerning(About("", {"delete": 0.1})).delete(type, there)


def test_what_is_gone_already_is_removed(provider, api):
    there = made(provider, CONFIG_MAP, config_map())
    provider.delete(CONFIG_MAP, there)
    provider.delete(CONFIG_MAP, there)
    assert PATH not in api.objects


def test_an_object_that_does_not_become_ready_is_recorded_with_the_reason(provider, api):
    job = {"metadata": {"name": "once", "namespace": "default"}, "spec": {"template": {}}}
    with pytest.raises(Refused, match=r"not ready \(not within 0.1 s\): 0 of 1 pods are done") as refused:
        provider.concerning(About("", {"create": 0.1})).create(JOB, checked(provider, JOB, job))
    assert refused.value.made.id == "default/once"


def test_a_program_may_not_wait(provider):
    metadata = {"name": "once", "namespace": "default", "annotations": {"pulumi.com/skipAwait": "true"}}
    assert made(provider, JOB, {"metadata": metadata, "spec": {}}).id == "default/once"


def test_ctrl_c_ends_a_wait(provider, api):
    job = checked(provider, JOB, {"metadata": {"name": "once", "namespace": "default"}, "spec": {}})
    provider.cancel()
    with pytest.raises(Refused, match="broken off"):
        provider.concerning(About("", {"create": 600.0})).create(JOB, job)


def test_a_custom_resource_waits_for_its_kind(provider, api):
    shelf = {
        "apiVersion": "example.com/v1",
        "kind": "Shelf",
        "metadata": {"name": "a", "namespace": "default"},
    }
    type = "kubernetes:example.com/v1:Shelf"
    assert wrong(provider, type, shelf) == []
    asked = []

    def learn(method, path, query, body):
        asked.append(path)
        if asked.count("/apis/example.com/v1") == 2:
            api.know("example.com/v1", "Shelf", "shelves")

    api.refusals.append(learn)
    assert provider.create(type, shelf).id == "default/a"


def test_what_a_secret_holds_is_marked_and_its_texts_are_read_back(provider, api):
    type = "kubernetes:core/v1:Secret"
    new = {"metadata": {"name": "key", "namespace": "default"}, "stringData": {"key": "hunter2"}}
    there = made(provider, type, new)
    assert api.object("secrets", "key")["data"] == {"key": "aHVudGVyMg=="}
    assert there.outputs["data"] == Secret({"key": "aHVudGVyMg=="})
    assert "hunter2" not in repr(there.outputs)
    found = provider.read(type, Identity(there.id, there.inputs, {}))
    assert not provider.diff(type, found, there.inputs)


def test_a_patch_sets_fields_of_somebody_elses_object_and_gives_them_back(provider, api):
    type = "kubernetes:core/v1:ConfigMapPatch"
    api.put("v1", "ConfigMap", "default", "settings", data={"colour": "green"})
    there = made(provider, type, config_map(size="s"))
    assert api.object("configmaps", "settings")["data"] == {"colour": "green", "size": "s"}
    provider.delete(type, there)
    assert api.object("configmaps", "settings")["data"] == {"colour": "green"}


def test_a_server_that_goes_away_in_the_middle_is_asked_again(provider, api):
    left = [2]

    def vanish(method, path, query, body):
        if method == "PATCH" and "dryRun" not in query and left[0]:
            left[0] -= 1
            raise ConnectionResetError

    api.refusals.append(vanish)
    made(provider, CONFIG_MAP, config_map(colour="red"))
    assert api.made() == [PATH] * 3


def test_an_answer_that_stays_lost_leaves_the_operation_open(provider, api, monkeypatch):
    monkeypatch.setattr("provisioner.providers.kubernetes.client.PATIENCE", 0.1)
    inputs = checked(provider, CONFIG_MAP, config_map())

    def vanish(method, path, query, body):
        raise ConnectionResetError

    api.refusals.append(vanish)
    with pytest.raises(Refused) as refused:
        provider.create(CONFIG_MAP, inputs)
    assert refused.value.code == CONNECTION_LOST


def test_a_busy_server_is_asked_again(provider, api):
    api.refusals.append(refusing(429, "too many requests", times=2))
    made(provider, CONFIG_MAP, config_map())
    assert PATH in api.objects


def test_a_plan_goes_on_where_nobody_answers_and_an_apply_says_so(provider, api, monkeypatch):
    monkeypatch.setattr("provisioner.providers.kubernetes.client.FIRST_PATIENCE", 0.1)
    assert provider.remarks() == ()
    api.close()
    inputs = checked(provider, CONFIG_MAP, config_map(colour="red"))
    assert provider.planned(CONFIG_MAP, None, inputs)["data"] == {"colour": "red"}
    (note,) = provider.remarks()
    assert note.startswith(
        "The cluster could not be asked what it says of this plan: the API server of context"
    )
    with pytest.raises(Refused, match="does not answer at http://127.0.0.1"):
        provider.create(CONFIG_MAP, inputs)
