"""Rules about EKS clusters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any, Final, cast

from environments.kubernetes_calendar import VERSIONS, Support
from policies.addresses import is_open
from policies.keys import is_own_key
from policies.model import Enforcement, Finding, Resource, every, rule
from policies.scene import Facts, Scene
from policies.values import is_off, is_on, texts

CLUSTER: Final = "aws:eks/cluster:Cluster"
NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
ADDON: Final = "aws:eks/addon:Addon"
ENTRY: Final = "aws:eks/accessEntry:AccessEntry"
ASSOCIATION: Final = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
ROLE: Final = "aws:iam/role:Role"
CHARTS: Final = ("kubernetes:helm.sh/v4:Chart", "kubernetes:helm.sh/v3:Release")

_LOGS: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
"""All there are: EKS API, `LogType`."""

_SKEW: Final = 3
"""How many minor versions a node may be behind. Source: Kubernetes, version skew policy."""

_NOTICE: Final = timedelta(days=90)
"""How long before the end of support it is told."""

_ADMIN: Final = "AmazonEKSClusterAdminPolicy"
_MASTERS: Final = "system:masters"
_ENFORCERS: Final = ("calico", "tigera-operator", "cilium")
"""Charts of network plugins that enforce network policies."""


@rule(
    "BL-EKS-001",
    CLUSTER,
    fix="Write `cluster: {endpoint: private}`, or name the few addresses that may reach it.",
    reads=(
        "vpcConfig.endpointPublicAccess",
        "vpcConfig.endpointPrivateAccess",
        "vpcConfig.publicAccessCidrs",
    ),
)
def endpoint_restricted(cluster: Resource, _: Scene) -> Iterator[Finding]:
    """The Kubernetes API is reached from inside the network, or from few addresses."""
    yield from every(_has_private_endpoint(cluster), _has_no_open_endpoint(cluster))


def _has_private_endpoint(cluster: Resource) -> Iterator[Finding]:
    if not is_on(cluster.get("vpcConfig.endpointPrivateAccess")):
        yield Finding(cluster, "vpcConfig.endpointPrivateAccess", "The API server has no private endpoint.")


def _has_no_open_endpoint(cluster: Resource) -> Iterator[Finding]:
    # AWS opens it unless it is told not to.
    if is_off(cluster.get("vpcConfig.endpointPublicAccess", default=True)):
        return
    path = "vpcConfig.publicAccessCidrs"
    if not cluster.peek(path) or any(map(is_open, cluster.texts(path))):
        yield Finding(cluster, "vpcConfig.endpointPublicAccess", "The API server has a public endpoint.")


@rule(
    "BL-EKS-002",
    CLUSTER,
    fix="Leave the cluster's secrets under the key that the environment makes for them.",
    reads=("encryptionConfig.resources", "encryptionConfig.provider.keyArn"),
)
def secrets_under_own_key(cluster: Resource, scene: Scene) -> Iterator[Finding]:
    """Secrets of Kubernetes are encrypted with a key of one's own."""
    yield from every(_covers_secrets(cluster), _has_own_key(cluster, scene))


def _covers_secrets(cluster: Resource) -> Iterator[Finding]:
    if "secrets" not in cluster.texts("encryptionConfig.resources"):
        yield Finding(cluster, "encryptionConfig.resources", "Secrets are not encrypted with any key.")


def _has_own_key(cluster: Resource, scene: Scene) -> Iterator[Finding]:
    path = "encryptionConfig.provider.keyArn"
    if not is_own_key(cluster, path, scene):
        yield Finding(cluster, path, "Secrets are not encrypted with a key of one's own.")


@rule(
    "BL-EKS-003",
    CLUSTER,
    fix="Leave all logs of the control plane on; `cluster.logs` says how long they are kept.",
    reads=("enabledClusterLogTypes",),
)
def control_plane_logs(cluster: Resource, _: Scene) -> Iterator[Finding]:
    """The control plane writes all of its logs."""
    if not set(_LOGS) <= set(texts(cluster.get("enabledClusterLogTypes"))):
        yield Finding(cluster, "enabledClusterLogTypes", "Some logs of the control plane are not written.")


@rule(
    "BL-EKS-004",
    CLUSTER,
    NODE_GROUP,
    ADDON,
    fix="Write a supported `cluster.version`; for an older one `cluster.support: extended`. Add-ons that the "
    "parameter `pinned_addons` of this rule names need a version.",
    reads=("version", "upgradePolicy.supportType", "addonVersion"),
)
def supported_version(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Kubernetes has a version that AWS supports, and nodes are not too far behind it."""
    match resource.type:
        case "aws:eks/cluster:Cluster":
            yield from _is_supported(resource, scene.facts)
        case "aws:eks/nodeGroup:NodeGroup":
            yield from _keeps_up(resource, scene)
        case _:
            # AWS takes the version that goes with the cluster's and keeps it: judged where that is asked.
            pinned = scene.facts.names("BL-EKS-004", "pinned_addons")
            if resource.get("addonName") in pinned and not resource.get("addonVersion"):
                yield Finding(resource, "addonVersion", "The add-on has no version of its own.")


def _is_supported(cluster: Resource, facts: Facts) -> Iterator[Finding]:
    found = VERSIONS.get(str(cluster.get("version")))
    match found.support(facts.today) if found else Support.UNKNOWN:
        case Support.UNKNOWN:
            yield Finding(cluster, "version", "This is no version of Kubernetes that EKS offers today.")
        case Support.ENDED:
            yield Finding(cluster, "version", "AWS does not support this version of Kubernetes any more.")
        case Support.EXTENDED if cluster.get("upgradePolicy.supportType") != "EXTENDED":
            yield Finding(
                cluster, "version", "Standard support has ended, so AWS upgrades the cluster itself."
            )
        case _ if found and found.support(facts.today + _NOTICE) is not found.support(facts.today):
            message = "AWS's support for this version of Kubernetes ends within three months."
            yield Finding(cluster, "version", message, Enforcement.ADVISORY)
        case _:
            pass


def _keeps_up(nodes: Resource, scene: Scene) -> Iterator[Finding]:
    own = _minor(nodes.get("version"))
    if own is None:
        if nodes.get("amiType") != "CUSTOM":
            yield Finding(nodes, "version", "The nodes' version is left to whatever is newest that day.")
        return
    for cluster in scene.referred(nodes, "clusterName", CLUSTER):
        theirs = _minor(cluster.get("version"))
        if theirs is not None and not 0 <= theirs - own <= _SKEW:
            yield Finding(nodes, "version", "The nodes' version does not go with that of the control plane.")


def _minor(version: Any) -> int | None:
    """35 of `1.35`."""
    major, _, minor = version.partition(".") if isinstance(version, str) else ("", "", "")
    return int(minor) if major == "1" and minor.isdecimal() else None


@rule(
    "BL-EKS-005",
    CLUSTER,
    ENTRY,
    ASSOCIATION,
    fix="Name roles of the environment's account in `cluster.access`, with the least `level` that will do.",
    reads=(
        "accessConfig.authenticationMode",
        "accessConfig.bootstrapClusterCreatorAdminPermissions",
        "principalArn",
        "policyArn",
        "kubernetesGroups",
    ),
)
def access_by_entries(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Who may enter a cluster is a matter of access entries; only known roles administer it."""
    match resource.type:
        case "aws:eks/cluster:Cluster":
            yield from every(_by_api(resource), _without_creator(resource))
        case "aws:eks/accessEntry:AccessEntry":
            if _MASTERS in resource.texts("kubernetesGroups"):
                yield from _is_known(resource, scene)
        case _:
            if str(resource.get("policyArn")).endswith(f"/{_ADMIN}"):
                yield from _is_known(resource, scene)


def _by_api(cluster: Resource) -> Iterator[Finding]:
    path = "accessConfig.authenticationMode"
    if cluster.get(path) != "API":
        yield Finding(cluster, path, "A config map inside the cluster also says who may enter.")


def _without_creator(cluster: Resource) -> Iterator[Finding]:
    path = "accessConfig.bootstrapClusterCreatorAdminPermissions"
    if not is_off(cluster.get(path, default=True)):
        yield Finding(cluster, path, "Whoever makes the cluster becomes its administrator, without an entry.")


def _is_known(entry: Resource, scene: Scene) -> Iterator[Finding]:
    if scene.referred(entry, "principalArn", ROLE):
        return
    # The cloud on a desk has an account of its own, whatever the file's roles are of.
    account = "*" if scene.facts.cloud == "local" else scene.facts.account or "*"
    own = f"arn:aws*:iam::{account}:role/*"
    principal = entry.get("principalArn")
    allowed = scene.facts.names("BL-EKS-005", "administrators", (own,))
    if not (isinstance(principal, str) and any(fnmatchcase(principal, pattern) for pattern in allowed)):
        yield Finding(entry, "principalArn", "This is no role of the account, and administers the cluster.")


@rule(
    "BL-EKS-006",
    CLUSTER,
    fix="Leave the networking add-on as it is made, or install a plugin that enforces network policies.",
    reads=("configurationValues",),
)
def network_policies_enforced(cluster: Resource, scene: Scene) -> Iterator[Finding]:
    """The cluster has a network plugin that enforces network policies."""
    addons = scene.referring(cluster, "clusterName", ADDON)
    plugins = [each for each in addons if each.get("addonName") == "vpc-cni"]
    if not (any(map(_enforces, plugins)) or any(map(_is_enforcer, scene.of(*CHARTS)))):
        yield Finding(cluster, "", "Nothing in the cluster enforces network policies.")


def _is_enforcer(chart: Resource) -> bool:
    return any(name in str(chart.get("chart")) for name in _ENFORCERS)


def _enforces(addon: Resource) -> bool:
    written = addon.get("configurationValues")
    try:
        values: Any = json.loads(written) if isinstance(written, str) else written
    except ValueError:
        return False
    return isinstance(values, dict) and is_on(cast("dict[str, Any]", values).get("enableNetworkPolicy"))


@rule(
    "BL-EKS-007",
    CLUSTER,
    fix="Leave `governance.protect: stateful`.",
    reads=("deletionProtection",),
)
def deletion_protected(cluster: Resource, scene: Scene) -> Iterator[Finding]:
    """In production AWS itself refuses to delete a cluster."""
    if scene.facts.is_hardened and not is_on(cluster.get("deletionProtection")):
        yield Finding(cluster, "deletionProtection", "One call is enough to delete the cluster.")


RULES = (
    endpoint_restricted,
    secrets_under_own_key,
    control_plane_logs,
    supported_version,
    access_by_entries,
    network_policies_enforced,
    deletion_protected,
)
