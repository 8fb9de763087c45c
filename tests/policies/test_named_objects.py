"""Who names an object of a cluster means that of its own namespace, and of its own cluster."""

from datetime import date

import pytest

from policies.model import Resource
from policies.named_objects import CONFIG_MAP, object_named
from policies.scene import Facts, Scene
from policies.values import UNKNOWN, Undecided

HERE, AWAY = "urn:pulumi:test::test::pulumi:providers:kubernetes::here", "…::away"


def thing(number, *, namespace="default", provider=HERE, type=CONFIG_MAP, name="settings"):
    return Resource(
        urn=f"urn:{number}", type=type, name=str(number), provider=provider,
        inputs={"metadata": {"name": name, "namespace": namespace}},
    )  # fmt: skip


def meant(near, *others, inside=""):
    scene = Scene([near, *others], Facts(environment="test", today=date(2026, 11, 22)))
    found = object_named("ConfigMap", "settings", near, scene, inside)
    return found.name if found else None


def test_the_one_of_the_same_namespace_is_meant():
    near = thing("pod", type="kubernetes:core/v1:Pod", namespace="a")
    assert meant(near, thing(1, namespace="a"), thing(2, namespace="b")) == "1"
    assert meant(near, thing(1, namespace="a"), thing(2, namespace="b"), inside="b") == "2"
    assert meant(near, thing(2, namespace="b")) is None


def test_what_names_no_namespace_is_in_that_of_the_provider():
    provider = Resource(urn=HERE, type="pulumi:providers:kubernetes", name="here", inputs={"namespace": "a"})
    near = thing("pod", type="kubernetes:core/v1:Pod", namespace=None)
    assert meant(near, provider, thing(1, namespace="a")) == "1"


def test_of_several_clusters_the_same_one_is_meant():
    near = thing("pod", type="kubernetes:core/v1:Pod")
    assert meant(near, thing(1, provider=AWAY), thing(2)) == "2"
    assert meant(near, thing(1, provider=AWAY)) == "1"  # another stack of the same cluster


def test_one_of_several_that_might_be_meant_is_none():
    near = thing("pod", type="kubernetes:core/v1:Pod")
    assert meant(near, thing(1, provider=AWAY), thing(2, provider="…::third")) is None


def test_an_object_whose_name_is_not_known_is_none():
    near = thing("pod", type="kubernetes:core/v1:Pod")
    assert meant(near, thing(1, name=UNKNOWN)) is None


def test_who_is_somewhere_unknown_means_nothing_that_is_known():
    with pytest.raises(Undecided):
        meant(thing("pod", type="kubernetes:core/v1:Pod", namespace=UNKNOWN), thing(1))
