"""Managed node groups, as far as moto makes up settings that nobody gave or forgets some that were given.

No instances run: a group has the size that it was asked to have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from provisioner.local.eks import launch_template
from provisioner.local.eks.access_entries import admit_nodes
from provisioner.local.eks.control_plane_network import subnet
from provisioner.local.eks.lookup import cluster_of, node_group_of
from provisioner.local.operation import Answer, Call, Operation, Refusal, kept, page

AMI_TYPE: Final = "AL2023_x86_64_STANDARD"
DISK_GIB: Final = 20
RELEASE: Final = "20261104"
"""The day of the machine images that the local cloud says it has."""


def create_nodegroup(call: Call) -> Answer:
    """The node group, as CREATING; it is ACTIVE when it is asked for."""
    cluster, name = cluster_of(call), call["nodegroupName"]
    existing = cluster.nodegroups.get(name)
    if existing and kept(existing, "request") == call.parameters:
        return {"nodegroup": told(existing) | {"status": "CREATING"}}
    _check(call)
    group = call.backend.create_nodegroup(
        cluster_name=cluster.name,
        node_role=call["nodeRole"],
        nodegroup_name=name,
        subnets=list(call["subnets"]),
        scaling_config=dict(call.get("scalingConfig") or {"minSize": 1, "maxSize": 2, "desiredSize": 2}),
        disk_size=call.get("diskSize"),
        remote_access=call.get("remoteAccess"),
        labels=call.part("labels"),
        taints=[dict(taint) for taint in call.parts("taints")],
        tags=call.part("tags"),
        launch_template=dict(call["launchTemplate"]) if call.get("launchTemplate") else None,
        client_request_token=call.get("clientRequestToken"),
        capacity_type=call.get("capacityType"),
    )
    kept(group, "request").update(call.parameters)
    _complete(call, cluster, group)
    admit_nodes(cluster, call, group.node_role)
    return {"nodegroup": told(group) | {"status": "CREATING"}}


def describe_nodegroup(call: Call) -> Answer:
    """One node group."""
    return {"nodegroup": told(node_group_of(call))}


def delete_nodegroup(call: Call) -> Answer:
    """The node group as it was."""
    group = node_group_of(call)
    call.backend.delete_nodegroup(call["clusterName"], call["nodegroupName"])
    return {"nodegroup": told(group) | {"status": "DELETING"}}


def list_nodegroups(call: Call) -> Answer:
    """The names of a cluster's node groups."""
    names, token = page(sorted(cluster_of(call).nodegroups), call)
    return {"nodegroups": names, "nextToken": token}


def told(group: Any) -> dict[str, Any]:
    """The node group as DescribeNodegroup tells it."""
    return {
        "nodegroupName": group.nodegroup_name,
        "nodegroupArn": group.arn,
        "clusterName": group.cluster_name,
        "version": group.version,
        "releaseVersion": group.release_version,
        "createdAt": group.created_at,
        "modifiedAt": group.modified_at,
        "status": group.status,
        "capacityType": group.capacity_type,
        "scalingConfig": group.scaling_config,
        "instanceTypes": group.instance_types,
        "subnets": group.subnets,
        "remoteAccess": group.remote_access,
        "amiType": group.ami_type,
        "nodeRole": group.node_role,
        "labels": group.labels,
        "taints": group.taints,
        "resources": group.resources,
        "diskSize": group.disk_size,
        "health": {"issues": []},
        "updateConfig": group.update_config,
        "nodeRepairConfig": group.node_repair_config,
        "launchTemplate": group.launch_template,
        "tags": dict(group.tags),
        "warmPoolConfig": kept(group, "request").get("warmPoolConfig"),
    }


def check_size(call: Call, size: Mapping[str, int]) -> None:
    """Refuse a size outside of its own bounds."""
    low, high, wanted = size.get("minSize", 1), size.get("maxSize", 2), size.get("desiredSize", 2)
    if low > high:
        text = f"Minimum capacity {low} can't be greater than maximum size {high}"
    elif not low <= wanted <= high:
        text = f"Desired capacity {wanted} can't be outside of minimum {low} and maximum {high}"
    else:
        return
    raise Refusal("InvalidParameterException", text, nodegroupName=call["nodegroupName"])


def release_of(ami_type: str, version: str, image: str | None) -> str:
    """The release version of a node group's machine image: with an image of one's own, the image."""
    if ami_type == "CUSTOM":
        return image or ""
    return f"{version}.2-{RELEASE}" if ami_type.startswith("AL2023") else f"1.50.0-{RELEASE}"


def _check(call: Call) -> None:
    if call.get("scalingConfig"):
        check_size(call, {"minSize": 0, "maxSize": 0, "desiredSize": 0} | dict(call["scalingConfig"]))
    for identifier in call["subnets"]:
        subnet(call, identifier)
    if call.get("launchTemplate"):
        _, version = launch_template.specified(call, call["launchTemplate"])
        launch_template.check(call, version)
    elif call.get("capacityType") == "CAPACITY_BLOCK":
        text = "A capacity block needs a launch template with the reservation."
        raise Refusal("InvalidParameterException", text, nodegroupName=call["nodegroupName"])


def _complete(call: Call, cluster: Any, group: Any) -> None:
    """What moto makes up, forgets, or takes for all versions alike."""
    data: Mapping[str, Any] = {}
    if call.get("launchTemplate"):
        group.launch_template, template = launch_template.specified(call, call["launchTemplate"])
        data = template.data
    own_image = data.get("ImageId")
    group.ami_type = "CUSTOM" if own_image else call.get("amiType") or AMI_TYPE
    group.version = call.get("version") or cluster.version
    group.release_version = call.get("releaseVersion") or release_of(group.ami_type, group.version, own_image)
    group.instance_types = call.get("instanceTypes") or (None if data.get("InstanceType") else ["t3.medium"])
    group.disk_size = None if call.get("launchTemplate") else call.get("diskSize") or DISK_GIB
    group.remote_access = call.get("remoteAccess")
    group.update_config = {"maxUnavailable": 1, "updateStrategy": "DEFAULT"} | dict(call.part("updateConfig"))
    if "maxUnavailablePercentage" in group.update_config:
        del group.update_config["maxUnavailable"]
    group.node_repair_config = dict(call.get("nodeRepairConfig") or {"enabled": False})
    group.resources = {"autoScalingGroups": [{"name": f"eks-{group.nodegroup_name}-{group.uuid}"}]}


OPERATIONS: Final[tuple[Operation, ...]] = (
    create_nodegroup,
    describe_nodegroup,
    delete_nodegroup,
    list_nodegroups,
)
