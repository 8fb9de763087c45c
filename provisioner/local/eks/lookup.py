"""Finds the cluster, or the part of one, that a request names; refuses as EKS does if there is none."""

from __future__ import annotations

from typing import Any

from provisioner.local.operation import Call, Refusal


def cluster_of(call: Call, parameter: str = "clusterName") -> Any:
    """Moto's cluster that the parameter names; raises ResourceNotFoundException."""
    found = call.backend.clusters.get(call[parameter])
    if found is None:
        message = f"No cluster found for name: {call[parameter]}."
        raise Refusal("ResourceNotFoundException", message, clusterName=call[parameter])
    if not hasattr(found, "settings"):
        found.settings = {}  # made by moto itself, say by its CloudFormation
    return found


def node_group_of(call: Call) -> Any:
    """Moto's node group that the request names; raises ResourceNotFoundException."""
    found = cluster_of(call).nodegroups.get(call["nodegroupName"])
    if found is None:
        raise Refusal(
            "ResourceNotFoundException",
            f"No node group found for name: {call['nodegroupName']}.",
            clusterName=call["clusterName"],
            nodegroupName=call["nodegroupName"],
        )
    return found
