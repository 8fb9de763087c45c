"""Changes of a cluster: one kind at a time, and only where something changes."""

from __future__ import annotations

from typing import Any, Final

from provisioner.local.eks.clusters import normalized_logging
from provisioner.local.eks.control_plane_network import check, endpoint_access
from provisioner.local.eks.lookup import cluster_of
from provisioner.local.eks.updates import begun, repeated
from provisioner.local.eks.versions import check_version, is_next, platform_of
from provisioner.local.operation import Answer, Call, Operation, Refusal

AUTO_MODE: Final = ("computeConfig", "kubernetesNetworkConfig", "storageConfig")
COMPONENTS: Final = ("kubeApiServerConfig", "kubeControllerManagerConfig", "kubeSchedulerConfig")
KINDS: Final = {
    "resourcesVpcConfig": "EndpointAccessUpdate",
    "logging": "LoggingUpdate",
    "accessConfig": "AccessConfigUpdate",
    "upgradePolicy": "UpgradePolicyUpdate",
    "zonalShiftConfig": "ZonalShiftConfigUpdate",
    "remoteNetworkConfig": "RemoteNetworkConfigUpdate",
    "deletionProtection": "DeletionProtectionUpdate",
    "controlPlaneScalingConfig": "ControlPlaneScalingConfigUpdate",
    **dict.fromkeys(AUTO_MODE, "AutoModeUpdate"),
    **dict.fromkeys(COMPONENTS, "ControlPlaneComponentConfigUpdate"),
}
"""Setting to type of update."""

MOVABLE: Final = ("subnetIds", "securityGroupIds", "controlPlaneEgressMode")

WORDS: Final = {
    "accessConfig": "AuthenticationMode",
    "logging": "ClusterLogging",
    "controlPlaneScalingConfig": "UpdatedTier",
}
"""EKS's word for a changed setting in an update, where it is not the setting's own name."""

AUTHENTICATION: Final = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
"""In the order in which a cluster can go through them; there is no way back."""


def update_cluster_config(call: Call) -> Answer:
    """The update; refused if it is of two kinds, or if nothing would change."""
    cluster = cluster_of(call, "name")
    again = repeated(call, cluster)
    if again:
        return again
    given = {name: call[name] for name in KINDS if call.has(name)}
    kinds = {KINDS[name] for name in given}
    if len(kinds) != 1:
        text = (
            "Only one type of update can be allowed"
            if kinds
            else "The type for cluster update was not provided"
        )
        raise Refusal("InvalidParameterException", f"{text}.", clusterName=cluster.name)
    for name, value in given.items():
        _change(call, cluster, name, value)
    return begun(call, cluster, _kind(given, kinds.pop()), _changed(given))


def update_cluster_version(call: Call) -> Answer:
    """The update to the next minor version."""
    cluster = cluster_of(call, "name")
    again = repeated(call, cluster)
    if again:
        return again
    version = call["version"]
    check_version(version)
    if not is_next(cluster.version, version):
        text = f"Unsupported Kubernetes minor version update from {cluster.version} to {version}"
        raise Refusal("InvalidParameterException", text, clusterName=cluster.name)
    cluster.version, cluster.platformVersion = version, platform_of(version)
    changed = {"Version": version, "PlatformVersion": cluster.platformVersion}
    return begun(call, cluster, "VersionUpdate", changed)


def associate_encryption_config(call: Call) -> Answer:
    """The update that encrypts the secrets of a cluster; it cannot be undone or repeated."""
    cluster = cluster_of(call)
    again = repeated(call, cluster)
    if again:
        return again
    if cluster.settings.get("encryptionConfig"):
        text = "Encryption configuration is already enabled for the cluster"
        raise Refusal("InvalidRequestException", text, clusterName=cluster.name)
    cluster.settings["encryptionConfig"] = call["encryptionConfig"]
    return begun(call, cluster, "AssociateEncryptionConfig", {"EncryptionConfig": call["encryptionConfig"]})


def _change(call: Call, cluster: Any, name: str, value: Any) -> None:
    match name:
        case "resourcesVpcConfig":
            _change_network(call, cluster, value)
        case "logging":
            after = normalized_logging(value, cluster.logging)
            if after == cluster.logging:
                raise Refusal(
                    "InvalidParameterException", "No changes needed for the logging config provided"
                )
            cluster.logging = after
        case "accessConfig":
            _change_authentication(cluster, value["authenticationMode"])
        case "kubernetesNetworkConfig":
            cluster.kubernetes_network_config |= {"elasticLoadBalancing": value["elasticLoadBalancing"]}
        case _:
            if cluster.settings.get(name) == value and name not in AUTO_MODE:
                text = f"Cluster is already at the desired configuration with {name}"
                raise Refusal("InvalidParameterException", text)
            cluster.settings[name] = value


def _change_network(call: Call, cluster: Any, value: Any) -> None:
    before = cluster.resources_vpc_config
    moved = {name: value[name] for name in MOVABLE if name in value}
    after = before | moved | endpoint_access(value, before)
    if after == before:
        text = (
            f"Cluster is already at the desired configuration with endpointPrivateAccess: "
            f"{before['endpointPrivateAccess']}, endpointPublicAccess: {before['endpointPublicAccess']}, "
            f"and Public Endpoint Restrictions: {before['publicAccessCidrs']}"
        )
        raise Refusal("InvalidParameterException", text, clusterName=cluster.name)
    check(call, after)
    cluster.resources_vpc_config = after


def _change_authentication(cluster: Any, mode: str) -> None:
    before = cluster.settings["accessConfig"]["authenticationMode"]
    if AUTHENTICATION.index(mode) <= AUTHENTICATION.index(before):
        text = f"Unsupported authentication mode update from {before} to {mode}"
        raise Refusal("InvalidParameterException", text, clusterName=cluster.name)
    cluster.settings["accessConfig"] = {"authenticationMode": mode}


def _kind(given: dict[str, Any], kind: str) -> str:
    network = given.get("resourcesVpcConfig", {})
    return "VpcConfigUpdate" if set(MOVABLE) & set(network) else kind


def _changed(given: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in given.items():
        match name:
            case "resourcesVpcConfig":
                spelt = {"subnetIds": "Subnets", "securityGroupIds": "SecurityGroups"}
                parts: dict[str, Any] = value
                flat |= {spelt.get(part, _capital(part)): item for part, item in parts.items()}
            case "accessConfig":
                flat["AuthenticationMode"] = value["authenticationMode"]
            case "controlPlaneScalingConfig":
                flat["UpdatedTier"] = value["tier"]
            case _:
                flat[WORDS.get(name, _capital(name))] = value
    return flat


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


OPERATIONS: Final[tuple[Operation, ...]] = (
    update_cluster_config,
    update_cluster_version,
    associate_encryption_config,
)
