"""Software that serves models: certificates, gateways, and KServe."""

from __future__ import annotations

from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from environments.model import Environment
from environments.needed_software import certifies, scales_by_queue, serves
from environments.software_book import BOOK
from stacks.cluster_stack import ClusterStack
from stacks.platform.charts import Charts

GATEWAY_CLASS: Final = "envoy"
"""What gateways are made by."""

_CONTROLLER: Final = "gateway.envoyproxy.io/gatewayclass-controller"


def serving_software(stack: ClusterStack, charts: Charts) -> None:
    """What models need before they can be served, where there are models; and what makes certificates."""
    if certifies(stack.environment) or serves(stack.environment):
        origin = "models" if serves(stack.environment) else "encryption.vault.pki"
        charts.chart("cert-manager", BOOK["cert-manager"].with_kinds, origin)
    if not serves(stack.environment):
        return
    gateway = charts.chart("envoy-gateway", {}, "models")
    kubernetes.apiextensions.CustomResource(
        stack.named("gateway-class"),
        api_version="gateway.networking.k8s.io/v1",
        kind="GatewayClass",
        metadata={"name": GATEWAY_CLASS},
        spec={"controllerName": _CONTROLLER},
        opts=pulumi.ResourceOptions.merge(stack.opts_of_kinds, pulumi.ResourceOptions(depends_on=[gateway])),
    )
    if scales_by_queue(stack.environment):
        charts.chart("keda", {}, "models")
    charts.chart("kserve-crd", {}, "models")
    charts.chart("kserve", _kserve_values(stack.environment), "models")


def _kserve_values(env: Environment) -> dict[str, Any]:
    """Deployments of Kubernetes itself, without Knative and Istio.

    The way to the models is the layer `serving`'s: of KServe's own routes none knows weights.
    """
    gateway: dict[str, Any] = {"disableIstioVirtualHost": True, "disableIngressCreation": True}
    if env.gateway:
        gateway |= {"domain": env.gateway.host, "urlScheme": "https"}
    return {
        "kserve": {
            "controller": {
                "deploymentMode": "Standard",
                "imagePullPolicy": "IfNotPresent",
                "gateway": gateway,
                # What the chart gives is too little for a cluster with many models.
                "resources": {
                    "requests": {"cpu": "100m", "memory": "512Mi"},
                    "limits": {"cpu": "1", "memory": "1Gi"},
                },
            },
            # It fetches models of many gigabytes.
            "storage": {"resources": {"limits": {"cpu": "2", "memory": "8Gi"}}},
        }
    }
