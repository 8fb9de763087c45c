"""EKS clusters, as far as moto leaves settings out of them or gives two clusters the same address.

A cluster has its own endpoint, issuer, certificate and security group, and tells all of its settings. It is
ready at once; only the answer to CreateCluster says CREATING, so that callers have to wait as with AWS.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from environments.kubernetes_calendar import DEFAULT_VERSION
from provisioner.local.eks import certificate, control_plane_network
from provisioner.local.eks.access_entries import admit_creator
from provisioner.local.eks.lookup import cluster_of
from provisioner.local.eks.versions import check_version, platform_of
from provisioner.local.operation import Answer, Call, Operation, Refusal, page

LOG_TYPES: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
ECHOED: Final = (
    "computeConfig",
    "controlPlaneScalingConfig",
    "encryptionConfig",
    "kubeApiServerConfig",
    "kubeControllerManagerConfig",
    "kubeSchedulerConfig",
    "outpostConfig",
    "remoteNetworkConfig",
    "storageConfig",
    "upgradePolicy",
    "zonalShiftConfig",
)
"""Settings that DescribeCluster tells as they were given."""


def create_cluster(call: Call) -> Answer:
    """A cluster; the same one again for the same request token and name."""
    existing = call.backend.clusters.get(call["name"])
    if (
        existing
        and call.get("clientRequestToken")
        and existing.client_request_token == call["clientRequestToken"]
    ):
        return {"cluster": told(existing) | {"status": "CREATING"}}
    version = call.get("version") or DEFAULT_VERSION
    check_version(version)
    if not existing:  # moto refuses a second one itself
        control_plane_network.check(call, call["resourcesVpcConfig"])
    cluster = call.backend.create_cluster(
        name=call["name"],
        role_arn=call["roleArn"],
        resources_vpc_config={},
        version=version,
        client_request_token=call.get("clientRequestToken"),
        tags=call.part("tags"),
    )
    _complete(cluster, call)
    admit_creator(cluster, call)
    return {"cluster": told(cluster) | {"status": "CREATING"}}


def describe_cluster(call: Call) -> Answer:
    """The cluster with all of its settings."""
    return {"cluster": told(cluster_of(call, "name"))}


def delete_cluster(call: Call) -> Answer:
    """The cluster as it was. What belongs to it goes with it; node groups and Fargate profiles go first."""
    cluster = cluster_of(call, "name")
    if cluster.settings.get("deletionProtection"):
        raise Refusal(
            "InvalidRequestException",
            f"Cluster {cluster.name} has deletion protection enabled. Disable it and try again.",
            clusterName=cluster.name,
        )
    if cluster.fargate_profiles:
        raise Refusal(
            "ResourceInUseException", "Cluster has Fargate profiles attached", clusterName=cluster.name
        )
    call.backend.delete_cluster(cluster.name)
    control_plane_network.remove(call, cluster)
    return {"cluster": told(cluster) | {"status": "DELETING"}}


def list_clusters(call: Call) -> Answer:
    """The names of the clusters of an account in a region."""
    names, token = page(sorted(call.backend.clusters), call)
    return {"clusters": names, "nextToken": token}


def told(cluster: Any) -> dict[str, Any]:
    """The cluster as DescribeCluster tells it; a setting that was never given is not in it."""
    return {
        "name": cluster.name,
        "arn": cluster.arn,
        "createdAt": cluster.created_at,
        "version": cluster.version,
        "endpoint": cluster.endpoint,
        "roleArn": cluster.role_arn,
        "resourcesVpcConfig": cluster.resources_vpc_config,
        "kubernetesNetworkConfig": cluster.kubernetes_network_config,
        "logging": cluster.logging,
        "identity": cluster.identity,
        "status": cluster.status,
        "certificateAuthority": cluster.certificate_authority,
        "platformVersion": cluster.platformVersion,
        "tags": dict(cluster.tags),
        "health": {"issues": []},
        **cluster.settings,
    }


def normalized_logging(
    given: Mapping[str, Any] | None, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Which kinds of logs are on, and which are off: each in one entry, as EKS tells it."""
    enabled = dict.fromkeys(LOG_TYPES, False)
    for setup in ((before or {}).get("clusterLogging", []), (given or {}).get("clusterLogging", [])):
        for entry in setup:
            enabled |= dict.fromkeys(entry.get("types", ()), bool(entry.get("enabled")))
    entries = [
        {"types": [kind for kind in LOG_TYPES if enabled[kind] is wanted], "enabled": wanted}
        for wanted in (True, False)
    ]
    return {"clusterLogging": [entry for entry in entries if entry["types"]]}


def _complete(cluster: Any, call: Call) -> None:
    """What moto does not set, or sets alike for all clusters."""
    identity = secrets.token_hex(16).upper()
    cluster.endpoint = f"https://{identity}.gr7.{call.region}.eks.amazonaws.com"
    cluster.identity = {"oidc": {"issuer": f"https://oidc.eks.{call.region}.amazonaws.com/id/{identity}"}}
    cluster.certificate_authority = {"data": certificate.authority()}
    cluster.platformVersion = platform_of(cluster.version)
    cluster.logging = normalized_logging(call.get("logging"))
    cluster.kubernetes_network_config = _service_network(call.part("kubernetesNetworkConfig"))
    cluster.resources_vpc_config = control_plane_network.made(call, cluster)
    mode = call.part("accessConfig").get("authenticationMode", "CONFIG_MAP")
    cluster.settings = {
        # Whether the creator was admitted is not told: EKS does not tell it either.
        "accessConfig": {"authenticationMode": mode},
        "upgradePolicy": {"supportType": "EXTENDED"},
        "zonalShiftConfig": {"enabled": False},
        "computeConfig": {"enabled": False},
        "storageConfig": {"blockStorage": {"enabled": False}},
        "deletionProtection": bool(call.get("deletionProtection")),
        "controlPlaneScalingConfig": {"tier": "standard"},
        **{name: call[name] for name in ECHOED if call.has(name)},
    }


def _service_network(given: Mapping[str, Any]) -> dict[str, Any]:
    family = given.get("ipFamily", "ipv4")
    block = (
        {"serviceIpv4Cidr": given.get("serviceIpv4Cidr", "172.20.0.0/16")}
        if family == "ipv4"
        else {"serviceIpv6Cidr": "fd30:1c53:5f8a::/108"}
    )
    return {
        **block,
        "ipFamily": family,
        "elasticLoadBalancing": given.get("elasticLoadBalancing") or {"enabled": False},
    }


OPERATIONS: Final[tuple[Operation, ...]] = (create_cluster, describe_cluster, delete_cluster, list_clusters)
