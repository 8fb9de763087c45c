"""What a change means by the rules alone, without a cluster."""

import pytest

from provisioner.plan.values import UNKNOWN
from provisioner.providers.interface import Object
from provisioner.providers.kubernetes.difference import compared, planned
from provisioner.providers.kubernetes.objects import CRD, SERVICE, Kind, kind_of

DEPLOYMENT = Kind("apps/v1", "Deployment")
CLAIM = Kind("v1", "PersistentVolumeClaim")
CONFIG_MAP = Kind("v1", "ConfigMap")


def change(kind, old, new, name=("a", "a")):
    before, after = ({"metadata": {"name": each, "namespace": "x"}} for each in name)
    found = compared(kind, Object("x/a", {**before, **old}, {}), {**after, **new})
    return (
        f"replaces {', '.join(found.replaces)}" if found.replaces else f"updates {', '.join(found.updates)}"
    )


@pytest.mark.parametrize(
    ("kind", "old", "new", "says"),
    [
        pytest.param(DEPLOYMENT, {"spec": {"replicas": 1}}, {"spec": {"replicas": 2}}, "updates spec", id="in place"),
        pytest.param(DEPLOYMENT, {"spec": {"selector": {"a": 1}}}, {"spec": {"selector": {"a": 2}}}, "replaces spec", id="a selector"),
        pytest.param(CLAIM, {"spec": {"resources": 1}}, {"spec": {"resources": 2}}, "updates spec", id="a claim may grow"),
        pytest.param(CLAIM, {"spec": {"storageClassName": "a"}}, {"spec": {"storageClassName": "b"}}, "replaces spec", id="and not move"),
        pytest.param(CLAIM, {"spec": {"storageClassName": "a"}}, {"spec": {}}, "updates spec", id="what is left out is kept"),
        pytest.param(CONFIG_MAP, {"data": {"a": "1"}}, {"data": {"a": "2"}}, "updates data", id="data"),
        pytest.param(CONFIG_MAP, {"data": {"a": "1"}, "immutable": True}, {"data": {"a": "2"}, "immutable": True}, "replaces data", id="sealed data"),
        pytest.param(CONFIG_MAP, {"data": {"a": None}}, {"data": {}}, "updates ", id="nothing is nothing"),
        pytest.param(CRD, {"spec": {"x-kubernetes-map-type": "a"}}, {"spec": {"x_kubernetes_map_type": "a"}}, "updates ", id="both spellings"),
    ],
)  # fmt: skip
def test_a_change(kind, old, new, says):
    assert change(kind, old, new) == says


def test_another_name_is_another_object():
    assert change(CONFIG_MAP, {}, {}, name=("a", "b")) == "replaces metadata"


def test_the_default_namespace_may_be_left_out():
    old = Object("default/a", {"metadata": {"name": "a", "namespace": "default"}}, {})
    assert not compared(CONFIG_MAP, old, {"metadata": {"name": "a"}})


@pytest.mark.parametrize(
    ("annotations", "goes_first"), [({}, True), ({"pulumi.com/autonamed": "true"}, False)]
)
def test_an_object_whose_name_was_written_goes_before_its_successor_comes(annotations, goes_first):
    metadata = {"name": "a", "annotations": annotations}
    assert (
        compared(
            CONFIG_MAP, Object("a", {"metadata": metadata}, {}), {"metadata": metadata}
        ).delete_before_replace
        is goes_first
    )


def test_a_new_service_has_an_address_that_nobody_knows_yet():
    known = planned(SERVICE, None, {"metadata": {"name": "a"}, "spec": {"ports": []}}, None)
    assert known["spec"] == {"clusterIP": UNKNOWN, "clusterIPs": UNKNOWN, "ports": []}
    assert known["status"] is UNKNOWN


def test_what_a_rehearsal_gave_a_service_is_not_believed():
    spec = {"clusterIP": "10.0.0.9", "type": "NodePort", "ports": [{"port": 80, "nodePort": 30000}]}
    known = planned(
        SERVICE, None, {"metadata": {"name": "a"}, "spec": {}}, {"metadata": {"name": "a"}, "spec": spec}
    )
    assert known["spec"]["clusterIP"] is UNKNOWN
    assert known["spec"]["ports"] == [{"port": 80}]


def test_a_change_of_labels_leaves_the_status_as_it_was():
    inputs = {"metadata": {"name": "a", "labels": {"x": "1"}}, "spec": {}}
    old = Object(
        "a", inputs, {"metadata": {"name": "a", "uid": "u"}, "spec": {"clusterIP": "1"}, "status": {"s": 1}}
    )
    known = planned(SERVICE, old, {**inputs, "metadata": {"name": "a", "labels": {"x": "2"}}}, None)
    assert (known["status"], known["metadata"]["uid"]) == ({"s": 1}, "u")
    assert planned(SERVICE, old, {**inputs, "spec": {"type": "NodePort"}}, None)["status"] is UNKNOWN


@pytest.mark.parametrize(
    ("token", "inputs", "kind"),
    [
        ("kubernetes:core/v1:ConfigMap", {}, "v1/ConfigMap"),
        ("kubernetes:apps/v1:DeploymentPatch", {}, "apps/v1/Deployment"),
        ("kubernetes:kueue.x-k8s.io/v1beta2:LocalQueue", {}, "kueue.x-k8s.io/v1beta2/LocalQueue"),
        ("kubernetes:x/v1:EnvoyPatch", {"kind": "EnvoyPatch", "apiVersion": "x/v1"}, "x/v1/EnvoyPatch"),
    ],
)
def test_what_a_token_means(token, inputs, kind):
    assert str(kind_of(token, inputs)) == kind
