"""Pod identity associations: which role a service account of a cluster has."""

from __future__ import annotations

import secrets
import string
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from provisioner.local.eks.lookup import cluster_of
from provisioner.local.operation import Answer, Call, Item, Operation, Refusal, kept, now, page

SUMMARY: Final = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn")


def create_pod_identity_association(call: Call) -> Answer:
    """A new association; one for each service account."""
    cluster = cluster_of(call)
    for item in _items(cluster):
        if item.is_wanted_again(call):
            return {"association": item.told}
    check_free(cluster, call["namespace"], call["serviceAccount"])
    return {"association": associate(call, cluster, call.parameters).told}


def describe_pod_identity_association(call: Call) -> Answer:
    """One association."""
    return {"association": _item(call).told}


def update_pod_identity_association(call: Call) -> Answer:
    """The association with another role."""
    item = _item(call)
    _check_owner(item)
    names = ("roleArn", "disableSessionTags", "targetRoleArn", "policy")
    item.told |= {name: call[name] for name in names if call.has(name)} | {"modifiedAt": now()}
    if not item.told.get("targetRoleArn"):
        item.told.pop("targetRoleArn", None)
        item.told.pop("externalId", None)
    return {"association": item.told}


def delete_pod_identity_association(call: Call) -> Answer:
    """The association as it was."""
    item = _item(call)
    _check_owner(item)
    del kept(cluster_of(call), "associations")[call["associationId"]]
    return {"association": item.told}


def list_pod_identity_associations(call: Call) -> Answer:
    """The associations of a cluster, a namespace or a service account, in short."""
    wanted = {name: call[name] for name in ("namespace", "serviceAccount") if call.get(name)}
    found = {
        item.told["associationId"]: item.told
        for item in _items(cluster_of(call))
        if all(item.told[name] == value for name, value in wanted.items())
    }
    names, token = page(list(found), call)
    short = [{name: found[one].get(name) for name in SUMMARY} for one in names]
    return {"associations": short, "nextToken": token}


def associate(call: Call, cluster: Any, given: Mapping[str, Any], owner: str | None = None) -> Item:
    """A new association, of its own or of the add-on `owner`."""
    identifier = "a-" + "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(17))
    told = {
        "clusterName": cluster.name,
        "namespace": given["namespace"],
        "serviceAccount": given["serviceAccount"],
        "roleArn": given["roleArn"],
        "associationArn": call.arn("eks", f"podidentityassociation/{cluster.name}/{identifier}"),
        "associationId": identifier,
        "tags": dict(given.get("tags") or {}),
        "createdAt": now(),
        "modifiedAt": now(),
        "disableSessionTags": bool(given.get("disableSessionTags")),
        **({"ownerArn": owner} if owner else {}),
        **({"policy": given["policy"]} if given.get("policy") else {}),
    }
    if given.get("targetRoleArn"):
        told |= {"targetRoleArn": given["targetRoleArn"], "externalId": str(uuid.uuid4())}
    item = Item(told, dict(given))
    kept(cluster, "associations")[identifier] = item
    return item


def release(cluster: Any, owner: str) -> None:
    """Delete the associations of an add-on."""
    associations = kept(cluster, "associations")
    for identifier in [one for one, item in associations.items() if item.told.get("ownerArn") == owner]:
        del associations[identifier]


def check_free(cluster: Any, namespace: str, account: str) -> None:
    """Refuse a service account that has a role already."""
    for item in _items(cluster):
        if (item.told["namespace"], item.told["serviceAccount"]) == (namespace, account):
            text = f"Association already exists: {item.told['associationId']}"
            raise Refusal("ResourceInUseException", text, clusterName=cluster.name)


def _items(cluster: Any) -> Iterable[Item]:
    return list(kept(cluster, "associations").values())


def _item(call: Call) -> Item:
    found = kept(cluster_of(call), "associations").get(call["associationId"])
    if found is None:
        text = f"The specified association ID '{call['associationId']}' could not be found"
        raise Refusal("ResourceNotFoundException", text, clusterName=call["clusterName"])
    return found


def _check_owner(item: Item) -> None:
    if "ownerArn" in item.told:
        text = f"The association is owned by {item.told['ownerArn']} and is changed through it"
        raise Refusal("InvalidRequestException", text, clusterName=item.told["clusterName"])


OPERATIONS: Final[tuple[Operation, ...]] = (
    create_pod_identity_association,
    describe_pod_identity_association,
    update_pod_identity_association,
    delete_pod_identity_association,
    list_pod_identity_associations,
)
