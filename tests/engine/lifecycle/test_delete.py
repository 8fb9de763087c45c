"""What the program no longer asks for is deleted, dependents first; protected things never."""

import pulumi
import pytest

from provisioner.engine.failures import ProtectedResources
from provisioner.engine.interface import Result
from provisioner.plan.model import Mode
from tests.support.programs import things
from tests.support.runs import marks, nothing


def test_what_is_no_longer_wanted_is_deleted(desk):
    desk.apply(things(a={}, b={}))
    assert marks(desk.plan(things(a={}))) == ["- b"]
    desk.apply(things(a={}))
    assert [name[:1] for name in desk.cloud.names()] == ["a"]


def test_a_destroy_goes_in_reverse_order(desk):
    desk.apply(things(a={}, b={"needs": "a"}, c={"needs": "b"}))
    desk.cloud.calls.clear()
    assert desk.destroy().result is Result.DONE
    assert [name[0] for operation, name in desk.cloud.calls if operation == "delete"] == ["c", "b", "a"]
    assert desk.resources() == {}
    assert desk.cloud.all() == {}


def test_a_protected_resource_is_named_and_nothing_is_deleted(desk):
    protect = pulumi.ResourceOptions(protect=True)
    desk.apply(things(a={"opts": protect}, b={}, c={"opts": protect}))
    with pytest.raises(ProtectedResources) as caught:
        desk.plan(nothing, Mode.DESTROY)
    assert [urn[-1] for urn in caught.value.urns] == ["c", "a"] or [urn[-1] for urn in caught.value.urns] == [
        "a",
        "c",
    ]
    assert len(desk.cloud.all()) == 3


def test_a_protected_resource_is_not_replaced(desk):
    protect = pulumi.ResourceOptions(protect=True)
    desk.apply(things(a={"zone": "x", "opts": protect}))
    with pytest.raises(ProtectedResources):
        desk.plan(things(a={"zone": "y", "opts": protect}))


def test_what_is_retained_stays_in_the_cloud(desk):
    desk.apply(things(a={"opts": pulumi.ResourceOptions(retain_on_delete=True)}))
    desk.destroy()
    assert len(desk.cloud.all()) == 1
    assert desk.resources() == {}


def test_what_was_deleted_by_others_is_a_success(desk):
    desk.apply(things(a={}))
    with desk.cloud.objects() as objects:
        objects.clear()
    assert desk.destroy().result is Result.DONE


def test_independent_deletions_go_on_after_a_failure(desk):
    from provisioner.providers.interface import Refused

    desk.apply(things(a={}, b={"needs": "a"}, c={}))

    def refuse(operation, inputs):
        if operation == "delete" and inputs["name"].startswith("b"):
            raise Refused("no")

    desk.cloud.before = refuse
    applied = desk.destroy()
    assert applied.result is Result.FAILED
    assert [failure.urn[-1] for failure in applied.failures] == ["b"]
    assert sorted(name[0] for name in desk.cloud.names()) == ["a", "b"]
    assert sorted(name for name in desk.resources() if len(name) == 1) == ["a", "b"]
