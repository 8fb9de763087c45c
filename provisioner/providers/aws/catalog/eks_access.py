"""Elastic Kubernetes Service: who may use a cluster, and as whom its pods act."""

from __future__ import annotations

from provisioner.plan.values import Properties
from provisioner.providers.aws.catalog.eks_spelling import eks_tags
from provisioner.providers.aws.codecs import SET
from provisioner.providers.aws.spec import (
    ID,
    REPLACE,
    ByInputs,
    Codec,
    Field,
    Listed,
    Op,
    Output,
    Prop,
    ResourceSpec,
    Text,
)

_GONE = ("ResourceNotFoundException",)
_PRINCIPAL_UNKNOWN = ("InvalidParameterException: The specified principalArn is invalid",)
_ENTRY_UNKNOWN = ("ResourceNotFoundException: The specified principalArn could not be found",)
_ROLE_UNKNOWN = ("InvalidParameterException: Role provided in the request does not exist",)
"""What EKS says of a role or an entry that was made a moment ago; as in Terraform's provider."""

_ENTRY = {"clusterName": Prop("clusterName"), "principalArn": Prop("principalArn")}
_UPDATE_ENTRY = Op("update_access_entry", _ENTRY)
_CHANGED = Output("modifiedAt", changes_with=("*",))

ACCESS_ENTRY = ResourceSpec(
    type="aws:eks/accessEntry:AccessEntry",
    service="eks",
    id=Text("{clusterName}:{principalArn}"),
    create=Op("create_access_entry", answer="accessEntry", again=_PRINCIPAL_UNKNOWN),
    read=Op("describe_access_entry", _ENTRY, answer="accessEntry"),
    delete=Op("delete_access_entry", _ENTRY),
    absent=_GONE,
    find=ByInputs(),
    fields=(
        Field("clusterName", "clusterName", REPLACE, required=True),
        Field("principalArn", "principalArn", REPLACE, required=True),
        Field("type", "type", REPLACE, default="STANDARD"),
        Field(
            "kubernetesGroups",
            "kubernetesGroups",
            _UPDATE_ENTRY,
            SET,
            read="kubernetesGroups || `[]`",
            computed=True,
        ),
        Field("userName", "username", _UPDATE_ENTRY, computed=True),
    ),
    tags=eks_tags("accessEntryArn"),
    unique=("clusterName", "principalArn"),
    outputs={"accessEntryArn": "accessEntryArn", "createdAt": "createdAt", "modifiedAt": _CHANGED},
)


def _same_namespaces(scope: Properties) -> dict[str, object]:
    return {"type": scope.get("type"), "namespaces": sorted(scope.get("namespaces") or ())}


_SCOPE = Codec(
    encode=lambda scope: {name: value for name, value in scope.items() if value not in (None, [])},
    decode=dict,
    canonical=_same_namespaces,
)

ACCESS_POLICY_ASSOCIATION = ResourceSpec(
    type="aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    service="eks",
    id=Text("{clusterName}#{principalArn}#{policyArn}"),
    create=Op("associate_access_policy", again=_ENTRY_UNKNOWN),
    read=Op(
        "list_associated_access_policies",
        _ENTRY,
        answer="associatedAccessPolicies",
        pick={"policyArn": Prop("policyArn")},
    ),
    delete=Op("disassociate_access_policy", {**_ENTRY, "policyArn": Prop("policyArn")}),
    absent=_GONE,
    find=ByInputs(),
    fields=(
        Field("clusterName", "clusterName", REPLACE, read=None, required=True),
        Field("principalArn", "principalArn", REPLACE, read=None, required=True),
        Field("policyArn", "policyArn", REPLACE, required=True),
        Field("accessScope", "accessScope", REPLACE, _SCOPE, required=True),
    ),
    unique=("clusterName", "principalArn", "policyArn"),
    outputs={"associatedAt": "associatedAt", "modifiedAt": "modifiedAt"},
)

_ASSOCIATION = {"clusterName": Prop("clusterName"), "associationId": ID}
_UPDATE_ASSOCIATION = Op("update_pod_identity_association", _ASSOCIATION, again=_ROLE_UNKNOWN)

POD_IDENTITY_ASSOCIATION = ResourceSpec(
    type="aws:eks/podIdentityAssociation:PodIdentityAssociation",
    service="eks",
    id="associationId",
    create=Op("create_pod_identity_association", answer="association", again=_ROLE_UNKNOWN),
    read=Op("describe_pod_identity_association", _ASSOCIATION, answer="association"),
    delete=Op("delete_pod_identity_association", _ASSOCIATION),
    absent=_GONE,
    find=Listed(
        Op(
            "list_pod_identity_associations",
            {
                "clusterName": Prop("clusterName"),
                "namespace": Prop("namespace"),
                "serviceAccount": Prop("serviceAccount"),
            },
            answer="associations[].associationId",
        )
    ),
    fields=(
        Field("clusterName", "clusterName", REPLACE, required=True),
        Field("namespace", "namespace", REPLACE, required=True),
        Field("serviceAccount", "serviceAccount", REPLACE, required=True),
        Field("roleArn", "roleArn", _UPDATE_ASSOCIATION, required=True),
        Field(
            "disableSessionTags",
            "disableSessionTags",
            _UPDATE_ASSOCIATION,
            reset=False,
            read="disableSessionTags || `false`",
            default=False,
        ),
        Field("targetRoleArn", "targetRoleArn", _UPDATE_ASSOCIATION, reset=""),
    ),
    tags=eks_tags("associationArn"),
    unique=("clusterName", "namespace", "serviceAccount"),
    outputs={
        "associationArn": "associationArn",
        "associationId": "associationId",
        "externalId": Output("externalId || ''", changes_with=("targetRoleArn",)),
    },
    unsupported={"policy": "a role of its own for each workload says what it may do"},
)

SPECS = (ACCESS_ENTRY, ACCESS_POLICY_ASSOCIATION, POD_IDENTITY_ASSOCIATION)
