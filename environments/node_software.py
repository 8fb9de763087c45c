"""Rows of the software book that nodes need: what makes accelerators and fabrics known, and what makes nodes.

As of the book's day, and from its sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from environments.software import MIRROR, Pin, Software

BARE_ONLY: Final = (
    "nvcr.io/nvidia/cloud-native/k8s-driver-manager:v0.12.0",
    "nvcr.io/nvidia/k8s/container-toolkit:v1.20.0",
)
"""What the GPU operator starts only where driver and toolkit are not in the nodes' own image."""

SLICES_ONLY: Final = ("nvcr.io/nvidia/cloud-native/k8s-mig-manager:v0.15.0",)
"""What it starts only where GPUs are cut into slices."""


def _operand(path: str, image: str) -> Mapping[str, Pin]:
    """How NVIDIA's operator is told of an image; what has a digest behind its tag it takes as it is."""
    return {f"{path}.image": Pin(image, "name"), f"{path}.version": Pin(image, "tag")}


DRIVER: Final = "nvcr.io/nvidia/driver:595.91.07"
"""For machines of one's own. The operator appends a node's system to the tag, so there is no one digest."""

_GPU_OPERATOR: Final = Software(
    name="gpu-operator",
    repository="https://helm.ngc.nvidia.com/nvidia",
    chart="gpu-operator",
    version="v26.7.0",
    app_version="v26.7.0",
    # Its daemon sets have a hold of the machine; no other namespace has to let such pods in.
    namespace="kube-system",
    images=("nvcr.io/nvidia/gpu-operator:v26.7.0", "registry.k8s.io/nfd/node-feature-discovery:v0.19.0"),
    hidden=(
        DRIVER,
        "nvcr.io/nvidia/cloud-native/k8s-driver-manager:v0.12.0",
        "nvcr.io/nvidia/k8s/container-toolkit:v1.20.0",
        "nvcr.io/nvidia/k8s-device-plugin:v0.20.0",
        "nvcr.io/nvidia/k8s/dcgm-exporter:4.6.0-4.8.3-distroless",
        "nvcr.io/nvidia/cloud-native/k8s-mig-manager:v0.15.0",
    ),
    kinds=(
        "nvidia.com/ClusterPolicy",
        "nvidia.com/GPUCluster",
        "nvidia.com/NVIDIADriver",
        "resource.nvidia.com/ComputeDomain",
        "resource.nvidia.com/ComputeDomainClique",
        "nfd.k8s-sigs.io/NodeFeature",
        "nfd.k8s-sigs.io/NodeFeatureGroup",
        "nfd.k8s-sigs.io/NodeFeatureRule",
    ),
    replaces=("nvidia-device-plugin", "dcgm-exporter", "node-feature-discovery"),
    mirrored={
        "operator.repository": f"{MIRROR}/nvcr.io/nvidia",
        "validator.repository": f"{MIRROR}/nvcr.io/nvidia",
        "driver.repository": f"{MIRROR}/nvcr.io/nvidia",
        "driver.manager.repository": f"{MIRROR}/nvcr.io/nvidia/cloud-native",
        "toolkit.repository": f"{MIRROR}/nvcr.io/nvidia/k8s",
        "devicePlugin.repository": f"{MIRROR}/nvcr.io/nvidia",
        "gfd.repository": f"{MIRROR}/nvcr.io/nvidia",
        "dcgmExporter.repository": f"{MIRROR}/nvcr.io/nvidia/k8s",
        "migManager.repository": f"{MIRROR}/nvcr.io/nvidia/cloud-native",
        "node-feature-discovery.image.repository": f"{MIRROR}/registry.k8s.io/nfd/node-feature-discovery",
        "node-feature-discovery.image.tag": "v0.19.0",
    },
    pinned={
        **_operand("operator", "nvcr.io/nvidia/gpu-operator:v26.7.0"),
        **_operand("validator", "nvcr.io/nvidia/gpu-operator:v26.7.0"),
        **_operand("driver.manager", "nvcr.io/nvidia/cloud-native/k8s-driver-manager:v0.12.0"),
        **_operand("toolkit", "nvcr.io/nvidia/k8s/container-toolkit:v1.20.0"),
        **_operand("devicePlugin", "nvcr.io/nvidia/k8s-device-plugin:v0.20.0"),
        **_operand("gfd", "nvcr.io/nvidia/k8s-device-plugin:v0.20.0"),
        **_operand("dcgmExporter", "nvcr.io/nvidia/k8s/dcgm-exporter:4.6.0-4.8.3-distroless"),
        **_operand("migManager", "nvcr.io/nvidia/cloud-native/k8s-mig-manager:v0.15.0"),
        "node-feature-discovery.image.tag": Pin("registry.k8s.io/nfd/node-feature-discovery:v0.19.0", "tag"),
    },
    source="NVIDIA/gpu-operator v26.7.0. The driver's tag gets the node's system: `595.91.07-ubuntu24.04`.",
)

_EFA: Final = Software(
    name="aws-efa-k8s-device-plugin",
    repository="https://aws.github.io/eks-charts",
    chart="aws-efa-k8s-device-plugin",
    version="v0.5.30",
    app_version="v0.5.20",
    namespace="kube-system",
    images=("602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/aws-efa-k8s-device-plugin:v0.5.20",),
    replaces=("aws-dranet",),
    mirrored={
        "image.repository": (
            f"{MIRROR}/602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/aws-efa-k8s-device-plugin"
        ),
        "image.tag": "v0.5.20",
    },
    pinned={
        "image.tag": Pin(
            "602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/aws-efa-k8s-device-plugin:v0.5.20", "tag"
        )
    },
    source="aws/eks-charts, as of 2026-08",
)

_DRA: Final = Software(
    name="dra-driver-nvidia-gpu",
    repository="oci://registry.k8s.io/dra-driver-nvidia/charts",
    chart="dra-driver-nvidia-gpu",
    version="0.4.1",
    app_version="0.4.1",
    namespace="kube-system",
    images=("registry.k8s.io/dra-driver-nvidia/dra-driver-nvidia-gpu:v0.4.1",),
    needs=("gpu-operator",),
    replaces=("nvidia-dra-driver-gpu",),
    mirrored={
        "image.repository": f"{MIRROR}/registry.k8s.io/dra-driver-nvidia/dra-driver-nvidia-gpu",
        "image.tag": "v0.4.1",
    },
    pinned={"image.tag": Pin("registry.k8s.io/dra-driver-nvidia/dra-driver-nvidia-gpu:v0.4.1", "tag")},
    source=(
        "kubernetes-sigs/dra-driver-nvidia-gpu v0.4.1. Its kinds, for compute domains, come with the GPU "
        "operator as well; nothing here uses them."
    ),
)

_NEURON: Final = Software(
    name="neuron-device-plugin",
    repository="oci://public.ecr.aws/neuron",
    chart="neuron-helm-chart",
    version="1.9.0",
    app_version="1.9.0",
    namespace="kube-system",
    images=("public.ecr.aws/neuron/neuron-device-plugin:2.31.0.0",),
    replaces=("neuron-dra-driver",),
    mirrored={
        "devicePlugin.image.repository": f"{MIRROR}/public.ecr.aws/neuron/neuron-device-plugin",
        "devicePlugin.image.tag": "2.31.0.0",
    },
    pinned={
        "devicePlugin.image.tag": Pin("public.ecr.aws/neuron/neuron-device-plugin:2.31.0.0", "tag"),
    },
    source=(
        "aws-neuron/neuron-helm-charts 1.9.0, of Neuron SDK 2.31.0. Its scheduler, problem detector, DRA "
        "driver and operator for UltraServers are off, and so are their images and kinds."
    ),
)

_KARPENTER_CRD: Final = Software(
    name="karpenter-crd",
    repository="oci://public.ecr.aws/karpenter",
    chart="karpenter-crd",
    version="1.14.1",
    app_version="1.14.1",
    namespace="kube-system",
    images=(),
    kinds=(
        "karpenter.k8s.aws/EC2NodeClass",
        "karpenter.sh/NodeClaim",
        "karpenter.sh/NodeOverlay",
        "karpenter.sh/NodePool",
        "autoscaling.x-k8s.io/CapacityBuffer",
    ),
    mirrored={},
    source="aws/karpenter-provider-aws v1.14.1",
)

_KARPENTER: Final = Software(
    name="karpenter",
    repository="oci://public.ecr.aws/karpenter",
    chart="karpenter",
    version="1.14.1",
    app_version="1.14.1",
    namespace="kube-system",
    images=("public.ecr.aws/karpenter/controller:1.14.1",),
    needs=("karpenter-crd",),
    replaces=("cluster-autoscaler",),
    mirrored={
        "controller.image.repository": f"{MIRROR}/public.ecr.aws/karpenter/controller",
        "controller.image.tag": "1.14.1",
    },
    pinned={"controller.image.digest": Pin("public.ecr.aws/karpenter/controller:1.14.1", "digest")},
    source="aws/karpenter-provider-aws v1.14.1, whose own chart is one release behind what is published",
)

NODE_SOFTWARE: Final = (_GPU_OPERATOR, _DRA, _NEURON, _EFA, _KARPENTER_CRD, _KARPENTER)
"""Each after what it needs."""
