"""Key Management Service: keys, the names for them, and grants on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from provisioner.plan.values import Properties
from provisioner.providers.aws.codecs import POLICY, SET, one_of_list, structure, tag_pairs
from provisioner.providers.aws.spec import (
    ID,
    LOCAL,
    REPLACE,
    ByInputs,
    Codec,
    Field,
    Listed,
    Name,
    Op,
    Output,
    Prop,
    ResourceSpec,
    Switch,
    Tags,
    Text,
)
from provisioner.providers.interface import Problem

_THIS = {"KeyId": ID}
_ROTATE = Op("enable_key_rotation", {**_THIS, "RotationPeriodInDays": Prop("rotationPeriodInDays")})
_OUTSIDE = "keys live in KMS itself, not in a key store beside it"


def _rotation(inputs: Properties) -> Iterator[Problem]:
    if inputs.get("rotationPeriodInDays") is not None and inputs.get("enableKeyRotation") is False:
        yield Problem("rotationPeriodInDays", "needs `enableKeyRotation: true`: the key is not rotated")


KEY = ResourceSpec(
    type="aws:kms/key:Key",
    service="kms",
    id="KeyId",
    # A policy may name a role that was made a moment ago and is not known everywhere yet.
    create=Op("create_key", answer="KeyMetadata", again=("MalformedPolicyDocumentException",)),
    read=Op("describe_key", _THIS, answer="KeyMetadata"),
    also={
        "Policy": Op("get_key_policy", {**_THIS, "PolicyName": "default"}, answer="Policy"),
        "Rotation": Op("get_key_rotation_status", _THIS, none=("UnsupportedOperationException",)),
        "Tags": Op("list_resource_tags", _THIS, answer="Tags"),
    },
    delete=Op("schedule_key_deletion", {**_THIS, "PendingWindowInDays": Prop("deletionWindowInDays")}),
    absent=("NotFoundException", "KMSInvalidStateException"),
    gone="KeyState == 'PendingDeletion' || KeyState == 'PendingReplicaDeletion'",
    find=Listed(Op("list_keys", answer="Keys[].KeyId")),
    fields=(
        Field("keyUsage", "KeyUsage", REPLACE, default="ENCRYPT_DECRYPT"),
        Field("customerMasterKeySpec", "KeySpec", REPLACE, default="SYMMETRIC_DEFAULT"),
        Field("multiRegion", "MultiRegion", REPLACE, read="MultiRegion || `false`", computed=True),
        Field("description", "Description", Op("update_key_description", _THIS), reset=""),
        Field(
            "policy",
            "Policy",
            Op(
                "put_key_policy",
                {
                    **_THIS,
                    "PolicyName": "default",
                    "BypassPolicyLockoutSafetyCheck": Prop("bypassPolicyLockoutSafetyCheck"),
                },
                again=("MalformedPolicyDocumentException",),
            ),
            POLICY,
            computed=True,
        ),
        Field(
            "rotationPeriodInDays",
            "",
            Switch(_ROTATE, _ROTATE),
            read="Rotation.RotationPeriodInDays",
            with_create=False,
            computed=True,
            may_be_silent=True,
        ),
        Field(
            "enableKeyRotation",
            "",
            Switch(_ROTATE, Op("disable_key_rotation", _THIS)),
            read="Rotation.KeyRotationEnabled || `false`",
            with_create=False,
            default=False,
        ),
        Field(
            "isEnabled",
            "",
            Switch(Op("enable_key", _THIS), Op("disable_key", _THIS)),
            reset=True,
            read="Enabled",
            with_create=False,
            default=True,
        ),
        Field(
            "bypassPolicyLockoutSafetyCheck",
            "BypassPolicyLockoutSafetyCheck",
            LOCAL,
            default=False,
        ),
        Field("deletionWindowInDays", "", LOCAL),
    ),
    tags=Tags(
        read="Tags",
        codec=tag_pairs("TagKey", "TagValue"),
        add=Op("tag_resource", _THIS),
        add_as="Tags",
        remove=Op("untag_resource", _THIS),
        remove_as="TagKeys",
        create_as="Tags",
    ),
    outputs={"arn": "Arn", "keyId": "KeyId"},
    unsupported={"customKeyStoreId": _OUTSIDE, "xksKeyId": _OUTSIDE},
    problems=_rotation,
)

KEY_ID = Codec(
    encode=lambda key: key,
    decode=lambda key: key,
    canonical=lambda key: key.rpartition("key/")[2],
)
"""A key by its id or its ARN, which mean the same."""

_TARGET_ARN = Codec(
    encode=lambda arn: arn,
    decode=lambda pair: f"{pair[0].rpartition(':')[0]}:key/{pair[1]}",
)
"""From an alias's ARN and its target's id: alias and key are always in one account and region."""

ALIAS = ResourceSpec(
    type="aws:kms/alias:Alias",
    service="kms",
    id=Text("{name}"),
    create=Op("create_alias"),
    # Not asked for by key: an alias that somebody pointed elsewhere is still there.
    read=Op("list_aliases", answer="Aliases", pick={"AliasName": ID}),
    delete=Op("delete_alias", {"AliasName": ID}),
    absent=("NotFoundException",),
    find=ByInputs(),
    fields=(
        Field("name", "AliasName", REPLACE),
        Field("targetKeyId", "TargetKeyId", Op("update_alias", {"AliasName": ID}), KEY_ID, required=True),
    ),
    name=Name("name", 256, prefix="alias/", given_prefix="namePrefix"),
    outputs={
        "arn": "AliasArn",
        "targetKeyArn": Output("[AliasArn, TargetKeyId]", changes_with=("targetKeyId",), codec=_TARGET_ARN),
    },
)

_GRANT = {"KeyId": Prop("keyId"), "GrantId": Prop("grantId")}

_TOKENS = Codec(encode=lambda tokens: tokens or None, decode=list, canonical=SET.canonical)
"""Tokens of other grants; none are not sent."""


def _one_constraint(inputs: Properties) -> Iterator[Problem]:
    constraints = inputs.get("constraints")
    if isinstance(constraints, list) and len(cast("list[Any]", constraints)) > 1:
        yield Problem("constraints", "takes one block: a grant has one set of constraints")


GRANT = ResourceSpec(
    type="aws:kms/grant:Grant",
    service="kms",
    # Its key is written as the program does, by id or by ARN: special/grant.py.
    id=Text("{keyId}:{grantId}"),
    # A principal that was made a moment ago is not known everywhere yet.
    create=Op("create_grant", again=("InvalidArnException: ARN does not refer to a valid principal",)),
    read=Op("list_grants", _GRANT, answer="Grants", pick={"GrantId": Prop("grantId")}),
    delete=Op("revoke_grant", _GRANT),
    absent=("NotFoundException", "InvalidGrantIdException"),
    find=Listed(
        Op(
            "list_grants",
            {"KeyId": Prop("keyId"), "GranteePrincipal": Prop("granteePrincipal")},
            answer="Grants[].GrantId",
        )
    ),
    fields=(
        Field("name", "Name", REPLACE),
        Field("keyId", "KeyId", REPLACE, KEY_ID, required=True),
        Field("granteePrincipal", "GranteePrincipal", REPLACE, required=True),
        Field("operations", "Operations", REPLACE, SET, required=True),
        Field(
            "constraints",
            "Constraints",
            REPLACE,
            one_of_list(
                structure(
                    {
                        "encryptionContextEquals": "EncryptionContextEquals",
                        "encryptionContextSubset": "EncryptionContextSubset",
                    }
                )
            ),
            read="Constraints || `null`",
        ),
        Field("retiringPrincipal", "RetiringPrincipal", REPLACE),
        Field("grantCreationTokens", "GrantTokens", REPLACE, _TOKENS, read=None, default=[]),
        Field("retireOnDelete", "", REPLACE, read=None, with_create=False, default=False),
    ),
    name=Name("name", 256),
    # CreateGrant alone tells the token: it is kept from there.
    outputs={"grantId": "GrantId", "grantToken": Text("{grantToken}")},
    # A grant that is revoked works on for up to five minutes (AWS KMS developer guide, "Eventual
    # consistency"), and is listed meanwhile.
    vanishes_within=300,
    problems=_one_constraint,
)

SPECS = (KEY, ALIAS, GRANT)
