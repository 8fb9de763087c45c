"""The servers of one model: KServe's service, what it runs as, and what keeps it reachable and apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.model_artifact import Artifact
from components.model_claims import claims_of
from components.model_network import ModelTraffic, egress, ingress
from components.model_pod import (
    CONTAINER,
    LOADING_S,
    ModelMachine,
    ModelRuntime,
    pod,
    runtime_container,
    server,
)

if TYPE_CHECKING:
    from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

KSERVE: Final = "serving.kserve.io"
_MACHINE_S: Final = 900
"""How long a machine with GPUs may take to come."""

MODEL: Final = "provisioner/model"
VERSION: Final = "provisioner/model-version"
DIGEST: Final = "provisioner/model-digest"
"""By which pods say what they serve: two labels and an annotation."""

CANDIDATE: Final = "candidate"
"""What the predictor that is tried is called, whatever its version is: so addresses stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelIdentity:
    """Which model it is, and whose."""

    model: str
    namespace: str
    """Of its team."""
    owner: str
    licence: str
    labels: Mapping[str, str]
    """Further labels of its pods, such as that of the queue they go through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One version of the model."""

    version: int
    digest: str
    artifact: Artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A version that is tried beside the stable one."""

    release: Release
    weight: int
    """Percent of the requests."""
    replicas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ByUse:
    """Servers come and go by the percentage of what they asked for."""

    metric: str
    target: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ByQuery:
    """Servers come and go by a number that Prometheus knows."""

    prometheus: str
    query: str
    target: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScale:
    """How few and how many servers there are; `by` is None where their number does not move."""

    least: int
    most: int
    by: ByUse | ByQuery | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelServerArgs:
    """Plain fields are decisions, known at plan time; the address of an artifact may be wiring."""

    origin: str
    identity: ModelIdentity
    runtime: ModelRuntime
    machine: ModelMachine
    scale: ModelScale
    stable: Release
    tried: Tried | None
    traffic: ModelTraffic


class ModelServer(pulumi.ComponentResource):
    """An InferenceService with a runtime of its own, an account without a token, a budget, a network policy.

    KServe deploys it in its Standard mode. The model's artifact is fetched by our own container rather than
    KServe's, which checks no digest. The container of the server is in two parts, as KServe has it: what all
    versions have in common is the runtime, and all else the service. KServe 0.20.0 makes the servers of a
    candidate and splits no requests: `ModelRoute` does. A new version is a rolling update of the same
    Deployment, so that its address stays.
    """

    service: pulumi.Resource

    def __init__(self, name: str, args: ModelServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("provisioner:kubernetes:ModelServer", name, {"origin": args.origin}, opts)
        account = self._account(name, args)
        runtime = self._runtime(name, args)
        policy = self._policy(name, args)
        claims = claims_of(name, args.identity.namespace, args.identity.model, args.machine.gpus, self)
        self.service = self._service(name, args, [account, runtime, policy, *claims])
        self._budget(name, args)
        self.register_outputs({})

    def _account(self, name: str, args: ModelServerArgs) -> kubernetes.core.v1.ServiceAccount:
        return kubernetes.core.v1.ServiceAccount(
            name,
            metadata=_metadata(args),
            automount_service_account_token=False,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _runtime(self, name: str, args: ModelServerArgs) -> pulumi.Resource:
        # One for each model: a new image is tried with one of them first.
        return kubernetes.apiextensions.CustomResource(
            f"{name}-runtime",
            api_version=f"{KSERVE}/v1alpha1",
            kind="ServingRuntime",
            metadata=_metadata(args),
            spec={
                "supportedModelFormats": [{"name": args.runtime.model_format, "autoSelect": False}],
                "protocolVersions": list(args.runtime.protocols),
                "containers": [runtime_container(args.runtime)],
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _policy(self, name: str, args: ModelServerArgs) -> pulumi.Resource:
        return kubernetes.networking.v1.NetworkPolicy(
            name,
            metadata=_metadata(args),
            spec={
                "pod_selector": {"match_labels": {f"{KSERVE}/inferenceservice": args.identity.model}},
                "policy_types": ["Ingress", "Egress"],
                "ingress": ingress(args.traffic, args.runtime.metrics_port),
                "egress": [egress(each) for each in args.traffic.egress],
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _service(self, name: str, args: ModelServerArgs, needs: Sequence[pulumi.Resource]) -> pulumi.Resource:
        identity = args.identity
        return kubernetes.apiextensions.CustomResource(
            name,
            api_version=f"{KSERVE}/v1beta1",
            kind="InferenceService",
            metadata={
                **_metadata(args),
                # Without a route of KServe's own: `ModelRoute` is the only way in.
                "labels": {**identity.labels, "networking.kserve.io/visibility": "cluster-local"},
                "annotations": {
                    f"{KSERVE}/deploymentMode": "Standard",
                    f"{KSERVE}/autoscalerClass": _scaled_by(args.scale),
                    # An apply ends when the model answers; first a machine may have to be found for it.
                    "pulumi.com/waitFor": "condition=Ready",
                    "pulumi.com/timeoutSeconds": str(LOADING_S + _MACHINE_S),
                },
            },
            spec={
                "predictor": {
                    **_predictor(args, args.stable),
                    "minReplicas": args.scale.least,
                    "maxReplicas": args.scale.most,
                    **_metric(args.scale),
                    "deploymentStrategy": _exchange(args),
                },
                **({"canary": [_canary(args, args.tried)]} if args.tried else {}),
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(needs)),
        )

    def _budget(self, name: str, args: ModelServerArgs) -> None:
        kubernetes.policy.v1.PodDisruptionBudget(
            name,
            metadata=_metadata(args),
            spec={
                "max_unavailable": 1,
                # As KServe labels the pods of a Deployment in its Standard mode.
                "selector": {"match_labels": {"app": f"isvc.{stable_service(args.identity.model)}"}},
            },
            opts=pulumi.ResourceOptions(parent=self),
        )


def stable_service(model: str) -> str:
    """The Service of the stable version, as KServe names it."""
    return f"{model}-predictor"


def tried_service(model: str) -> str:
    """The Service of the version that is tried, as KServe names it."""
    return f"{model}-{CANDIDATE}-predictor"


def _metadata(args: ModelServerArgs) -> ObjectMetaArgsDict:
    return {"name": args.identity.model, "namespace": args.identity.namespace}


def _predictor(args: ModelServerArgs, release: Release) -> Mapping[str, Any]:
    """What both versions have in common, with the artifact of one."""
    identity = args.identity
    return {
        "labels": {
            MODEL: identity.model,
            VERSION: str(release.version),
            "provisioner/model-licence": identity.licence,
        },
        "annotations": {
            DIGEST: release.digest,
            "provisioner/model-owner": identity.owner,
            **_metrics(args.runtime.metrics_port),
        },
        **pod(args.runtime, args.machine, release.artifact, identity.model),
        "topologySpreadConstraints": [_apart(identity.model)],
        "model": {
            "modelFormat": {"name": args.runtime.model_format},
            "runtime": identity.model,
            **server(args.runtime, args.machine, release.artifact),
        },
    }


def _metrics(number: int | None) -> Mapping[str, str]:
    """How Prometheus finds them."""
    if number is None:
        return {}
    scraped = "prometheus.io"
    return {f"{scraped}/scrape": "true", f"{scraped}/port": str(number), f"{scraped}/path": "/metrics"}


def _apart(model: str) -> Mapping[str, Any]:
    # A machine that fails takes as few of them as can be; where there is one machine only, they share it.
    return {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {MODEL: model}},
    }


def _canary(args: ModelServerArgs, tried: Tried) -> Mapping[str, Any]:
    predictor = _predictor(args, tried.release)
    return {
        "trafficPercent": tried.weight,
        "predictor": {
            **predictor,
            "name": CANDIDATE,
            "minReplicas": tried.replicas,
            # Here the schema asks for the container's name, which KServe itself sets in the stable predictor.
            "model": {"name": CONTAINER, **predictor["model"]},
        },
    }


def _exchange(args: ModelServerArgs) -> Mapping[str, Any]:
    """How a new version takes the place of the old one."""
    # With GPUs there may be none to spare for one more; a lone server is never taken away first.
    one_less = args.machine.gpus is not None and args.scale.least > 1
    rolling = {"maxSurge": 0, "maxUnavailable": 1} if one_less else {"maxSurge": 1, "maxUnavailable": 0}
    return {"type": "RollingUpdate", "rollingUpdate": rolling}


def _scaled_by(scale: ModelScale) -> str:
    match scale.by:
        case None:
            return "none"
        case ByUse():
            return "hpa"
        case ByQuery():
            return "keda"


def _metric(scale: ModelScale) -> Mapping[str, Any]:
    match scale.by:
        case None:
            return {}
        case ByUse(metric=metric, target=target):
            return {"scaleMetric": metric, "scaleTarget": target}
        case ByQuery(prometheus=address, query=query, target=target):
            external = {
                "metric": {"backend": "prometheus", "serverAddress": address, "query": query},
                "target": {"type": "Value", "value": str(target)},
            }
            return {"autoScaling": {"metrics": [{"type": "External", "external": external}]}}
