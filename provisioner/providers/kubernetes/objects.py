"""How a Kubernetes object is called, and how it is spelt in a program, on the wire and in a state. Pure.

Ids, tokens and what a state holds beside the object itself (`__inputs`, …) are those of pulumi-kubernetes, so
that either can go on where the other has stopped.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from provisioner.plan.values import PLAIN, Properties, Secret

MANAGER: Final = "provisioner"
"""The field manager that our objects are applied as, unless the state says another."""

INPUTS: Final = "__inputs"
FIELD_MANAGER: Final = "__fieldManager"
INITIAL_VERSION: Final = "__initialApiVersion"
KEPT_BESIDE: Final = frozenset({INPUTS, FIELD_MANAGER, INITIAL_VERSION})
"""What a state holds of an object that is no part of it."""

RELEASE: Final = "kubernetes:helm.sh/v3:Release"
DEFAULT_NAMESPACE: Final = "default"

SERVER_METADATA: Final = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
"""Members of `metadata` that only the API server sets."""

_RESTLESS: Final = frozenset({"managedFields", "resourceVersion"})
"""Those that differ after every touch of anybody: recorded, each look would find a change."""

_DASHED: Final = {
    name.replace("-", "_"): name
    for name in (
        "x-kubernetes-embedded-resource",
        "x-kubernetes-int-or-string",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-list-type",
        "x-kubernetes-map-type",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    )
}
_UNDERSCORED: Final = {dashed: name for name, dashed in _DASHED.items()}
"""The keywords of a CRD's schema, which Pulumi's SDK spells with underscores."""

_CLUSTER_WIDE: Final = frozenset(
    {
        "APIService",
        "CSIDriver",
        "CSINode",
        "CertificateSigningRequest",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterTrustBundle",
        "ComponentStatus",
        "CustomResourceDefinition",
        "DeviceClass",
        "FlowSchema",
        "IPAddress",
        "IngressClass",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "ResourceSlice",
        "RuntimeClass",
        "ServiceCIDR",
        "StorageClass",
        "StorageVersion",
        "StorageVersionMigration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
        "VolumeAttributesClass",
    }
)
"""Kinds of Kubernetes' own that are in no namespace (`kubectl api-resources --namespaced=false`, 1.35)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object: `apps/v1`, `Deployment`."""

    version: str
    """As `apiVersion` has it: group and version, or the version alone for the oldest group."""

    name: str

    @property
    def group(self) -> str:
        """The API group; empty for the oldest one."""
        return self.version.rpartition("/")[0]

    @property
    def is_built_in(self) -> bool:
        """Whether every API server knows it."""
        return self.group in _OWN_GROUPS

    @property
    def is_cluster_wide(self) -> bool:
        """Whether it is known, without asking a cluster, to be in no namespace."""
        return self.is_built_in and self.name in _CLUSTER_WIDE

    def __str__(self) -> str:
        return f"{self.version}/{self.name}"


_OWN_GROUPS: Final = frozenset({"", "apps", "autoscaling", "batch", "policy"}) | frozenset(
    f"{name}.k8s.io"
    for name in (
        "admissionregistration",
        "apiextensions",
        "apiregistration",
        "authentication",
        "authorization",
        "certificates",
        "coordination",
        "discovery",
        "events",
        "flowcontrol.apiserver",
        "internal.apiserver",
        "networking",
        "node",
        "rbac.authorization",
        "resource",
        "scheduling",
        "storage",
        "storagemigration",
    )
)
"""Those of kube-apiserver 1.35. Its subprojects' groups end alike (`gateway.networking.k8s.io`)."""

CRD: Final = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
SECRET: Final = Kind("v1", "Secret")
SERVICE: Final = Kind("v1", "Service")


@dataclass(frozen=True, slots=True)
class Name:
    """What an object is called in its cluster."""

    name: str
    namespace: str = ""

    @property
    def id(self) -> str:
        """As the state has it."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


def name_in(id: str) -> Name:
    """The name that an id of a state says."""
    namespace, _, name = id.rpartition("/")
    return Name(name, namespace)


def kind_of(type: str, properties: Properties) -> Kind:
    """The kind that is meant by a token; what the properties themselves say counts more."""
    _, group_version, name = type.split(":", 2)
    version, kind = properties.get("apiVersion"), properties.get("kind")
    if not isinstance(version, str):
        version = group_version.removeprefix("core/")
    if not isinstance(kind, str):
        kind = name.removesuffix("Patch") or name
    return Kind(version, kind)


def is_patch(type: str, kind: Kind) -> bool:
    """Whether the resource is some fields of an object that is somebody else's (`DeploymentPatch`)."""
    return type.rpartition(":")[2] == f"{kind.name}Patch"


def members(value: Any) -> dict[str, Any]:
    """The members of a structure; of anything else none."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def rows(value: Any) -> list[dict[str, Any]]:
    """The items of a list of structures; of anything else none."""
    return cast("list[dict[str, Any]]", value) if isinstance(value, list) else []


def metadata_of(properties: Properties) -> dict[str, Any]:
    """The metadata, or nothing where there are none or they are not known yet."""
    return members(properties.get("metadata"))


def named(properties: Properties) -> Name:
    """The name that the properties say; parts that are not known yet are empty."""
    metadata = metadata_of(properties)
    name, namespace = metadata.get("name"), metadata.get("namespace")
    return Name(name if isinstance(name, str) else "", namespace if isinstance(namespace, str) else "")


def annotation(properties: Properties, name: str) -> str:
    """The text of an annotation; empty if there is none."""
    value = members(metadata_of(properties).get("annotations")).get(name)
    return value if isinstance(value, str) else ""


def manifest(kind: Kind, inputs: Properties, namespace: str = "") -> dict[str, Any]:
    """The object as it is sent: what is null is left out, and a Secret's texts are in its `data`.

    `stringData` is not sent: an API server that forgets it cannot remove what is left out of it later.
    """
    wanted = {name: value for name, value in inputs.items() if name not in KEPT_BESIDE}
    sent = cast("dict[str, Any]", _without_nulls(wanted, _DASHED.get if kind == CRD else _as_is))
    metadata = {name: value for name, value in metadata_of(sent).items() if name not in SERVER_METADATA}
    if namespace:
        metadata["namespace"] = namespace
    sent = {"apiVersion": kind.version, "kind": kind.name, **sent, "metadata": metadata}
    sent.pop("status", None)
    if kind == SECRET and (texts := members(sent.pop("stringData", None))):
        encoded = {key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()}
        sent["data"] = {**members(sent.get("data")), **encoded}
    return sent


def in_words_of_program(kind: Kind, live: Properties, recorded: Properties) -> dict[str, Any]:
    """A live object in the spelling of a program; a Secret's texts where `recorded` has them."""
    found = dict(live)
    if kind == CRD:
        found = cast("dict[str, Any]", _renamed(found, _UNDERSCORED.get))
    texts: Any = recorded.get("stringData")
    if kind == SECRET and isinstance(texts, dict):
        data, both = members(found.get("data")), members(recorded.get("data"))
        found["stringData"] = {key: _decoded(data[key]) for key in cast("Properties", texts) if key in data}
        found["data"] = {key: text for key, text in data.items() if key in both or key not in texts}
    return found


def outputs_of(kind: Kind, live: Properties, inputs: Properties, manager: str) -> dict[str, Any]:
    """What is recorded of an object: all of it, and what was asked for. What a Secret holds is marked."""
    found = in_words_of_program(kind, live, {})
    metadata = {name: value for name, value in metadata_of(found).items() if name not in _RESTLESS}
    asked: Any = dict(inputs)
    if kind == SECRET:
        asked = Secret(asked)
        found |= {"data": Secret(found["data"])} if found.get("data") else {}
    return {
        **found,
        "metadata": metadata,
        INPUTS: asked,
        FIELD_MANAGER: manager,
        INITIAL_VERSION: kind.version,
    }


def _without_nulls(value: Any, rename: Callable[[str], str | None]) -> Any:
    some = value
    match value:
        case dict():
            return {
                rename(key) or key: item if type(item) in PLAIN else _without_nulls(item, rename)
                for key, item in some.items()
                if item is not None
            }
        case list():
            return [_without_nulls(item, rename) for item in some if item is not None]
        case _:
            return value


def _renamed(value: Any, rename: Callable[[str], str | None]) -> Any:
    match value:
        case dict():
            members = cast("Mapping[str, Any]", value).items()
            return {rename(key) or key: _renamed(item, rename) for key, item in members}
        case list():
            return [_renamed(item, rename) for item in cast("list[Any]", value)]
        case _:
            return value


def _as_is(_: str) -> None:
    """Every key keeps its name."""


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode(errors="replace")
