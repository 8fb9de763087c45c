"""What of an object is still as it was asked for, by the fields that the API server says are ours."""

import pytest

from provisioner.providers.kubernetes.ownership import as_they_are, fields_of, managers, same


def entry(manager, fields, **more):
    return {"manager": manager, "operation": "Apply", "fieldsV1": fields, **more}


def live(spec, *entries):
    return {"metadata": {"managedFields": list(entries)}, "spec": spec}


def now(asked, spec, fields):
    return as_they_are({"spec": asked}, live(spec), {"f:spec": fields})["spec"]


@pytest.mark.parametrize(
    ("asked", "there", "fields", "found"),
    [
        pytest.param({"cpu": "1000m"}, {"cpu": "1"}, {"f:cpu": {}}, {"cpu": "1000m"}, id="ours, in another spelling"),
        pytest.param({"a": 1}, {"a": 2}, {}, {"a": 1}, id="ours as a whole"),
        pytest.param({"a": 1}, {"a": 2}, {"f:b": {}}, {"a": 2}, id="somebody else's now"),
        pytest.param({"a": 1}, {"a": 1, "b": 2}, {"f:a": {}}, {"a": 1}, id="added by others"),
        pytest.param({"a": 1, "b": 2}, {"a": 1}, {"f:a": {}}, {"a": 1}, id="removed by others"),
        pytest.param({"a": 1, "b": ""}, {"a": 1}, {"f:a": {}}, {"a": 1, "b": ""}, id="nothing, left out"),
        pytest.param({"m": "1024Mi"}, {"m": "1Gi"}, {"f:x": {}}, {"m": "1024Mi"}, id="the same quantity"),
        pytest.param(
            {"l": [{"name": "a", "v": 1}, {"name": "b", "v": 2}]},
            {"l": [{"name": "b", "v": 9}, {"name": "a", "v": 1, "d": 0}, {"name": "c"}]},
            {"f:l": {'k:{"name":"a"}': {"f:name": {}, "f:v": {}}, 'k:{"name":"b"}': {"f:name": {}}}},
            {"l": [{"name": "a", "v": 1}, {"name": "b", "v": 9}]},
            id="items by key",
        ),
        pytest.param(
            {"ports": [{"port": 80}]},
            {"ports": [{"port": 80, "protocol": "TCP"}]},
            {"f:ports": {'k:{"port":80,"protocol":"TCP"}': {"f:port": {}}}},
            {"ports": [{"port": 80}]},
            id="items whose key was filled in",
        ),
        pytest.param(
            {"f": ["a", "b"]}, {"f": ["b", "c"]}, {"f:f": {'v:"a"': {}, 'v:"b"': {}}}, {"f": ["b"]}, id="a set"
        ),
    ],
)  # fmt: skip
def test_what_was_asked_for_as_it_is_now(asked, there, fields, found):
    assert now(asked, there, fields) == found


def test_without_any_field_of_ours_values_are_compared():
    there = live({"a": "500m", "b": [1, 2], "c": 3})
    assert as_they_are({"spec": {"a": "0.5", "b": [1], "c": 4}}, there, None) == {
        "spec": {"a": "0.5", "b": [1, 2], "c": 3}
    }


def test_what_a_webhook_changes_in_our_apply_is_ours_too():
    there = live({}, entry("provisioner", {"f:a": {}}), entry("provisioner", {"f:b": {}}, operation="Update"))
    assert fields_of(there, "provisioner") == {"f:a": {}, "f:b": {}}


def test_who_sets_a_status_only_is_no_manager_of_the_object():
    there = live({}, entry("kubectl", {}), entry("kubelet", {}, subresource="status"))
    assert managers(there) == {"kubectl"}
    assert fields_of(there, "kubelet") is None


@pytest.mark.parametrize(
    ("one", "other"), [("1", 1), ("0.5", "500m"), ("1Gi", "1024Mi"), ("1e3", "1k"), ("", None)]
)
def test_the_same_in_another_spelling(one, other):
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("1", 2), ("a", "b"), (True, 1), ("1G", "1Gi"), ("1x", "1"), ([1], "1")]
)
def test_not_the_same(one, other):
    assert not same(one, other)
