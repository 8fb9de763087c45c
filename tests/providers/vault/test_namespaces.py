"""Namespaces, and what is in them: made, found unchanged, changed, removed before what is around them, imported."""

import pytest

from provisioner.plan.values import UNKNOWN
from provisioner.providers.interface import Identity, Refused
from provisioner.providers.vault.package import VaultProvider
from provisioner.providers.vault.refusals import CONFLICT, NO_NAMESPACES
from provisioner.providers.vault.session import Session
from tests.support.fake_namespaces import FakeNamespaces
from tests.support.fake_vault import fake_vault

NAMESPACE = "vault:index/namespace:Namespace"
MOUNT = "vault:index/mount:Mount"
POLICY = "vault:index/policy:Policy"
SEED = bytes(32)
TEAM = {"path": "team", "customMetadata": {"owner": "ml", "tier": "1"}}


@pytest.fixture
def vault():
    with fake_vault(FakeNamespaces) as vault:
        yield vault


def made(provider, type, /, **inputs):
    return provider.create(type, checked(provider, type, inputs))


def checked(provider, type, inputs, old=None):
    found = provider.check(type, "it", old, inputs, SEED)
    assert found.problems == ()
    return found.inputs


def at(found):
    return Identity(found.id, found.inputs, found.outputs)


def refused(call, *given, **more):
    with pytest.raises(Refused) as refusal:
        call(*given, **more)
    return refusal.value


def test_after_it_is_made_nothing_is_to_do(provider):
    inputs = checked(provider, NAMESPACE, TEAM)
    found = provider.create(NAMESPACE, inputs)
    assert found.id == "team"
    assert found.outputs == {**TEAM, "namespace": None, "pathFq": "team", "namespaceId": "id-of-team"}
    assert not provider.diff(NAMESPACE, found, checked(provider, NAMESPACE, TEAM, inputs))
    assert provider.read(NAMESPACE, at(found)) == found
    assert provider.find(NAMESPACE, inputs, ()) == ("team",)


def test_its_full_path_is_known_before_it_is_made(provider):
    foreseen = lambda **more: provider.planned(NAMESPACE, None, {"path": "inner", **more})["pathFq"]
    assert (foreseen(), foreseen(namespace="team")) == ("inner", "team/inner")
    assert foreseen(namespace=UNKNOWN) is UNKNOWN


def test_metadata_are_patched_and_what_is_left_out_goes(provider, vault):
    found = made(provider, NAMESPACE, **TEAM)
    wanted = checked(provider, NAMESPACE, {"path": "team", "customMetadata": {"owner": "search"}})
    assert provider.diff(NAMESPACE, found, wanted).updates == ("customMetadata",)
    found = provider.update(NAMESPACE, found, wanted)
    assert vault.namespaces["team/"]["custom_metadata"] == {"owner": "search"}
    assert provider.read(NAMESPACE, at(found)) == found
    assert not provider.diff(NAMESPACE, found, checked(provider, NAMESPACE, {"path": "team"}, wanted))


def test_another_path_is_another_namespace(provider):
    found = made(provider, NAMESPACE, path="team")
    assert provider.diff(NAMESPACE, found, checked(provider, NAMESPACE, {"path": "other"})).replaces == (
        "path",
    )


@pytest.mark.parametrize("id", ["team", "team/"], ids=["its path", "as pulumi-vault records it"])
def test_it_is_imported_by_its_path(provider, id):
    made(provider, NAMESPACE, **TEAM)
    found = provider.read(NAMESPACE, Identity(id))
    assert found.inputs == TEAM
    assert not provider.diff(NAMESPACE, found, checked(provider, NAMESPACE, TEAM, found.inputs))


def test_one_that_is_there_is_not_taken_over(provider, vault):
    vault.namespaces["team/"] = {"id": "theirs", "path": "team/", "tainted": False, "custom_metadata": {}}
    refusal = refused(made, provider, NAMESPACE, path="team")
    assert refusal.code == CONFLICT
    assert "its id is `team`" in refusal.reason
    assert vault.namespaces["team/"]["id"] == "theirs"


def test_it_is_removed_when_it_is_gone_and_the_one_around_it_after_it(provider, vault, hours):
    outer = made(provider, NAMESPACE, path="outer")
    inner = made(provider, NAMESPACE, path="inner", namespace="outer")
    assert "containing child namespaces" in refused(provider.delete, NAMESPACE, outer).reason
    provider.delete(NAMESPACE, inner)
    assert len(hours.pauses) == vault.looks
    provider.delete(NAMESPACE, outer)
    provider.delete(NAMESPACE, outer)
    assert vault.namespaces == {}


def test_one_that_is_never_gone_is_not_waited_for_without_an_end(provider, vault, hours):
    found = made(provider, NAMESPACE, path="team")
    vault.looks = 10_000
    assert "type the same again" in refused(provider.delete, NAMESPACE, found).reason
    assert hours.seconds <= 120


def test_one_that_somebody_removes_counts_as_gone_and_is_made_anew_after_it(provider, vault):
    found = made(provider, NAMESPACE, path="team")
    vault.namespaces["team/"] |= {"tainted": True, "looks": 3}
    assert provider.read(NAMESPACE, at(found)) is None
    assert provider.create(NAMESPACE, found.inputs) == found
    assert vault.namespaces["team/"]["tainted"] is False


def test_each_has_objects_of_its_own(provider, vault, connection, hours):
    made(provider, NAMESPACE, path="team")
    within = VaultProvider(Session(vault.address, "team", connection, hours.clock()))
    rules = 'path "kv/*" {}\n'
    objects = {MOUNT: {"path": "kv", "type": "kv"}, POLICY: {"name": "reader", "policy": rules}}
    for type, inputs in objects.items():
        told = made(provider, type, namespace="team", **inputs)
        found = within.read(type, Identity(told.id, inputs))
        assert found.inputs.items() >= inputs.items()
        assert provider.read(type, Identity(told.id, inputs)) is None
        within.delete(type, found)
        assert provider.read(type, at(told)) is None
    assert sorted(vault.inside["team/"]) == sorted(vault.inside[""]) == []


def test_in_one_that_is_not_there_nothing_is_made(provider, vault):
    assert (
        "namespace not found" in refused(made, provider, MOUNT, path="kv", type="kv", namespace="none").reason
    )


def test_a_community_edition_would_put_it_where_everybodys_is_and_so_nothing_is_made(provider, vault):
    inner = vault.answer

    def answer(method, path, body, headers):
        if path == "sys/health":
            return 200, {"initialized": True, "sealed": False, "version": "1.21.0", "enterprise": False}, {}
        if path.startswith("sys/namespaces"):
            return 404, {"errors": ["enterprise-only feature"]}, {}
        return inner(method, path, body, headers)

    vault.answer = answer
    for asked in (
        lambda: made(provider, NAMESPACE, path="team"),
        lambda: made(provider, MOUNT, path="kv", type="kv", namespace="team"),
    ):
        refusal = refused(asked)
        assert refusal.code == NO_NAMESPACES
        assert "`encryption.vault.namespace`" in refusal.reason
    made(provider, MOUNT, path="kv", type="kv")
