"""By what the servers of a model claim GPUs: Kubernetes' dynamic resource allocation.

Sources: Kubernetes documentation, "Dynamic Resource Allocation" (`resource.k8s.io/v1`); Kueue 0.19
documentation, "Dynamic Resource Allocation": it counts claims whose template asks for an exact number, and no
others.
"""

from __future__ import annotations

import pulumi
import pulumi_kubernetes as kubernetes

from components.model_pod import Gpus, claim_template


def claims_of(
    name: str, namespace: str, model: str, gpus: Gpus | None, parent: pulumi.Resource
) -> list[pulumi.Resource]:
    """The template from which Kubernetes makes a claim for each server; none where no GPUs are claimed."""
    if gpus is None or not gpus.claimed:
        return []
    template = kubernetes.resource.v1.ResourceClaimTemplate(
        f"{name}-gpus-{gpus.count}",
        metadata={"name": claim_template(model, gpus), "namespace": namespace},
        spec={
            "spec": {
                "devices": {
                    "requests": [
                        {
                            "name": "gpus",
                            "exactly": {
                                "device_class_name": gpus.resource,
                                "allocation_mode": "ExactCount",
                                "count": gpus.count,
                            },
                        }
                    ]
                }
            }
        },
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return [template]
