"""What keeps model servers out whose artifact is not signed: Kubernetes itself refuses them.

Source: Kubernetes documentation, "Validating Admission Policy"; the expressions are CEL, which the API server
evaluates against a list of ours, so that no image has to run for it, and no signature has to be fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.model_artifact import PROGRAMS
from components.network_policies import deny_by_default
from components.signed_model_rules import IMAGE, SERVICES, Guarded, debugging, pods
from components.team_namespace import TEAM_LABEL

NAMESPACE: Final = "signed-models"
"""Where the list is: a namespace of no team."""

LIST: Final = "digests"
_NAME: Final = "signed-models-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedModel:
    """A version of a model whose signature was verified."""

    model: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAdmissionArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    signed: Sequence[SignedModel]
    image: str
    """What fetches models."""


class ModelAdmission(pulumi.ComponentResource):
    """In namespaces of teams, a model is served only if its digest is in the list, as that very version.

    What fetches it has to be our program in our image, told that digest, or the kubelet: a label alone says
    nothing. KServe's services and pods are looked at when they are made and when what counts of them changes,
    and so are containers that are put into a pod for debugging; `signed_model_rules.py` says what must hold,
    and why. Who may write to the list may let models in; no team may.
    """

    def __init__(
        self, name: str, args: ModelAdmissionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("provisioner:kubernetes:ModelAdmission", name, {"origin": args.origin}, opts)
        listed = self._list(name, args)
        models = sorted({each.model for each in args.signed})
        for each in (SERVICES, pods(models), debugging(models)):
            self._policy(name, each, listed)
        self.register_outputs({})

    def _list(self, name: str, args: ModelAdmissionArgs) -> pulumi.Resource:
        space = kubernetes.core.v1.Namespace(
            name,
            metadata={"name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
            opts=pulumi.ResourceOptions(parent=self),
        )
        within = pulumi.ResourceOptions(parent=self, depends_on=[space])
        deny_by_default(name, NAMESPACE, within)
        return kubernetes.core.v1.ConfigMap(
            name,
            metadata={"name": LIST, "namespace": NAMESPACE},
            data={
                **{key_of(each.digest): f"{each.model}/{each.version}" for each in args.signed},
                **{each: Path(__file__).with_name(each).read_text() for each in PROGRAMS},
                IMAGE: args.image,
            },
            opts=within,
        )

    def _policy(self, name: str, of: Guarded, listed: pulumi.Resource) -> None:
        policy = kubernetes.admissionregistration.v1.ValidatingAdmissionPolicy(
            f"{name}-{of.called}",
            metadata={"name": f"{_NAME}-{of.called}"},
            spec={
                "failure_policy": "Fail",
                "param_kind": {"api_version": "v1", "kind": "ConfigMap"},
                "match_constraints": {
                    "namespace_selector": {"match_expressions": [{"key": TEAM_LABEL, "operator": "Exists"}]},
                    "resource_rules": [
                        {
                            "api_groups": [of.group],
                            "api_versions": [of.version],
                            "operations": list(of.operations),
                            "resources": [of.resource],
                        }
                    ],
                },
                "match_conditions": [{"name": "is-new-or-changed", "expression": of.looked_at}],
                "variables": [{"name": "served", "expression": of.served}],
                "validations": [
                    {
                        "expression": f"variables.served.all(m, {condition})",
                        "message": message,
                        "reason": "Forbidden",
                    }
                    for condition, message in of.conditions.items()
                ],
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[listed]),
        )
        kubernetes.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
            f"{name}-{of.called}",
            metadata={"name": f"{_NAME}-{of.called}"},
            spec={
                "policy_name": f"{_NAME}-{of.called}",
                # Without the list nobody is let in.
                "param_ref": {"name": LIST, "namespace": NAMESPACE, "parameter_not_found_action": "Deny"},
                "validation_actions": ["Deny"],
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )


def key_of(digest: str) -> str:
    """How a digest is listed: names in a ConfigMap have no colon."""
    return digest.replace(":", "-")
