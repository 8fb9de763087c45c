"""The properties that no object of a kind can change: a change of one needs a new object.

Source: the update validation of kube-apiserver 1.35 (`pkg/apis/*/validation`). With a cluster at hand it is
asked, and says so of every kind; this is for plans without one, and so it has only what people do change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from provisioner.providers.kubernetes.objects import Kind

_ROLE: Final = ("roleRef",)
_SELECTOR: Final = ("spec.selector",)

_PROPERTIES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("", "PersistentVolumeClaim"): (
        "spec.accessModes",
        "spec.dataSource",
        "spec.dataSourceRef",
        "spec.selector",
        "spec.storageClassName",
        "spec.volumeMode",
        "spec.volumeName",
    ),
    ("", "Pod"): (
        "spec.affinity",
        "spec.hostNetwork",
        "spec.nodeName",
        "spec.nodeSelector",
        "spec.priorityClassName",
        "spec.resourceClaims",
        "spec.restartPolicy",
        "spec.runtimeClassName",
        "spec.serviceAccountName",
        "spec.volumes",
    ),
    ("", "ResourceQuota"): ("spec.scopes", "spec.scopeSelector"),
    ("", "Secret"): ("type",),
    ("", "Service"): ("spec.clusterIP",),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): ("spec.group", "spec.scope"),
    ("apps", "DaemonSet"): _SELECTOR,
    ("apps", "Deployment"): _SELECTOR,
    ("apps", "ReplicaSet"): _SELECTOR,
    ("apps", "StatefulSet"): (
        "spec.podManagementPolicy",
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ),
    ("batch", "Job"): ("spec.completionMode", "spec.selector", "spec.template"),
    ("networking.k8s.io", "IngressClass"): ("spec.controller",),
    ("node.k8s.io", "RuntimeClass"): ("handler",),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): _ROLE,
    ("rbac.authorization.k8s.io", "RoleBinding"): _ROLE,
    ("resource.k8s.io", "ResourceClaim"): ("spec",),
    ("resource.k8s.io", "ResourceClaimTemplate"): ("spec",),
    ("scheduling.k8s.io", "PriorityClass"): ("preemptionPolicy", "value"),
    ("storage.k8s.io", "StorageClass"): (
        "parameters",
        "provisioner",
        "reclaimPolicy",
        "volumeBindingMode",
    ),
}

_SEALED_BY: Final = "immutable"
_SEALED: Final = ("binaryData", "data", "immutable", "stringData")
"""Of a ConfigMap or Secret that says `immutable: true`."""


def immutable_properties(kind: Kind, *, is_sealed: bool) -> tuple[str, ...]:
    """The paths, spelt as Pulumi does. `is_sealed`: the object itself says that it does not change."""
    found = _PROPERTIES.get((kind.group, kind.name), ())
    if is_sealed and kind.version == "v1" and kind.name in ("ConfigMap", "Secret"):
        return (*found, *_SEALED)
    return found


def says_sealed(inputs: Mapping[str, object]) -> bool:
    """Whether a ConfigMap or Secret is one that does not change."""
    return inputs.get(_SEALED_BY) is True
