"""Objects of a Vault: made, found unchanged, changed by what differs, found again, and gone."""

import pytest

from provisioner.plan.values import UNKNOWN
from provisioner.providers.interface import Identity, Object, Refused
from provisioner.providers.vault.refusals import CONFLICT
from provisioner.providers.vault.special.transit_key import KEPT

MOUNT = "vault:index/mount:Mount"
POLICY = "vault:index/policy:Policy"
KEY = "vault:transit/secretBackendKey:SecretBackendKey"
SECRET = "vault:kv/secretV2:SecretV2"
GROUP = "vault:identity/group:Group"
ROLE = "vault:kubernetes/authBackendRole:AuthBackendRole"
CONFIG = "vault:kubernetes/authBackendConfig:AuthBackendConfig"
DATABASE = "vault:database/secretBackendConnection:SecretBackendConnection"
SEED = bytes(32)

OBJECTS = {
    MOUNT: {"path": "dev/transit", "type": "transit", "maxLeaseTtlSeconds": 7200},
    POLICY: {"name": "dev-team", "policy": 'path "a" {}\n'},
    KEY: {"backend": "dev/transit", "name": "models", "autoRotatePeriod": 7776000},
    SECRET: {"mount": "dev/kv", "name": "teams/a", "dataJson": '{"k": "v"}'},
    GROUP: {"name": "dev-ml", "policies": ["b", "a"]},
    ROLE: {
        "backend": "dev/kubernetes",
        "roleName": "team-a",
        "boundServiceAccountNames": ["trainer"],
        "tokenPolicies": ["dev-team"],
        "tokenTtl": 600,
    },
}


def checked(provider, type, inputs, old=None):
    found = provider.check(type, "it", old, inputs, SEED)
    assert found.problems == ()
    return found.inputs


@pytest.mark.parametrize("type", OBJECTS, ids=lambda type: type.split(":")[-1])
def test_after_it_is_made_nothing_is_to_do(provider, type):
    inputs = checked(provider, type, OBJECTS[type])
    foreseen = provider.planned(type, None, inputs)
    made = provider.create(type, inputs)
    assert {name: value for name, value in foreseen.items() if value is not UNKNOWN} == {
        name: made.outputs[name] for name, value in foreseen.items() if value is not UNKNOWN
    }
    again = checked(provider, type, OBJECTS[type], inputs)
    assert again == inputs
    assert not provider.diff(type, made, again)
    found = provider.read(type, Identity(made.id, made.inputs, made.outputs))
    assert found == made
    assert provider.read_all(type, [Identity(made.id, made.inputs, made.outputs)]) == {made.id: made}
    assert provider.find(type, inputs, ()) == ([made.id] if type == "-" else (made.id,))
    assert provider.find(type, inputs, (made.id,)) == ()


def test_one_that_is_gone_is_gone(provider):
    inputs = checked(provider, POLICY, OBJECTS[POLICY])
    made = provider.create(POLICY, inputs)
    provider.delete(POLICY, made)
    provider.delete(POLICY, made)
    assert provider.read(POLICY, Identity(made.id, inputs)) is None
    assert provider.find(POLICY, inputs, ()) == ()


def test_another_one_of_the_same_name_is_not_taken_for_ours(provider, vault):
    vault.documents["sys/policies/acl/dev-team"] = {"policy": "of somebody else"}
    assert provider.find(POLICY, checked(provider, POLICY, OBJECTS[POLICY]), ()) == ()


def test_a_name_is_made_and_kept(provider):
    first = checked(provider, POLICY, {"policy": ""})
    assert first["name"].startswith("it-")
    assert len(first["name"]) == len("it-") + 7
    assert provider.check(POLICY, "it", first, {"policy": ""}, b"another").inputs == first
    long = provider.check(POLICY, "it", None, {"policy": "", "name": "x" * 300}, SEED)
    assert [problem.property for problem in long.problems] == ["name"]


@pytest.mark.parametrize(
    ("type", "wrong", "property"),
    [
        (MOUNT, {"path": "kv/", "type": "kv"}, "path"),
        (MOUNT, {"path": "kv"}, "type"),
        (MOUNT, {"path": "kv", "type": "kv", "size": 1}, "size"),
        (KEY, {"backend": "t", "autoRotatePeriod": 60}, "autoRotatePeriod"),
        (SECRET, {"mount": "kv"}, "dataJson"),
        (SECRET, {"mount": "kv", "dataJson": "{}", "dataJsonWo": "{}", "dataJsonWoVersion": 1}, "dataJson"),
        (SECRET, {"mount": "kv", "dataJsonWo": "{}"}, "dataJsonWo"),
        (DATABASE, {"backend": "db", "mysql": {}}, "mysql"),
        (DATABASE, {"backend": "db", "postgresql": {"passwordWo": "x"}}, "postgresql.passwordWo"),
    ],
)
def test_what_cannot_be_is_told_in_a_plan(provider, type, wrong, property):
    assert property in [
        problem.property for problem in provider.check(type, "it", None, wrong, SEED).problems
    ]


def test_a_mount_is_tuned_with_what_differs(provider, vault):
    inputs = checked(provider, MOUNT, OBJECTS[MOUNT])
    made = provider.create(MOUNT, inputs)
    wanted = checked(provider, MOUNT, {**OBJECTS[MOUNT], "description": "keys"}, inputs)
    assert provider.diff(MOUNT, made, wanted).updates == ("description",)
    vault.sent.clear()
    provider.update(MOUNT, made, wanted)
    assert [each for each in vault.sent if each[0] == "POST"] == [
        ("POST", "sys/mounts/dev/transit/tune", {"description": "keys"})
    ]


@pytest.mark.parametrize("type", [MOUNT, "vault:index/authBackend:AuthBackend"], ids=["mount", "auth"])
def test_a_mount_moves_with_what_is_in_it(provider, vault, type):
    """An engine that keeps the id it has known, as Pulumi's does, finds it all the same."""
    inputs = checked(provider, type, {"path": "a", "type": "approle"})
    made = provider.create(type, inputs)
    wanted = checked(provider, type, {"path": "b", "type": "approle"}, inputs)
    assert provider.diff(type, made, wanted).updates == ("path",)
    moved = provider.update(type, made, wanted)
    assert moved.id == "b"
    for known in (moved, Object("a", moved.inputs, moved.outputs)):
        assert not provider.diff(
            type, provider.read(type, Identity(known.id, known.inputs, known.outputs)), wanted
        )
    provider.delete(type, Object("a", moved.inputs, moved.outputs))
    assert vault.documents == {}


def test_a_key_that_changes_its_kind_is_another_and_stands_in_the_way(provider):
    inputs = checked(provider, KEY, OBJECTS[KEY])
    made = provider.create(KEY, inputs)
    for prop, value in (("type", "ed25519"), ("derived", True)):
        found = provider.diff(KEY, made, {**inputs, prop: value})
        assert found.replaces == (prop,)
        assert found.delete_before_replace


def test_a_permission_of_a_key_that_is_taken_back_makes_another(provider):
    inputs = checked(provider, KEY, {**OBJECTS[KEY], "exportable": True})
    made = provider.create(KEY, inputs)
    assert provider.diff(KEY, made, {**inputs, "exportable": False}).replaces == ("exportable",)
    less = checked(provider, KEY, OBJECTS[KEY])
    assert provider.diff(KEY, Object(made.id, less, made.outputs), inputs).replaces == ()


def test_a_key_goes_only_when_it_may(provider, vault):
    inputs = checked(provider, KEY, OBJECTS[KEY])
    made = provider.create(KEY, inputs)
    with pytest.raises(Refused) as found:
        provider.delete(KEY, made)
    assert found.value.code == KEPT
    assert "deletion_allowed=True" in found.value.reason
    may = checked(provider, KEY, {**OBJECTS[KEY], "deletionAllowed": True}, inputs)
    provider.delete(KEY, provider.update(KEY, made, may))
    assert "dev/transit/keys/models" not in vault.documents


def test_who_turned_something_else_on_is_seen(provider, vault):
    inputs = checked(provider, ROLE, OBJECTS[ROLE])
    made = provider.create(ROLE, inputs)
    vault.documents["auth/dev/kubernetes/role/team-a"]["token_policies"] = ["dev-team", "root-like"]
    vault.documents["auth/dev/kubernetes/role/team-a"]["token_num_uses"] = 3
    found = provider.read(ROLE, Identity(made.id, made.inputs, made.outputs))
    assert provider.diff(ROLE, found, inputs).updates == ("tokenPolicies", "tokenNumUses")
    put_back = provider.update(ROLE, found, inputs)
    assert not provider.diff(ROLE, provider.read(ROLE, Identity(made.id, inputs, put_back.outputs)), inputs)
    assert vault.documents["auth/dev/kubernetes/role/team-a"]["token_num_uses"] == 0


@pytest.mark.parametrize(("is_external", "seen"), [(True, ()), (False, ("policies",))])
def test_who_leaves_policies_to_others_sees_no_drift_in_them(provider, vault, is_external, seen):
    inputs = checked(provider, GROUP, {"name": "dev-ml", "externalPolicies": is_external})
    made = provider.create(GROUP, inputs)
    vault.documents["identity/group/id/an-id"]["policies"] = ["of-others"]
    found = provider.read(GROUP, Identity(made.id, made.inputs, {**made.outputs, "policies": []}))
    assert provider.diff(GROUP, found, inputs).updates == seen


def test_a_secret_of_somebody_else_is_not_written_over(provider, vault):
    vault._version("dev/kv/data/teams/a", {"data": {"of": "somebody"}})
    with pytest.raises(Refused) as found:
        provider.create(SECRET, checked(provider, SECRET, OBJECTS[SECRET]))
    assert found.value.code == CONFLICT
    assert "dev/kv/data/teams/a" in found.value.reason
    assert "somebody" not in found.value.reason.partition(" and nothing")[0]


def test_of_two_writers_the_second_is_told(provider, vault):
    inputs = checked(provider, SECRET, OBJECTS[SECRET])
    made = provider.create(SECRET, inputs)
    vault._version("dev/kv/data/teams/a", {"data": {"k": "of another"}})
    wanted = checked(provider, SECRET, {**OBJECTS[SECRET], "dataJson": '{"k": "w"}'}, inputs)
    with pytest.raises(Refused) as found:
        provider.update(SECRET, made, wanted)
    assert "somebody else has written it" in found.value.reason
    assert found.value.made.outputs["metadata"]["version"] == "2"
    assert provider.update(SECRET, found.value.made, wanted).outputs["metadata"]["version"] == "3"


def test_an_import_tells_no_secret(provider, vault):
    vault._version("dev/kv/data/teams/a", {"data": {"k": "a-canary"}})
    assert "a-canary" not in repr(provider.read(SECRET, Identity("dev/kv/data/teams/a")))


def test_an_import_has_what_a_program_would_say(provider):
    inputs = checked(provider, ROLE, OBJECTS[ROLE])
    made = provider.create(ROLE, inputs)
    found = provider.read(ROLE, Identity(made.id))
    assert found.inputs.items() >= OBJECTS[ROLE].items()
    assert not provider.diff(ROLE, found, inputs)


def test_a_create_that_failed_half_way_is_recorded(provider, vault):
    vault.denied = ("dev/transit/keys/models/config",)
    with pytest.raises(Refused) as found:
        provider.create(KEY, checked(provider, KEY, OBJECTS[KEY]))
    assert found.value.made.id == "dev/transit/keys/models"
    assert "autoRotatePeriod" not in found.value.made.inputs
    assert provider.diff(KEY, found.value.made, checked(provider, KEY, OBJECTS[KEY])).updates


def test_an_id_of_another_form_is_told(provider):
    with pytest.raises(Refused, match="is not of the form {backend}/keys/{name}"):
        provider.read(KEY, Identity("models"))


def test_a_type_that_nobody_knows(provider):
    with pytest.raises(Refused, match="there is no driver for vault:x/y:Z"):
        provider.check("vault:x/y:Z", "it", None, {}, SEED)
