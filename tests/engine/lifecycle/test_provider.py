"""Which provider acts on an object: the one its resource names, configured as the program says now."""

import pulumi
import pytest

from provisioner.engine.failures import NoProvider
from provisioner.engine.interface import Access, Result
from tests.support.fake_cloud import FakeProvider, FakeRegistry, Thing
from tests.support.runs import marks


@pytest.fixture
def regions(monkeypatch):
    """(operation, region of the provider that did it), as it happens."""
    seen = []
    for operation in ("create", "update", "delete"):
        real = getattr(FakeProvider, operation)

        def spying(self, *arguments, real=real, operation=operation):
            seen.append((operation, self.config["region"]))
            return real(self, *arguments)

        monkeypatch.setattr(FakeProvider, operation, spying)
    return seen


def in_region(region, **inputs):
    def program():
        here = FakeRegistry("here", region)
        a = Thing("a", opts=pulumi.ResourceOptions(provider=here), **inputs)
        Thing("b", parent_id=a.id, opts=pulumi.ResourceOptions(provider=here))

    return program


def configured(**config):
    def program():
        here = pulumi.ProviderResource("fake", "here", {"region": "here", **config})
        Thing("a", opts=pulumi.ResourceOptions(provider=here))

    return program


def test_a_child_uses_the_provider_of_the_component_above_it(desk, regions):
    def program():
        far = FakeRegistry("far", "far")
        outer = pulumi.ComponentResource(
            "test:index:Outer", "outer", {}, pulumi.ResourceOptions(providers=[far])
        )
        inner = pulumi.ComponentResource(
            "test:index:Inner", "inner", {}, pulumi.ResourceOptions(parent=outer)
        )
        Thing("a", opts=pulumi.ResourceOptions(parent=inner))

    desk.apply(program)
    assert regions == [("create", "far")]


def test_two_providers_act_side_by_side(desk, regions):
    def program():
        for region in ("here", "there"):
            Thing(region, opts=pulumi.ResourceOptions(provider=FakeRegistry(f"in-{region}", region)))

    desk.apply(program)
    assert sorted(regions) == [("create", "here"), ("create", "there")]


def test_a_setting_of_a_provider_changes_in_place(desk):
    desk.apply(configured(note="x"))
    plan = desk.plan(configured(note="y"))
    assert marks(plan) == []
    [step] = plan.changed
    assert (step.op.value, step.name, step.reasons) == ("update", "here", ("note",))
    desk.cloud.calls.clear()
    desk.apply(configured(note="y"))
    assert desk.cloud.calls == []
    assert desk.plan(configured(note="y")).is_empty


def test_another_region_is_another_cloud(desk, regions):
    """Everything is made anew over there, and the old objects are deleted over here."""
    desk.apply(in_region("here"))
    regions.clear()
    plan = desk.plan(in_region("there"))
    assert marks(plan) == ["± a (provider)", "± b (provider, parentId)"]
    assert desk.apply(in_region("there")).result is Result.DONE
    assert regions == [("create", "there"), ("create", "there"), ("delete", "here"), ("delete", "here")]
    assert len(desk.cloud.all()) == 2
    assert desk.breaches() == ()
    assert desk.plan(in_region("there")).is_empty


def test_an_object_left_in_another_region_is_deleted_there_by_a_later_run(desk, regions):
    """The provider that made it is kept for it, also across runs."""
    from provisioner.providers.interface import Refused

    def refuse(operation, inputs):
        if operation == "delete":
            raise Refused("not now")

    desk.apply(in_region("here"))
    desk.cloud.before = refuse
    assert desk.apply(in_region("there")).result is Result.FAILED
    assert desk.breaches() == ()
    desk.cloud.before = lambda *_: None
    regions.clear()
    assert desk.apply(in_region("there")).result is Result.DONE
    assert regions == [("delete", "here"), ("delete", "here")]
    with desk.engine().open(desk.stack(lambda: None), Access.READ) as run:
        assert [each.type for each in run.resources() if each.pending_deletion] == []
    assert desk.plan(in_region("there")).is_empty


def test_the_provider_is_forgotten_after_its_last_object(desk):
    """Its record is needed for every deletion before."""
    desk.apply(in_region("here"))
    order = []
    from provisioner.engine.embedded.snapshot import Snapshot
    from provisioner.engine.embedded.state import Drop

    apply = Snapshot.apply

    def spying(self, edit):
        if isinstance(edit, Drop):
            order.append(edit.key.urn.rsplit("::", 1)[1])
        apply(self, edit)

    Snapshot.apply = spying
    try:
        desk.destroy()
    finally:
        Snapshot.apply = apply
    assert order == ["b", "a", "here", "layer-test.here"]


def test_a_resource_may_change_its_provider_within_a_region(desk):
    """The same place by another name: nothing is replaced."""

    def by(name):
        def program():
            Thing("a", opts=pulumi.ResourceOptions(provider=FakeRegistry(name)))

        return program

    desk.apply(by("one"))
    objects = desk.cloud.all()
    assert marks(desk.plan(by("two"))) == []
    desk.apply(by("two"))
    assert desk.cloud.all() == objects
    assert sorted(desk.resources()) == ["a", "layer-test.here", "two"]
    assert desk.plan(by("two")).is_empty


def test_a_package_without_a_driver_is_named(desk):
    def program():
        other = pulumi.ProviderResource("other", "here", {})
        pulumi.CustomResource("other:index:Thing", "a", {}, pulumi.ResourceOptions(provider=other))

    with pytest.raises(NoProvider) as caught:
        desk.plan(program)
    assert caught.value.package == "other"
