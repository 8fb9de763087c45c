"""The add-ons of a cluster."""

from __future__ import annotations

import uuid
from typing import Any, Final

import yaml

from provisioner.local.eks.addon_catalogue import kind_of, version_of
from provisioner.local.eks.lookup import cluster_of
from provisioner.local.eks.pod_identity import associate, check_free, release
from provisioner.local.eks.updates import begun, repeated
from provisioner.local.operation import Answer, Call, Item, Operation, Refusal, kept, now, page


def create_addon(call: Call) -> Answer:
    """The add-on, as CREATING; it is ACTIVE when it is asked for."""
    cluster, name = cluster_of(call), call["addonName"]
    addons = kept(cluster, "addons")
    if name in addons:
        if addons[name].is_wanted_again(call):
            return {"addon": addons[name].told | {"status": "CREATING"}}
        text = f"Addon already exists: {name}"
        raise Refusal("ResourceInUseException", text, clusterName=cluster.name, addonName=name)
    kind = kind_of(name)
    told: dict[str, Any] = {
        "addonName": name,
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "addonVersion": version_of(name, cluster.version, call.get("addonVersion")),
        "health": {"issues": []},
        "addonArn": call.arn("eks", f"addon/{cluster.name}/{name}/{uuid.uuid4()}"),
        "createdAt": now(),
        "modifiedAt": now(),
        "tags": call.part("tags"),
        "namespaceConfig": call.get("namespaceConfig") or {"namespace": kind.namespace},
        **{
            member: call[member]
            for member in ("serviceAccountRoleArn", "configurationValues")
            if call.get(member)
        },
    }
    _check_configuration(call)
    told["podIdentityAssociations"] = _associated(call, cluster, told)
    addons[name] = Item(told, dict(call.parameters))
    return {"addon": told | {"status": "CREATING"}}


def describe_addon(call: Call) -> Answer:
    """One add-on."""
    return {"addon": _item(call).told}


def update_addon(call: Call) -> Answer:
    """The update. A role that is not given again is gone; other settings stay as they are."""
    cluster, item = cluster_of(call), _item(call)
    again = repeated(call, cluster)
    if again:
        return again
    _check_configuration(call)
    told = item.told
    if call.get("addonVersion"):
        told["addonVersion"] = version_of(call["addonName"], cluster.version, call["addonVersion"])
    told.pop("serviceAccountRoleArn", None)
    told |= {
        member: call[member]
        for member in ("serviceAccountRoleArn", "configurationValues")
        if call.has(member)
    }
    if call.has("podIdentityAssociations"):
        release(cluster, told["addonArn"])
        told["podIdentityAssociations"] = _associated(call, cluster, told)
    told["modifiedAt"] = now()
    members = (
        "addonVersion",
        "serviceAccountRoleArn",
        "resolveConflicts",
        "configurationValues",
        "podIdentityAssociations",
    )
    changed = {member[0].upper() + member[1:]: call[member] for member in members if call.has(member)}
    return begun(call, cluster, "AddonUpdate", changed)


def delete_addon(call: Call) -> Answer:
    """The add-on as it was; the associations that it made are gone, too."""
    cluster, item = cluster_of(call), _item(call)
    release(cluster, item.told["addonArn"])
    del kept(cluster, "addons")[call["addonName"]]
    return {"addon": item.told | {"status": "DELETING"}}


def list_addons(call: Call) -> Answer:
    """The names of a cluster's add-ons."""
    names, token = page(sorted(kept(cluster_of(call), "addons")), call)
    return {"addons": names, "nextToken": token}


def _item(call: Call) -> Item:
    found = kept(cluster_of(call), "addons").get(call["addonName"])
    if found is None:
        text = f"No addon: {call['addonName']} found in cluster: {call['clusterName']}"
        names = {"clusterName": call["clusterName"], "addonName": call["addonName"]}
        raise Refusal("ResourceNotFoundException", text, **names)
    return found


def _associated(call: Call, cluster: Any, told: dict[str, Any]) -> list[str]:
    """The associations that the add-on brings, made."""
    space = told["namespaceConfig"]["namespace"]
    wanted = [{**given, "namespace": space} for given in call.parts("podIdentityAssociations")]
    for given in wanted:
        check_free(cluster, space, given["serviceAccount"])
    made = [associate(call, cluster, given, told["addonArn"]) for given in wanted]
    return [item.told["associationArn"] for item in made]


def _check_configuration(call: Call) -> None:
    try:
        values: Any = yaml.safe_load(call.get("configurationValues") or "{}")  # JSON, too
    except yaml.YAMLError:
        values = None
    if not isinstance(values, dict):
        text = "ConfigurationValue provided in request is not supported: it is no JSON or YAML object"
        raise Refusal("InvalidParameterException", text, addonName=call["addonName"])


OPERATIONS: Final[tuple[Operation, ...]] = (
    create_addon,
    describe_addon,
    update_addon,
    delete_addon,
    list_addons,
)
