"""Access entries of a cluster, and the access policies associated with them."""

from __future__ import annotations

import uuid
from typing import Any, Final

from provisioner.local.eks.lookup import cluster_of
from provisioner.local.operation import Answer, Call, Item, Operation, Refusal, kept, now, page

ACCESS_POLICIES: Final = (
    "AmazonAIOpsAssistantPolicy",
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSAutoNodePolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSSecretReaderPolicy",
    "AmazonEKSViewPolicy",
    "AmazonSagemakerHyperpodClusterPolicy",
)
"""From the page "Review access policy permissions" of the EKS user guide, as far as people use them."""

NODE_TYPES: Final = ("EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX")
NO_API: Final = (
    "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] "
    "to perform this operation."
)


def admit_creator(cluster: Any, call: Call) -> None:
    """The access entry that EKS makes for whoever made the cluster, unless that was declined."""
    wishes = call.part("accessConfig")
    if not _has_api(cluster) or not wishes.get("bootstrapClusterCreatorAdminPermissions", True):
        return
    _user, caller, _account = call.backend_of("sts").get_caller_identity(call.access_key, call.region)
    principal = _principal(call, caller)
    item = _made(call, cluster.name, principal, {})
    kept(cluster, "access_entries")[principal] = item
    item.parts[_policy(call, "AmazonEKSClusterAdminPolicy")] = _association(
        _policy(call, "AmazonEKSClusterAdminPolicy"), {"type": "cluster", "namespaces": []}
    )


def admit_nodes(cluster: Any, call: Call, role: str) -> None:
    """The access entry that EKS makes for the role of a managed node group, unless there is one."""
    if _has_api(cluster):
        entries = kept(cluster, "access_entries")
        entries.setdefault(role, _made(call, cluster.name, role, {"type": "EC2_LINUX"}))


def create_access_entry(call: Call) -> Answer:
    """A new entry; one for each principal."""
    cluster = _cluster(call)
    entries, principal = kept(cluster, "access_entries"), call["principalArn"]
    if principal in entries:
        if entries[principal].is_wanted_again(call):
            return {"accessEntry": entries[principal].told}
        text = "The specified access entry resource is already in use on this cluster."
        raise Refusal("ResourceInUseException", text, clusterName=cluster.name)
    _check_groups(call)
    entries[principal] = _made(call, cluster.name, principal, call.parameters)
    return {"accessEntry": entries[principal].told}


def describe_access_entry(call: Call) -> Answer:
    """The entry of a principal."""
    return {"accessEntry": _entry(call).told}


def update_access_entry(call: Call) -> Answer:
    """The entry with other groups or another name in Kubernetes."""
    item = _entry(call)
    if item.told["type"] != "STANDARD":
        text = f"The access entry of type {item.told['type']} cannot be updated."
        raise Refusal("InvalidRequestException", text, clusterName=call["clusterName"])
    _check_groups(call)
    changes = {name: call[name] for name in ("kubernetesGroups", "username") if call.has(name)}
    item.told |= changes | {"modifiedAt": now()}
    return {"accessEntry": item.told}


def delete_access_entry(call: Call) -> Answer:
    """Nothing; the entry and its associations are gone."""
    del kept(_cluster(call), "access_entries")[_entry(call).told["principalArn"]]
    return {}


def list_access_entries(call: Call) -> Answer:
    """The principals of a cluster, or those with one policy."""
    wanted = call.get("associatedPolicyArn")
    entries = kept(_cluster(call), "access_entries")
    names = sorted(name for name, item in entries.items() if not wanted or wanted in item.parts)
    names, token = page(names, call)
    return {"accessEntries": names, "nextToken": token}


def associate_access_policy(call: Call) -> Answer:
    """The association; a second one of the same policy changes the scope of the first."""
    item, policy, scope = _entry(call), call["policyArn"], call["accessScope"]
    if item.told["type"] != "STANDARD":
        text = f"Access policies cannot be associated with an access entry of type {item.told['type']}."
        raise Refusal("InvalidRequestException", text, clusterName=call["clusterName"])
    if policy not in {_policy(call, name) for name in ACCESS_POLICIES}:
        text = "The policyArn parameter format is not valid or the policy does not exist"
        raise Refusal("InvalidParameterException", text, clusterName=call["clusterName"])
    if (scope.get("type") == "namespace") != bool(scope.get("namespaces")):
        text = "Namespaces are given with an access scope of type namespace, and only with one"
        raise Refusal("InvalidParameterException", text, clusterName=call["clusterName"])
    before = item.parts.get(policy)
    made = _association(policy, {"type": scope["type"], "namespaces": scope.get("namespaces", [])})
    item.parts[policy] = made | ({"associatedAt": before["associatedAt"]} if before else {})
    return _about(call) | {"associatedAccessPolicy": item.parts[policy]}


def disassociate_access_policy(call: Call) -> Answer:
    """Nothing; the principal has lost what the policy allowed."""
    if _entry(call).parts.pop(call["policyArn"], None) is None:
        text = f"No associated access policy found for policy: {call['policyArn']}"
        raise Refusal("ResourceNotFoundException", text, clusterName=call["clusterName"])
    return {}


def list_associated_access_policies(call: Call) -> Answer:
    """The policies of a principal."""
    policies = _entry(call).parts
    names, token = page(sorted(policies), call)
    return _about(call) | {"associatedAccessPolicies": [policies[name] for name in names], "nextToken": token}


def list_access_policies(call: Call) -> Answer:
    """The policies there are."""
    names, token = page(list(ACCESS_POLICIES), call)
    return {"accessPolicies": [{"name": n, "arn": _policy(call, n)} for n in names], "nextToken": token}


def _cluster(call: Call) -> Any:
    cluster = cluster_of(call)
    if not _has_api(cluster):
        raise Refusal("InvalidRequestException", NO_API, clusterName=cluster.name)
    return cluster


def _has_api(cluster: Any) -> bool:
    return cluster.settings.get("accessConfig", {}).get("authenticationMode", "CONFIG_MAP") != "CONFIG_MAP"


def _entry(call: Call) -> Item:
    found = kept(_cluster(call), "access_entries").get(call["principalArn"])
    if found is None:
        text = f"The specified principalArn could not be found: {call['principalArn']}"
        raise Refusal("ResourceNotFoundException", text, clusterName=call["clusterName"])
    return found


def _made(call: Call, cluster: str, principal: str, request: Any) -> Item:
    entry_type = request.get("type") or "STANDARD"
    kind, _, name = principal.partition(":iam::")[2].partition(":")[2].partition("/")
    account = principal.split(":")[4]
    told = {
        "clusterName": cluster,
        "principalArn": principal,
        "kubernetesGroups": list(
            request.get("kubernetesGroups") or (["system:nodes"] if entry_type in NODE_TYPES else [])
        ),
        "accessEntryArn": call.arn("eks", f"access-entry/{cluster}/{kind}/{account}/{name}/{uuid.uuid4()}"),
        "createdAt": now(),
        "modifiedAt": now(),
        "tags": dict(request.get("tags") or {}),
        "username": request.get("username") or _username(call, entry_type, principal),
        "type": entry_type,
    }
    return Item(told, dict(request))


def _username(call: Call, type: str, principal: str) -> str:
    if type in NODE_TYPES:
        return (
            "system:node:{{SessionName}}" if type == "FARGATE_LINUX" else "system:node:{{EC2PrivateDNSName}}"
        )
    if ":role/" not in principal:
        return principal
    account, name = principal.split(":")[4], principal.rpartition("/")[2]
    return f"arn:{call.partition}:sts::{account}:assumed-role/{name}/{{{{SessionName}}}}"


def _check_groups(call: Call) -> None:
    names = [*call.parts("kubernetesGroups"), *([call["username"]] if call.has("username") else [])]
    for name in names:
        if name.startswith(("system:", "eks:", "aws:", "amazon:", "iam:")):
            text = f"The kubernetes name {name} is invalid: it has a prefix that EKS keeps for itself"
            raise Refusal("InvalidParameterException", text, clusterName=call["clusterName"])


def _principal(call: Call, caller: str) -> str:
    """The IAM principal of a caller: the role of a session."""
    if ":assumed-role/" in caller:
        return f"arn:{call.partition}:iam::{call.account}:role/{caller.split('/')[1]}"
    return caller.replace(":sts:", ":iam:")


def _policy(call: Call, name: str) -> str:
    return f"arn:{call.partition}:eks::aws:cluster-access-policy/{name}"


def _association(policy: str, scope: dict[str, Any]) -> dict[str, Any]:
    return {"policyArn": policy, "accessScope": scope, "associatedAt": now(), "modifiedAt": now()}


def _about(call: Call) -> dict[str, Any]:
    return {"clusterName": call["clusterName"], "principalArn": call["principalArn"]}


OPERATIONS: Final[tuple[Operation, ...]] = (
    create_access_entry,
    describe_access_entry,
    update_access_entry,
    delete_access_entry,
    list_access_entries,
    associate_access_policy,
    disassociate_access_policy,
    list_associated_access_policies,
    list_access_policies,
)
