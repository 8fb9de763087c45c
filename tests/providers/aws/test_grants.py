"""Grants on keys: whose they are, how they are ended, and which key an id names."""

import pytest

from provisioner.providers.interface import Identity
from tests.e2e.one_type import watched
from tests.support.aws_cases import Case, Ref

WHO = "arn:aws:iam::123456789012:role/serving"
KEY = Case("aws:kms/key:Key", {"deletionWindowInDays": 7})
GRANT = Case(
    "aws:kms/grant:Grant",
    {"keyId": Ref("key", "keyId"), "granteePrincipal": WHO, "operations": ["Decrypt"]},
    needs={"key": KEY},
)


def retiring(key):
    return Case(GRANT.type, {**GRANT.inputs, "keyId": key, "retireOnDelete": True}, needs={"key": KEY})


@pytest.mark.parametrize(
    ("case", "call"),
    [
        (GRANT, "RevokeGrant"),
        (retiring(Ref("key", "keyId")), "RetireGrant"),
        (retiring(Ref("key", "arn")), "RetireGrant"),
    ],
)
def test_a_grant_is_revoked_or_retired_as_it_says(provider, stage, case, call):
    made, calls = stage.make(case), []
    with watched(calls.append):
        provider.delete(case.type, made)
    assert calls == [call]
    assert provider.read(case.type, Identity(made.id, made.inputs, made.outputs)) is None


def test_a_grant_is_imported_by_the_id_or_the_arn_of_its_key(provider, stage):
    made = stage.make(GRANT)
    key, grant = stage.made["key"], made.outputs["grantId"]
    assert made.id == f"{key.id}:{grant}"
    by_arn = f"{key.outputs['arn']}:{grant}"
    seen = provider.read(GRANT.type, Identity(by_arn))
    assert (seen.id, seen.inputs["keyId"], seen.outputs["grantId"]) == (by_arn, key.outputs["arn"], grant)
    assert not provider.diff(GRANT.type, seen, made.inputs)
    provider.delete(GRANT.type, seen)
    assert provider.read(GRANT.type, Identity(made.id)) is None


def test_a_grant_of_the_same_name_to_somebody_else_is_not_ours(provider, stage, client):
    """After a create whose answer was lost, among more grants than KMS tells at once."""
    made = stage.make(GRANT)
    kms, key = client("kms"), stage.made["key"].id
    for number in range(60):
        kms.create_grant(KeyId=key, GranteePrincipal=WHO, Operations=["Decrypt"], Name=f"other-{number}")
    kms.create_grant(KeyId=key, GranteePrincipal=f"{WHO}-2", Operations=["Decrypt"], Name=made.inputs["name"])
    assert provider.find(GRANT.type, made.inputs, ()) == [made.id]
    assert provider.find(GRANT.type, made.inputs, (made.id,)) == []


def test_a_grant_that_was_revoked_by_hand_or_whose_key_was_never_there_is_gone(provider, stage, client):
    made = stage.make(GRANT)
    client("kms").revoke_grant(KeyId=made.inputs["keyId"], GrantId=made.outputs["grantId"])
    assert provider.read(GRANT.type, Identity(made.id, made.inputs, made.outputs)) is None
    nobodys = {**made.inputs, "keyId": "00000000-0000-0000-0000-000000000000"}
    assert provider.find(GRANT.type, nobodys, ()) == []


def test_two_blocks_of_constraints_are_refused(provider):
    blocks = [{"encryptionContextEquals": {"a": "b"}}, {"encryptionContextSubset": {"c": "d"}}]
    inputs = {"keyId": "k", "granteePrincipal": WHO, "operations": ["Decrypt"], "constraints": blocks}
    (problem,) = provider.check(GRANT.type, "reads", None, inputs, b"seed").problems
    assert problem.property == "constraints"
