"""The software that is delivered into clusters: one dated table of charts, their images and their kinds.

As of 2026-11-21, read off the charts at these versions in their projects' repositories: values, templates and
CRDs. The addresses under which charts are published, and the tags of their own images, which are set when a
release is packed, are those of the projects' installation guides. What a row's `source` adds is said there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from environments.node_software import NODE_SOFTWARE
from environments.secret_software import SECRET_SOFTWARE
from environments.software import MIRROR, Pin, Software

AS_OF: Final = date(2026, 11, 21)

_KUEUE: Final = Software(
    name="kueue",
    repository="oci://registry.k8s.io/kueue/charts",
    chart="kueue",
    version="0.19.2",
    app_version="v0.19.2",
    namespace="kueue-system",
    images=("registry.k8s.io/kueue/kueue:v0.19.2",),
    kinds=tuple(
        f"kueue.x-k8s.io/{kind}"
        for kind in (
            "AdmissionCheck",
            "ClusterQueue",
            "Cohort",
            "LocalQueue",
            "MultiKueueCluster",
            "MultiKueueConfig",
            "ProvisioningRequestConfig",
            "ResourceFlavor",
            "Topology",
            "Workload",
            "WorkloadPriorityClass",
        )
    ),
    replaces=("kai-scheduler",),
    mirrored={
        "controllerManager.manager.image.repository": f"{MIRROR}/registry.k8s.io/kueue/kueue",
        "controllerManager.manager.image.tag": "v0.19.2",
    },
    pinned={"controllerManager.manager.image.tag": Pin("registry.k8s.io/kueue/kueue:v0.19.2", "tag")},
    source="kubernetes-sigs/kueue v0.19.2; its own chart names staging images, the published one these",
)

_CERT_MANAGER: Final = Software(
    name="cert-manager",
    repository="oci://quay.io/jetstack/charts",
    chart="cert-manager",
    version="v1.21.1",
    app_version="v1.21.1",
    namespace="cert-manager",
    images=tuple(
        f"quay.io/jetstack/cert-manager-{part}:v1.21.1"
        for part in ("controller", "webhook", "cainjector", "startupapicheck")
    ),
    hidden=("quay.io/jetstack/cert-manager-acmesolver:v1.21.1",),
    kinds=(
        "cert-manager.io/Certificate",
        "cert-manager.io/CertificateRequest",
        "cert-manager.io/ClusterIssuer",
        "cert-manager.io/Issuer",
        "acme.cert-manager.io/Challenge",
        "acme.cert-manager.io/Order",
    ),
    with_kinds={"crds": {"enabled": True}},
    mirrored={"imageRegistry": f"{MIRROR}/quay.io"},
    pinned={
        f"{path}image.{value}": Pin(f"quay.io/jetstack/cert-manager-{part}:v1.21.1", value)
        for path, part in (
            ("", "controller"),
            ("webhook.", "webhook"),
            ("cainjector.", "cainjector"),
            ("startupapicheck.", "startupapicheck"),
            ("acmesolver.", "acmesolver"),
        )
        for value in ("repository", "digest")
    },
    source="cert-manager/cert-manager v1.21.1",
)

_GATEWAY: Final = Software(
    name="envoy-gateway",
    repository="oci://docker.io/envoyproxy",
    chart="gateway-helm",
    version="v1.8.1",
    app_version="v1.8.1",
    namespace="envoy-gateway-system",
    images=("docker.io/envoyproxy/gateway:v1.8.1",),
    hidden=("docker.io/envoyproxy/envoy:distroless-v1.38.1", "docker.io/envoyproxy/ratelimit:ff287602"),
    kinds=(
        *(
            f"gateway.networking.k8s.io/{kind}"
            for kind in (
                "BackendTLSPolicy",
                "GRPCRoute",
                "Gateway",
                "GatewayClass",
                "HTTPRoute",
                "ListenerSet",
                "ReferenceGrant",
                "TCPRoute",
                "TLSRoute",
                "UDPRoute",
            )
        ),
        "gateway.networking.x-k8s.io/XBackendTrafficPolicy",
        "gateway.networking.x-k8s.io/XMesh",
        *(
            f"gateway.envoyproxy.io/{kind}"
            for kind in (
                "Backend",
                "BackendTrafficPolicy",
                "ClientTrafficPolicy",
                "EnvoyExtensionPolicy",
                "EnvoyPatchPolicy",
                "EnvoyProxy",
                "HTTPRouteFilter",
                "SecurityPolicy",
            )
        ),
    ),
    replaces=("ingress-nginx", "gateway-api"),
    mirrored={
        "global.images.envoyGateway.image": f"{MIRROR}/docker.io/envoyproxy/gateway:v1.8.1",
        "global.images.envoyProxy.image": f"{MIRROR}/docker.io/envoyproxy/envoy:distroless-v1.38.1",
        "global.images.ratelimit.image": f"{MIRROR}/docker.io/envoyproxy/ratelimit:ff287602",
    },
    pinned={
        "global.images.envoyGateway.image": Pin("docker.io/envoyproxy/gateway:v1.8.1", "reference"),
        "global.images.envoyProxy.image": Pin("docker.io/envoyproxy/envoy:distroless-v1.38.1", "reference"),
        "global.images.ratelimit.image": Pin("docker.io/envoyproxy/ratelimit:ff287602", "reference"),
    },
    source="envoyproxy/gateway v1.8.1, which brings Gateway API 1.5.1",
)

_KEDA: Final = Software(
    name="keda",
    repository="https://kedacore.github.io/charts",
    chart="keda",
    version="2.18.3",
    app_version="2.18.3",
    namespace="keda",
    images=tuple(
        f"ghcr.io/kedacore/{image}:2.18.3"
        for image in ("keda", "keda-admission-webhooks", "keda-metrics-apiserver")
    ),
    kinds=(
        "eventing.keda.sh/CloudEventSource",
        "eventing.keda.sh/ClusterCloudEventSource",
        "keda.sh/ClusterTriggerAuthentication",
        "keda.sh/ScaledJob",
        "keda.sh/ScaledObject",
        "keda.sh/TriggerAuthentication",
    ),
    replaces=("prometheus-adapter",),
    mirrored={
        "global.image.registry": f"{MIRROR}/ghcr.io",
    },
    pinned={
        f"image.{part}.tag": Pin(f"ghcr.io/kedacore/{image}:2.18.3", "tag")
        for part, image in (
            ("keda", "keda"),
            ("webhooks", "keda-admission-webhooks"),
            ("metricsApiServer", "keda-metrics-apiserver"),
        )
    },
    source="kedacore/charts 2.18.3; KServe 0.20 is tested with 2.18",
)

_KSERVE_CRD: Final = Software(
    name="kserve-crd",
    repository="oci://ghcr.io/kserve/charts",
    chart="kserve-crd",
    version="v0.20.0",
    app_version="v0.20.0",
    namespace="kserve",
    images=(),
    kinds=tuple(
        f"serving.kserve.io/{kind}"
        for kind in (
            "ClusterServingRuntime",
            "ClusterStorageContainer",
            "InferenceGraph",
            "InferenceService",
            "ServingRuntime",
            "TrainedModel",
        )
    ),
    mirrored={},
    source="kserve/kserve v0.20.0; a release of it takes some 400 KB of the 1 MiB that Kubernetes allows",
)

_KSERVE: Final = Software(
    name="kserve",
    repository="oci://ghcr.io/kserve/charts",
    chart="kserve-resources",
    version="v0.20.0",
    app_version="v0.20.0",
    namespace="kserve",
    images=("docker.io/kserve/kserve-controller:v0.20.0", "quay.io/brancz/kube-rbac-proxy:v0.18.0"),
    hidden=tuple(
        f"docker.io/kserve/{image}:v0.20.0"
        for image in ("agent", "art-explainer", "router", "storage-initializer")
    ),
    needs=("kserve-crd", "cert-manager", "envoy-gateway"),
    replaces=("knative-serving",),
    mirrored={
        "kserve.controller.image": f"{MIRROR}/docker.io/kserve/kserve-controller",
        "kserve.controller.tag": "v0.20.0",
        "kserve.controller.rbacProxyImage": f"{MIRROR}/quay.io/brancz/kube-rbac-proxy:v0.18.0",
        "kserve.agent.image": f"{MIRROR}/docker.io/kserve/agent",
        "kserve.agent.tag": "v0.20.0",
        "kserve.router.image": f"{MIRROR}/docker.io/kserve/router",
        "kserve.router.tag": "v0.20.0",
        "kserve.storage.image": f"{MIRROR}/docker.io/kserve/storage-initializer",
        "kserve.storage.tag": "v0.20.0",
        "kserve.servingruntime.art.image": f"{MIRROR}/docker.io/kserve/art-explainer",
    },
    pinned={
        "kserve.controller.rbacProxyImage": Pin("quay.io/brancz/kube-rbac-proxy:v0.18.0", "reference"),
        **{
            f"kserve.{path}": Pin(f"docker.io/kserve/{image}:v0.20.0", "tag")
            for path, image in (
                ("controller.tag", "kserve-controller"),
                ("agent.tag", "agent"),
                ("router.tag", "router"),
                ("storage.tag", "storage-initializer"),
                ("servingruntime.art.defaultVersion", "art-explainer"),
            )
        },
    },
    source="kserve/kserve v0.20.0; the chart of its runtimes names stale and floating images and is left out",
)

BOOK: Final[Mapping[str, Software]] = MappingProxyType(
    {
        row.name: row
        for row in (
            *NODE_SOFTWARE,
            _KUEUE,
            _CERT_MANAGER,
            _GATEWAY,
            _KEDA,
            _KSERVE_CRD,
            _KSERVE,
            *SECRET_SOFTWARE,
        )
    }
)
"""Every chart by its name, each after what it needs."""

NAMESPACES: Final = frozenset(row.namespace for row in BOOK.values())
"""Where the software is."""
