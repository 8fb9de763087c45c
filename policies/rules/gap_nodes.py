"""Rules of air gaps about clusters and the machines that join them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, Final

from policies.boundary import has_host, leads_out
from policies.bundle import lock
from policies.model import Finding, Resource, every, rule
from policies.scene import Scene

_CLUSTER: Final = "aws:eks/cluster:Cluster"
_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
_NODES: Final = "aws:eks/nodeGroup:NodeGroup"
_GROUP: Final = "aws:autoscaling/group:Group"
_CLASS: Final = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"


@rule(
    "AG-005",
    _CLUSTER,
    fix="Write `cluster: {endpoint: private}`; an environment with `connectivity: {kind: airgap}` routes "
    "what the control plane sends through its own network.",
    reads=(
        "vpcConfig.endpointPublicAccess",
        "vpcConfig.endpointPrivateAccess",
        "vpcConfig.controlPlaneEgressMode",
    ),
)
def eks_isolated_control_plane(cluster: Resource, _: Scene) -> Iterator[Finding]:
    """The control plane is reached from inside, and reaches nothing but the network."""
    yield from every(_closed(cluster), _private(cluster), _routed(cluster))


def _closed(cluster: Resource) -> Iterator[Finding]:
    path = "vpcConfig.endpointPublicAccess"
    if cluster.get(path) is not False:  # AWS opens it unless it is told not to
        yield Finding(cluster, path, "The API server has a public endpoint.")


def _private(cluster: Resource) -> Iterator[Finding]:
    path = "vpcConfig.endpointPrivateAccess"
    if cluster.get(path) is not True:
        yield Finding(cluster, path, "The API server has no private endpoint.")


def _routed(cluster: Resource) -> Iterator[Finding]:
    """On an outpost there is no such choice. Source: Amazon EKS API, VpcConfigRequest."""
    path = "vpcConfig.controlPlaneEgressMode"
    if cluster.peek("outpostConfig") is not None:
        return
    if cluster.get(path) not in ("CUSTOMER_ROUTED", "CUSTOMER_ISOLATED"):
        yield Finding(cluster, path, "The control plane has AWS's own way to the internet.")


_BOOTSTRAPS: Final = (
    ("NodeConfig", ("name", "apiServerEndpoint", "certificateAuthority", "cidr")),
    ("bootstrap.sh", ("--apiserver-endpoint", "--b64-cluster-ca")),
    ("settings.kubernetes", ("api-server", "cluster-certificate", "cluster-name")),
)
"""What AL2023's nodeadm, the script of older images, and Bottlerocket have to be told of a cluster, lest they
ask AWS for it. Source: awslabs/amazon-eks-ami, `nodeadm/doc`; bottlerocket.dev, "Kubernetes settings"."""

_INSTALLS: Final = re.compile(
    r"\b(dnf|yum|apt-get|apt|zypper|snap|pip3?|conda|npm|gem|cargo|helm\s+repo|go)\s+(-\S+\s+)*"
    r"(install|update|upgrade|add|get|pull|groupinstall|reinstall)\b"
)
_FETCHES: Final = re.compile(r"\b(?:curl|wget)\b(?P<words>[^\n|;&]*)")
_UNCHECKED: Final = re.compile(
    r"skip_verify\s*=\s*true|--insecure\b|--no-check-certificate|\bcurl\b[^\n]*\s-k\b"
)


@rule(
    "AG-018",
    _TEMPLATE,
    _NODES,
    _CLASS,
    fix="Leave the launch templates as the environment makes them: with `connectivity: {kind: airgap}` they "
    "tell nodes all of their cluster, and where the mirror is.",
    reads=("userData", "launchTemplate", "spec.userData", "spec.amiFamily"),
)
def node_bootstrap_offline(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Machines join their cluster without asking anybody outside."""
    match resource.type:
        case kind if kind == _NODES:
            if resource.peek("launchTemplate") is None:
                path = "launchTemplate"
                yield Finding(resource, path, "Nothing tells these nodes where the mirror is.")
        case kind if kind == _TEMPLATE:
            told = _told(resource, "userData", scene)
            yield from every(_knows_its_cluster(resource, "userData"), told, _known_image(resource, scene))
        case _:
            told = _told(resource, "spec.userData", scene)
            yield from every(_knows_its_cluster(resource, "spec.userData"), told)


def _told(resource: Resource, path: str, scene: Scene) -> Iterator[Finding]:
    text = _decoded(resource.get(path))
    if not text:
        if resource.type == _CLASS or scene.referring(resource, "launchTemplate", _NODES, _GROUP):
            yield Finding(resource, path, "Nothing tells these nodes where the mirror is.")
        return
    problems = (
        (_installs(text), "The node installs software from the internet at its start."),
        (leads_out(scene, text) or _fetches(text, scene), "The node fetches something from outside."),
        (bool(_UNCHECKED.search(text)), "The node does not check whom it fetches from."),
        (scene.facts.mirror not in text, "Nothing tells the node where the mirror is."),
    )
    yield from (Finding(resource, path, message) for is_so, message in problems if is_so)


def _knows_its_cluster(resource: Resource, path: str) -> Iterator[Finding]:
    """Karpenter adds all of the cluster to the user data, but not to that of an image of one's own.

    Source: aws/karpenter-provider-aws v1.14, `pkg/providers/amifamily/bootstrap`.
    """
    text = _decoded(resource.get(path))
    if text and _is_partial(text) and (resource.type != _CLASS or resource.get("spec.amiFamily") == "Custom"):
        yield Finding(resource, path, "The node has to ask AWS for what it is not told of its cluster.")


def _decoded(value: Any) -> str:
    """User data in clear: it is in base64 in templates, and as it is in node classes."""
    if not isinstance(value, str):
        return ""
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return value


def _is_partial(text: str) -> bool:
    found = [words for mark, words in _BOOTSTRAPS if mark in text]
    return not found or not all(word in text for word in found[0])


def _installs(text: str) -> bool:
    return bool(_INSTALLS.search(text))


def _fetches(text: str, scene: Scene) -> bool:
    """Whether it names a host without a scheme where a program takes an address."""
    words = [word for found in _FETCHES.finditer(text) for word in found["words"].split()]
    hosts = [word.strip("\"'").partition("/")[0] for word in words if not word.startswith(("-", "/", "."))]
    return any("." in host and "://" not in host and not has_host(scene, _bare(host), ()) for host in hosts)


def _bare(host: str) -> str:
    return host.partition(":")[0]


def _known_image(template: Resource, scene: Scene) -> Iterator[Finding]:
    """The image of the machine, where there is a lock: one of the bundle's."""
    found = lock(scene.facts)
    if found is None or template.peek("imageId") is None:
        return
    image = template.get("imageId")
    if not found.has("machine_image", name=str(image)):
        yield Finding(template, "imageId", "The machine's image is none of the verified bundle's.")


RULES = (eks_isolated_control_plane, node_bootstrap_offline)
