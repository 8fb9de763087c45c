"""Elastic Kubernetes Service: node groups and add-ons.

`special/node_group.py` has the changes that are sent as what comes and what goes. The limits of time are
those of Terraform's provider.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from provisioner.plan.values import Properties
from provisioner.providers.aws.catalog.eks_spelling import BUSY, ISSUES, UPDATED_WITHIN, eks_tags, seen_done
from provisioner.providers.aws.codecs import JSON, SET, set_of, structure
from provisioner.providers.aws.spec import (
    LOCAL,
    REPLACE,
    ByInputs,
    Codec,
    Field,
    Name,
    Op,
    Output,
    Prop,
    ResourceSpec,
    Text,
    Wait,
)
from provisioner.providers.interface import Problem

_GONE = ("ResourceNotFoundException",)
_UNKNOWN_YET = (
    "InvalidParameterException: does not exist",
    "InvalidParameterException: cannot be found",
    "InvalidParameterException: CREATE_FAILED",
)
"""What EKS says of a role that was made a moment ago, and of an add-on in a cluster that was."""

_GROUP = {"clusterName": Prop("clusterName"), "nodegroupName": Prop("nodeGroupName")}
_GROUP_DONE = seen_done(name=Prop("clusterName"), nodegroupName=Prop("nodeGroupName"))
_SET_VERSION = Op(
    "update_nodegroup_version",
    # Terraform's provider names the template with every version as well.
    {**_GROUP, "force": Prop("forceUpdateVersion"), "launchTemplate": Prop("launchTemplate")},
    again=BUSY,
    then=_GROUP_DONE,
)
SET_CONFIG = Op("update_nodegroup_config", _GROUP, again=BUSY, then=_GROUP_DONE)
CONFIGURED = ("labels", "taints", "scalingConfig", "updateConfig", "nodeRepairConfig")
"""What `SET_CONFIG` changes."""

_MEMBERS = Codec(
    encode=lambda value: {name: item for name, item in value.items() if item is not None},
    decode=dict,
    canonical=lambda value: {name: item for name, item in value.items() if item is not None},
)
"""A structure whose members have the same names on both sides, zero and false being values."""
_TAINTS = set_of(structure({"key": "key", "value": "value", "effect": "effect"}))


def _other_template(old: Any, new: Any) -> bool:
    """Whether a group would start its nodes from another launch template, not another version of it."""
    if old is None or new is None:
        return True
    return any(old.get(name) != new.get(name) for name in ("id", "name"))


def _problems(inputs: Properties) -> Iterator[Problem]:
    template: Any = inputs.get("launchTemplate")
    if isinstance(template, dict) and {"id", "name"} <= cast("Properties", template).keys():
        yield Problem("launchTemplate", "takes `id` or `name`, not both")


NODE_GROUP = ResourceSpec(
    type="aws:eks/nodeGroup:NodeGroup",
    service="eks",
    id=Text("{clusterName}:{nodeGroupName}"),
    create=Op("create_nodegroup", answer="nodegroup", again=_UNKNOWN_YET),
    read=Op("describe_nodegroup", _GROUP, answer="nodegroup"),
    delete=Op("delete_nodegroup", _GROUP, again=BUSY),
    absent=_GONE,
    lost=("CREATE_FAILED",),
    vanishes_within=3600,
    # Nodes that cannot be started now, for want of capacity, leave a group that exists and is tried on.
    ready=Wait(
        until="contains(['ACTIVE', 'DEGRADED'], status)",
        failed=f"contains(['CREATE_FAILED', 'DELETE_FAILED'], status) && {ISSUES}",
        seconds=UPDATED_WITHIN,
    ),
    find=ByInputs(),
    fields=(
        Field("clusterName", "clusterName", REPLACE, required=True),
        Field("nodeGroupName", "nodegroupName", REPLACE),
        Field("nodeRoleArn", "nodeRole", REPLACE, required=True),
        Field("subnetIds", "subnets", REPLACE, SET, required=True),
        Field("amiType", "amiType", REPLACE, computed=True),
        Field("capacityType", "capacityType", REPLACE, computed=True),
        Field("diskSize", "diskSize", REPLACE, read="diskSize || `0`", computed=True),
        Field("instanceTypes", "instanceTypes", REPLACE, read="instanceTypes || `[]`", computed=True),
        Field(
            "launchTemplate",
            "launchTemplate",
            _SET_VERSION,
            structure({"id": "id", "name": "name", "version": "version"}),
            chosen=("id", "name"),
            replaces=_other_template,
        ),
        Field("version", "version", _SET_VERSION, computed=True),
        Field("releaseVersion", "releaseVersion", _SET_VERSION, computed=True),
        Field("labels", "labels", SET_CONFIG),
        Field("taints", "taints", SET_CONFIG, _TAINTS),
        Field("scalingConfig", "scalingConfig", SET_CONFIG, _MEMBERS, required=True),
        Field(
            "updateConfig",
            "updateConfig",
            SET_CONFIG,
            _MEMBERS,
            computed=True,
            chosen=("updateStrategy",),
        ),
        Field(
            "nodeRepairConfig",
            "nodeRepairConfig",
            SET_CONFIG,
            _MEMBERS,
            read='nodeRepairConfig || `{"enabled": false}`',
            computed=True,
        ),
        Field("forceUpdateVersion", "", LOCAL),
    ),
    tags=eks_tags(),
    name=Name("nodeGroupName", 63, given_prefix="nodeGroupNamePrefix"),
    outputs={
        "arn": "nodegroupArn",
        "resources": (
            "[{autoscalingGroups: resources.autoScalingGroups[].{name: name} || `[]`,"
            " remoteAccessSecurityGroupId: resources.remoteAccessSecurityGroup || ''}]"
        ),
        "status": Output("status", changes_with=("*",)),
    },
    unsupported={
        "remoteAccess": "nodes are reached through AWS Systems Manager, not by SSH",
        "warmPoolConfig": "nodes are started when they are needed",
    },
    problems=_problems,
)

_ADDON = {"clusterName": Prop("clusterName"), "addonName": Prop("addonName")}
_SET_ADDON = Op(
    "update_addon",
    {
        **_ADDON,
        "resolveConflicts": Prop("resolveConflictsOnUpdate"),
        # Left out, it would be taken away.
        "serviceAccountRoleArn": Prop("serviceAccountRoleArn"),
    },
    again=BUSY,
    then=seen_done(1200, name=Prop("clusterName"), addonName=Prop("addonName")),
)

ADDON = ResourceSpec(
    type="aws:eks/addon:Addon",
    service="eks",
    id=Text("{clusterName}:{addonName}"),
    create=Op(
        "create_addon",
        {"resolveConflicts": Prop("resolveConflictsOnCreate")},
        answer="addon",
        again=_UNKNOWN_YET,
    ),
    read=Op("describe_addon", _ADDON, answer="addon"),
    delete=Op("delete_addon", {**_ADDON, "preserve": Prop("preserve")}),
    absent=_GONE,
    lost=("CREATE_FAILED",),
    vanishes_within=2400,
    # One that has no node to run on yet is degraded: that passes when there is one.
    ready=Wait(
        until="status == 'ACTIVE'",
        failed=f"contains(['CREATE_FAILED', 'UPDATE_FAILED', 'DELETE_FAILED'], status) && {ISSUES}",
        seconds=1200,
    ),
    find=ByInputs(),
    fields=(
        Field("clusterName", "clusterName", REPLACE, required=True),
        Field("addonName", "addonName", REPLACE, required=True),
        Field("addonVersion", "addonVersion", _SET_ADDON, computed=True),
        Field(
            "configurationValues",
            "configurationValues",
            _SET_ADDON,
            JSON,
            read="configurationValues || ''",
            computed=True,
        ),
        Field("serviceAccountRoleArn", "serviceAccountRoleArn", _SET_ADDON, reset=""),
        Field(
            "namespaceConfig",
            "namespaceConfig",
            REPLACE,
            structure({"namespace": "namespace"}),
            read="namespaceConfig || `{}`",
            computed=True,
        ),
        Field("resolveConflictsOnCreate", "", LOCAL),
        Field("resolveConflictsOnUpdate", "", LOCAL),
        Field("preserve", "", LOCAL),
    ),
    tags=eks_tags(),
    unique=("clusterName", "addonName"),
    outputs={
        "arn": "addonArn",
        "createdAt": "createdAt",
        "modifiedAt": Output("modifiedAt", changes_with=("*",)),
        # Not one of pulumi-aws's: one whose making has failed is told by it.
        "status": Output("status", changes_with=("*",)),
    },
    unsupported={
        "podIdentityAssociations": "write one aws.eks.PodIdentityAssociation for each service account",
    },
)

SPECS = (NODE_GROUP, ADDON)
