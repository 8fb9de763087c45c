"""What keeps GPUs for pods that waited for them: Kubernetes itself refuses the others.

Source: Kubernetes documentation, "Validating Admission Policy"; the expressions are CEL, which the API server
evaluates, so that no image has to run for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.gpu_quota import QUEUE, QUEUE_LABEL
from components.team_namespace import TEAM_LABEL

_NAME: Final = "gpus-through-a-queue"

_GATE: Final = "kueue.x-k8s.io/admission"
"""What holds a pod back until Kueue has a place for it (Kueue 0.19, scheduling gate of plain pods)."""

_KUEUE: Final = "system:serviceaccount:kueue-system:kueue-controller-manager"
"""Who alone takes the gate away: the service account that Kueue's chart makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuAdmissionArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    prefixes: Sequence[str]
    """How the names begin of what is a GPU: `nvidia.com/`."""


class GpuAdmission(pulumi.ComponentResource):
    """In namespaces of teams, a pod with GPUs is made only for its queue, and only Kueue lets it start."""

    def __init__(self, name: str, args: GpuAdmissionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("provisioner:kubernetes:GpuAdmission", name, {"origin": args.origin}, opts)
        policy = kubernetes.admissionregistration.v1.ValidatingAdmissionPolicy(
            name,
            metadata={"name": _NAME},
            spec={
                "failure_policy": "Fail",
                "match_constraints": {
                    "namespace_selector": {"match_expressions": [{"key": TEAM_LABEL, "operator": "Exists"}]},
                    "resource_rules": [
                        {
                            "api_groups": [""],
                            "api_versions": ["v1"],
                            "operations": ["CREATE", "UPDATE"],
                            "resources": ["pods"],
                        }
                    ],
                },
                "variables": [
                    {"name": variable, "expression": expression}
                    for variable, expression in _variables(args.prefixes).items()
                ],
                "validations": [
                    {"expression": expression, "message": message, "reason": "Forbidden"}
                    for expression, message in _VALIDATIONS.items()
                ],
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        kubernetes.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
            name,
            metadata={"name": _NAME},
            spec={"policy_name": _NAME, "validation_actions": ["Deny"]},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.register_outputs({})


def _variables(prefixes: Sequence[str]) -> Mapping[str, str]:
    """Expressions by name; a later one may use those before it."""
    is_gpu = " || ".join(f"r.startsWith('{prefix}')" for prefix in prefixes)
    asks = " || ".join(
        f"c.?resources.?{kind}.orValue({{}}).exists(r, {is_gpu})" for kind in ("limits", "requests")
    )
    gate = f"s, s.name == '{_GATE}'"
    return {
        "containers": "object.spec.containers + object.spec.?initContainers.orValue([])",
        # By resources, or by claims of dynamic allocation.
        "asks": f"variables.containers.exists(c, {asks}) || has(object.spec.resourceClaims)",
        "queue": f"object.metadata.?labels[?'{QUEUE_LABEL}'].orValue('')",
        "released": (
            f"oldObject != null && oldObject.spec.?schedulingGates.orValue([]).exists({gate}) && "
            f"!object.spec.?schedulingGates.orValue([]).exists({gate})"
        ),
    }


_VALIDATIONS: Final[Mapping[str, str]] = {
    f"request.operation != 'CREATE' || !variables.asks || variables.queue == '{QUEUE}'": (
        f"a pod with GPUs waits in its team's queue: give the pod the label {QUEUE_LABEL}={QUEUE}"
    ),
    f"!variables.released || request.userInfo.username == '{_KUEUE}'": (
        "a pod leaves its queue when Kueue has a place for it, and nobody else lets it go"
    ),
}
"""What must hold, and what is said where it does not."""
