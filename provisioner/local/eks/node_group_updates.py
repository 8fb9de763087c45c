"""Changes of managed node groups."""

from __future__ import annotations

from typing import Any, Final

from provisioner.local.eks import launch_template
from provisioner.local.eks.lookup import cluster_of, node_group_of
from provisioner.local.eks.node_groups import check_size, release_of
from provisioner.local.eks.updates import begun, repeated
from provisioner.local.eks.versions import check_version
from provisioner.local.operation import Answer, Call, Operation, Refusal, kept, now


def update_nodegroup_config(call: Call) -> Answer:
    """The update of labels, taints, size, or how updates are done."""
    cluster, group = cluster_of(call), node_group_of(call)
    again = repeated(call, cluster)
    if again:
        return again
    changed: dict[str, Any] = {}
    if call.get("scalingConfig"):
        size = group.scaling_config | dict(call["scalingConfig"])
        check_size(call, size)
        group.scaling_config = size
        changed |= {name[0].upper() + name[1:]: value for name, value in call["scalingConfig"].items()}
    changed |= _labels(group, call.part("labels")) | _taints(group, call.part("taints"))
    if call.get("updateConfig"):
        group.update_config = {"updateStrategy": "DEFAULT"} | dict(call["updateConfig"])
        changed |= {name[0].upper() + name[1:]: value for name, value in call["updateConfig"].items()}
    if call.get("nodeRepairConfig"):
        group.node_repair_config = dict(call["nodeRepairConfig"])
        changed["NodeRepairConfig"] = group.node_repair_config
    if call.get("warmPoolConfig"):
        kept(group, "request")["warmPoolConfig"] = call["warmPoolConfig"]
    group.modified_at = now()
    return begun(call, cluster, "ConfigUpdate", changed)


def update_nodegroup_version(call: Call) -> Answer:
    """The update to another version of Kubernetes, of the machine image, or of the launch template."""
    cluster, group = cluster_of(call), node_group_of(call)
    again = repeated(call, cluster)
    if again:
        return again
    version = call.get("version") or group.version
    check_version(version)
    if _newer(version, cluster.version):
        text = f"Nodegroup version {version} must not be newer than that of the cluster, {cluster.version}."
        raise Refusal("InvalidParameterException", text, nodegroupName=group.nodegroup_name)
    image = _move_template(call, group)
    group.version = version
    group.release_version = call.get("releaseVersion") or release_of(group.ami_type, version, image)
    group.modified_at = now()
    changed = {"Version": version, "ReleaseVersion": group.release_version}
    if call.get("launchTemplate"):
        changed["LaunchTemplateVersion"] = group.launch_template["version"]
    return begun(call, cluster, "VersionUpdate", changed)


def _labels(group: Any, given: dict[str, Any]) -> dict[str, Any]:
    added: dict[str, str] = given.get("addOrUpdateLabels", {})
    removed: list[str] = given.get("removeLabels", [])
    group.labels = {key: value for key, value in group.labels.items() if key not in removed} | dict(added)
    return ({"LabelsToAdd": added} if added else {}) | ({"LabelsToRemove": removed} if removed else {})


def _taints(group: Any, given: dict[str, Any]) -> dict[str, Any]:
    added: list[dict[str, str]] = given.get("addOrUpdateTaints", [])
    removed: list[dict[str, str]] = given.get("removeTaints", [])
    gone = {(taint.get("key"), taint.get("effect")) for taint in (*added, *removed)}
    stay = [taint for taint in group.taints if (taint.get("key"), taint.get("effect")) not in gone]
    group.taints = [*stay, *(dict(taint) for taint in added)]
    return ({"TaintsToAdd": added} if added else {}) | ({"TaintsToRemove": removed} if removed else {})


def _move_template(call: Call, group: Any) -> str | None:
    """Move to the version of the template that was asked for; the machine image that it names, if it does."""
    if not group.launch_template:
        if call.get("launchTemplate"):
            text = "The node group was created without a launch template and cannot get one."
            raise Refusal("InvalidParameterException", text, nodegroupName=group.nodegroup_name)
        return None
    current = {"id": group.launch_template["id"], "version": group.launch_template["version"]}
    asked: dict[str, str] = call.get("launchTemplate") or current
    found, template = launch_template.specified(call, asked)
    if found["id"] != group.launch_template["id"]:
        text = (
            f"The node group uses launch template {group.launch_template['id']} and cannot get another one."
        )
        raise Refusal("InvalidParameterException", text, nodegroupName=group.nodegroup_name)
    group.launch_template = found
    return template.data.get("ImageId")


def _newer(one: str, other: str) -> bool:
    return [int(part) for part in one.split(".")] > [int(part) for part in other.split(".")]


OPERATIONS: Final[tuple[Operation, ...]] = (update_nodegroup_config, update_nodegroup_version)
