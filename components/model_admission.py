"""What keeps model servers out whose artifact is not signed: Kubernetes itself refuses them.

Source: Kubernetes documentation, "Validating Admission Policy"; the expressions are CEL, which the API server
evaluates against a list of ours, so that no image has to run for it, and no signature has to be fetched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.model_artifact import FETCHES, PROGRAMS, VOLUME
from components.model_server import DIGEST, KSERVE, MODEL, VERSION
from components.network_policies import deny_by_default
from components.team_namespace import TEAM_LABEL

NAMESPACE: Final = "signed-models"
"""Where the list is: a namespace of no team."""

LIST: Final = "digests"
_NAME: Final = "signed-models-only"
_IMAGE: Final = "image"


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
    nothing. KServe's services are looked at when their specification changes, pods when they are made. Who
    may write to the list may let models in; no team may.
    """

    def __init__(
        self, name: str, args: ModelAdmissionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("provisioner:kubernetes:ModelAdmission", name, {"origin": args.origin}, opts)
        listed = self._list(name, args)
        for each in (_SERVICES, _pods(sorted({each.model for each in args.signed}))):
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
                _IMAGE: args.image,
            },
            opts=within,
        )

    def _policy(self, name: str, of: _Guarded, listed: pulumi.Resource) -> None:
        policy = kubernetes.admissionregistration.v1.ValidatingAdmissionPolicy(
            f"{name}-{of.resource}",
            metadata={"name": f"{_NAME}-{of.resource}"},
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
                    for condition, message in _CONDITIONS.items()
                ],
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[listed]),
        )
        kubernetes.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
            f"{name}-{of.resource}",
            metadata={"name": f"{_NAME}-{of.resource}"},
            spec={
                "policy_name": f"{_NAME}-{of.resource}",
                # Without the list nobody is let in.
                "param_ref": {"name": LIST, "namespace": NAMESPACE, "parameter_not_found_action": "Deny"},
                "validation_actions": ["Deny"],
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )


def key_of(digest: str) -> str:
    """How a digest is listed: names in a ConfigMap have no colon."""
    return digest.replace(":", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Guarded:
    """A kind of objects that serve models."""

    group: str
    version: str
    resource: str
    operations: Sequence[str]
    looked_at: str
    """Whether one is looked at."""
    served: str
    """What of it says what is served: labels, annotations, initContainers, volumes."""


_SERVICES: Final = _Guarded(
    group=KSERVE,
    version="v1beta1",
    resource="inferenceservices",
    operations=("CREATE", "UPDATE"),
    # KServe itself writes to the rest, also while one is deleted that is in no list any more.
    looked_at="oldObject == null || object.spec != oldObject.spec",
    served="[object.spec.predictor] + object.spec.?canary.orValue([]).map(c, c.predictor)",
)


def _pods(models: Sequence[str]) -> _Guarded:
    """Those that KServe makes, and all that run as the servers of a model, and so may open it."""
    accounts = ", ".join(f"'{model}'" for model in models)
    return _Guarded(
        group="",
        version="v1",
        resource="pods",
        operations=("CREATE",),
        looked_at=(
            f"object.metadata.?labels[?'{KSERVE}/inferenceservice'].hasValue() || "
            f"object.spec.?serviceAccountName.orValue('') in [{accounts}]"
        ),
        served=(
            "[{'labels': dyn(object.metadata.?labels.orValue({})), "
            "'annotations': dyn(object.metadata.?annotations.orValue({})), "
            "'initContainers': dyn(object.spec.?initContainers.orValue([])), "
            "'volumes': dyn(object.spec.?volumes.orValue([]))}]"
        ),
    )


_DIGEST: Final = f"m.?annotations[?'{DIGEST}'].orValue('')"
_CALLED: Final = f"m.?labels[?'{MODEL}'].orValue('?') + '/' + m.?labels[?'{VERSION}'].orValue('?')"
_PROGRAMS: Final = ", ".join(f"params.data['{each}']" for each in PROGRAMS)
_FETCHED: Final = (
    f"m.?initContainers.orValue([]).exists(c, c.name == '{FETCHES}' && "
    f"c.?image.orValue('') == params.data['{_IMAGE}'] && "
    "size(c.?command.orValue([])) == 3 && c.command[0] == 'python3' && c.command[1] == '-c' && "
    f"c.command[2] in [{_PROGRAMS}] && size(c.?args.orValue([])) >= 3 && c.args[2] == {_DIGEST})"
)
_MOUNTED: Final = (
    f"m.?volumes.orValue([]).exists(v, v.name == '{VOLUME}' && "
    f"v.?image.?reference.orValue('').endsWith('@' + {_DIGEST}))"
)

_CONDITIONS: Final[Mapping[str, str]] = {
    f"params.data[?{_DIGEST}.replace(':', '-')].orValue('') == {_CALLED}": (
        "the model's digest, as this version, was not found among those with a signature that holds"
    ),
    f"{_MOUNTED} || {_FETCHED}": (
        "what fetches the model was not found to be the environment's own program, told the model's digest"
    ),
}
"""What must hold of each version that is served, and what is said where it does not.

An API server may take a moment to see a new list. That something `was not found` is what our driver takes for
a reason to ask again, and in a plan, to wait for what the apply is about to change.
"""
