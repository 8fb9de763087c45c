"""Identity and Access Management: roles, what they may do, and how instances take them on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.providers.aws.codecs import POLICY, TAG_PAIRS
from provisioner.providers.aws.spec import (
    ID,
    LOCAL,
    PUT,
    REPLACE,
    ByInputs,
    Field,
    Found,
    Members,
    Name,
    Op,
    Output,
    Prop,
    ResourceSpec,
    Sweep,
    Switch,
    Tags,
    Text,
)

_GONE = ("NoSuchEntity",)
_UNKNOWN_YET = ("MalformedPolicyDocument",)
_ROLE = {"RoleName": ID}
_POLICY = {"PolicyArn": ID}
_PROFILE = {"InstanceProfileName": ID}
_UPDATE_ROLE = Op("update_role", _ROLE)


def _tags(kind: str, this: Mapping[str, Any]) -> Tags:
    return Tags(
        read="Tags",
        codec=TAG_PAIRS,
        add=Op(f"tag_{kind}", this),
        add_as="Tags",
        remove=Op(f"untag_{kind}", this),
        remove_as="TagKeys",
        create_as="Tags",
    )


ROLE = ResourceSpec(
    type="aws:iam/role:Role",
    service="iam",
    regional=False,
    id=Text("{name}"),
    # Whom it trusts may have been made a moment ago and not be known everywhere yet.
    create=Op("create_role", answer="Role", again=_UNKNOWN_YET),
    read=Op("get_role", _ROLE, answer="Role"),
    also={
        "Attached": Op("list_attached_role_policies", _ROLE, answer="AttachedPolicies[].PolicyArn"),
    },
    delete=Op(
        "delete_role",
        _ROLE,
        first=(
            Sweep(
                Op(
                    "list_instance_profiles_for_role",
                    _ROLE,
                    answer="InstanceProfiles[].InstanceProfileName",
                ),
                Op("remove_role_from_instance_profile", {**_ROLE, "InstanceProfileName": Found("@")}),
            ),
            Sweep(
                Op("list_attached_role_policies", _ROLE, answer="AttachedPolicies[].PolicyArn"),
                Op("detach_role_policy", {**_ROLE, "PolicyArn": Found("@")}),
                when="forceDetachPolicies",
            ),
            Sweep(
                Op("list_role_policies", _ROLE, answer="PolicyNames"),
                Op("delete_role_policy", {**_ROLE, "PolicyName": Found("@")}),
                when="forceDetachPolicies",
            ),
        ),
    ),
    absent=_GONE,
    find=ByInputs(),
    fields=(
        Field("name", "RoleName", REPLACE),
        Field("path", "Path", REPLACE, default="/"),
        Field(
            "assumeRolePolicy",
            "AssumeRolePolicyDocument",
            Op("update_assume_role_policy", _ROLE, again=_UNKNOWN_YET),
            POLICY,
            update_as="PolicyDocument",
            required=True,
        ),
        Field("description", "Description", _UPDATE_ROLE, reset=""),
        Field("maxSessionDuration", "MaxSessionDuration", _UPDATE_ROLE, reset=3600, default=3600),
        Field(
            "permissionsBoundary",
            "PermissionsBoundary",
            Switch(Op("put_role_permissions_boundary", _ROLE), Op("delete_role_permissions_boundary", _ROLE)),
            read="PermissionsBoundary.PermissionsBoundaryArn",
        ),
        Field("forceDetachPolicies", "", LOCAL, default=False),
    ),
    tags=_tags("role", _ROLE),
    name=Name("name", 64, given_prefix="namePrefix"),
    outputs={
        "arn": "Arn",
        "createDate": "CreateDate",
        "uniqueId": "RoleId",
        "managedPolicyArns": Output("Attached", changes_with=("*",)),
    },
    unsupported={
        "inlinePolicies": "write one aws.iam.RolePolicy for each, so that each has a plan of its own",
        "managedPolicyArns": "write one aws.iam.RolePolicyAttachment for each",
    },
)

ROLE_POLICY = ResourceSpec(
    type="aws:iam/rolePolicy:RolePolicy",
    service="iam",
    regional=False,
    id=Text("{role}:{name}"),
    create=Op("put_role_policy"),
    read=Op("get_role_policy", {"RoleName": Prop("role"), "PolicyName": Prop("name")}),
    delete=Op("delete_role_policy", {"RoleName": Prop("role"), "PolicyName": Prop("name")}),
    absent=_GONE,
    find=ByInputs(),
    fields=(
        Field("name", "PolicyName", REPLACE),
        Field("role", "RoleName", REPLACE, required=True),
        Field("policy", "PolicyDocument", PUT, POLICY, required=True),
    ),
    name=Name("name", 128, given_prefix="namePrefix"),
    outputs={},
)

_VERSIONS = {"PolicyArn": ID, "VersionId": Found("VersionId")}

POLICY_ = ResourceSpec(
    type="aws:iam/policy:Policy",
    service="iam",
    regional=False,
    id=Text("arn:{partition}:iam::{account}:policy{path}{name}"),
    create=Op("create_policy", answer="Policy"),
    read=Op("get_policy", _POLICY, answer="Policy"),
    also={
        "Document": Op(
            "get_policy_version",
            {**_POLICY, "VersionId": Found("DefaultVersionId")},
            answer="PolicyVersion.Document",
        ),
    },
    delete=Op(
        "delete_policy",
        _POLICY,
        first=(
            Sweep(
                Op("list_policy_versions", _POLICY, answer="Versions[?!IsDefaultVersion]"),
                Op("delete_policy_version", _VERSIONS),
            ),
        ),
    ),
    absent=_GONE,
    find=ByInputs(),
    fields=(
        Field("name", "PolicyName", REPLACE),
        Field("path", "Path", REPLACE, default="/"),
        Field("description", "Description", REPLACE),
        Field(
            "policy",
            "PolicyDocument",
            Op(
                "create_policy_version",
                {**_POLICY, "SetAsDefault": True},
                # A policy has five versions at most: the oldest one that is not in force makes room.
                first=(
                    Sweep(
                        Op(
                            "list_policy_versions",
                            _POLICY,
                            answer="(length(Versions) >= `5`"
                            " && sort_by(Versions[?!IsDefaultVersion], &CreateDate)[:1]) || `[]`",
                        ),
                        Op("delete_policy_version", _VERSIONS),
                    ),
                ),
            ),
            POLICY,
            read="Document",
            required=True,
        ),
    ),
    tags=_tags("policy", _POLICY),
    name=Name("name", 128, given_prefix="namePrefix"),
    outputs={
        "arn": "Arn",
        "policyId": "PolicyId",
        "attachmentCount": Output("AttachmentCount", changes_with=("*",)),
    },
    unsupported={"delayAfterPolicyCreationInMs": "waits are the provider's business, not the program's"},
)

ROLE_POLICY_ATTACHMENT = ResourceSpec(
    type="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    service="iam",
    regional=False,
    id=Text("{role}/{policyArn}"),
    create=Op("attach_role_policy"),
    read=Op(
        "list_attached_role_policies",
        {"RoleName": Prop("role")},
        answer="AttachedPolicies",
        pick={"PolicyArn": Prop("policyArn")},
    ),
    delete=Op("detach_role_policy", {"RoleName": Prop("role"), "PolicyArn": Prop("policyArn")}),
    absent=_GONE,
    find=ByInputs(),
    fields=(
        Field("role", "RoleName", REPLACE, read=None, required=True),
        Field("policyArn", "PolicyArn", REPLACE, required=True),
    ),
    outputs={},
)

INSTANCE_PROFILE = ResourceSpec(
    type="aws:iam/instanceProfile:InstanceProfile",
    service="iam",
    regional=False,
    id=Text("{name}"),
    create=Op("create_instance_profile", answer="InstanceProfile"),
    read=Op("get_instance_profile", _PROFILE, answer="InstanceProfile"),
    delete=Op(
        "delete_instance_profile",
        _PROFILE,
        first=(
            Sweep(
                Op("get_instance_profile", _PROFILE, answer="InstanceProfile.Roles[].RoleName"),
                Op("remove_role_from_instance_profile", {**_PROFILE, "RoleName": Found("@")}),
            ),
        ),
    ),
    absent=_GONE,
    find=ByInputs(),
    fields=(
        Field("name", "InstanceProfileName", REPLACE),
        Field("path", "Path", REPLACE, default="/"),
        Field(
            "role",
            "RoleName",
            Members(
                add=Op("add_role_to_instance_profile", _PROFILE),
                remove=Op("remove_role_from_instance_profile", _PROFILE),
                add_as="RoleName",
                remove_as="RoleName",
            ),
            read="Roles[0].RoleName",
            with_create=False,
        ),
    ),
    tags=_tags("instance_profile", _PROFILE),
    name=Name("name", 128, given_prefix="namePrefix"),
    outputs={"arn": "Arn", "createDate": "CreateDate", "uniqueId": "InstanceProfileId"},
)

SPECS = (ROLE, ROLE_POLICY, POLICY_, ROLE_POLICY_ATTACHMENT, INSTANCE_PROFILE)
