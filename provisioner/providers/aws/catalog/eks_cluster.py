"""Elastic Kubernetes Service: the control plane.

`special/cluster.py` has the changes that take several calls. The limits of time are those of Terraform's
provider.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from provisioner.plan.values import Properties
from provisioner.providers.aws.catalog.eks_spelling import (
    BUSY,
    CLUSTER_NETWORK,
    ENCRYPTION,
    ISSUES,
    LOGGING,
    NETWORK_CHOSEN,
    eks_tags,
    seen_done,
)
from provisioner.providers.aws.codecs import structure
from provisioner.providers.aws.spec import (
    ID,
    LOCAL,
    REPLACE,
    ByInputs,
    Codec,
    Each,
    Field,
    Name,
    Op,
    Output,
    Prop,
    ResourceSpec,
    Text,
    Wait,
)
from provisioner.providers.interface import Problem

_THIS = {"name": ID}
_UPDATE = Each(Op("update_cluster_config", _THIS, again=BUSY, then=seen_done()))
"""EKS takes one kind of change a call."""
_UNKNOWN_YET = (
    "InvalidParameterException: does not exist",
    "InvalidParameterException: Error in role params",
    "InvalidParameterException: Role could not be assumed because the trusted entity is not correct",
    "InvalidParameterException: doesn't have the Amazon EKS Managed Policies associated",
    "InvalidParameterException: IAM role's policy must include",
)
"""What EKS says of a role that was made a moment ago; as in Terraform's provider."""
_BOOTSTRAP = "bootstrapClusterCreatorAdminPermissions"
_EGRESS = "controlPlaneEgressMode"

_AUTO_MODE = "nodes are the platform's own, by node groups or Karpenter; EKS Auto Mode is not supported"
_TUNED = "the control plane runs with AWS's own settings"

_ACCESS = Codec(
    encode=lambda config: {name: value for name, value in config.items() if value is not None},
    decode=dict,
    canonical=lambda config: {name: value for name, value in config.items() if value is not None},
)


def _member(config: Properties | None, name: str, *, born: Any) -> Any:
    return config.get(name, born) if config else born


def _access_is_new(old: Any, new: Any) -> bool:
    """Whether the choice is another one who is the first administrator: whoever makes the cluster, or nobody.

    AWS never tells. A cluster that was imported is not replaced for what nobody knows of it.
    """
    before = _member(old, _BOOTSTRAP, born=None)
    return before is not None and before != _member(new, _BOOTSTRAP, born=True)


def _encryption_is_new(old: Any, new: Any) -> bool:  # noqa: ARG001 - the signature of `Field.replaces`
    """What is encrypted stays so, with its key."""
    return old is not None


def _network_is_new(old: Any, new: Any) -> bool:
    """A control plane whose traffic takes the customer's routes does not go back to AWS's."""
    ours = "AWS_MANAGED"
    return _member(old, _EGRESS, born=ours) != ours and _member(new, _EGRESS, born=ours) == ours


def _problems(inputs: Properties) -> Iterator[Problem]:
    network: Any = inputs.get("kubernetesNetworkConfig")
    if isinstance(network, dict) and cast("Properties", network).get("elasticLoadBalancing"):
        yield Problem(
            "kubernetesNetworkConfig", f"`elasticLoadBalancing` is not supported here: {_AUTO_MODE}"
        )


CLUSTER = ResourceSpec(
    type="aws:eks/cluster:Cluster",
    service="eks",
    id=Text("{name}"),
    create=Op("create_cluster", answer="cluster", again=_UNKNOWN_YET),
    read=Op("describe_cluster", _THIS, answer="cluster"),
    delete=Op("delete_cluster", _THIS, again=BUSY),
    absent=("ResourceNotFoundException",),
    lost=("FAILED",),
    vanishes_within=900,
    ready=Wait(until="status == 'ACTIVE'", failed=f"status == 'FAILED' && {ISSUES}", seconds=1800),
    find=ByInputs(),
    fields=(
        Field("name", "name", REPLACE),
        Field("roleArn", "roleArn", REPLACE, required=True),
        Field(
            "version",
            "version",
            Op(
                "update_cluster_version",
                {**_THIS, "force": Prop("forceUpdateVersion")},
                again=BUSY,
                then=seen_done(),
            ),
            computed=True,
        ),
        Field(
            "accessConfig",
            "accessConfig",
            _UPDATE,
            _ACCESS,
            computed=True,
            chosen=("authenticationMode",),
            untold=(_BOOTSTRAP,),
            replaces=_access_is_new,
        ),
        Field(
            "encryptionConfig",
            "encryptionConfig",
            Op("associate_encryption_config", {"clusterName": ID}, again=BUSY, then=seen_done()),
            ENCRYPTION,
            replaces=_encryption_is_new,
        ),
        Field("enabledClusterLogTypes", "logging", _UPDATE, LOGGING, reset=LOGGING.encode([])),
        Field(
            "upgradePolicy",
            "upgradePolicy",
            _UPDATE,
            structure({"supportType": "supportType"}),
            computed=True,
        ),
        Field(
            "vpcConfig",
            "resourcesVpcConfig",
            _UPDATE,
            CLUSTER_NETWORK,
            required=True,
            chosen=NETWORK_CHOSEN,
            replaces=_network_is_new,
        ),
        Field(
            "zonalShiftConfig",
            "zonalShiftConfig",
            _UPDATE,
            structure({"enabled": "enabled"}),
            reset={"enabled": False},
        ),
        Field("deletionProtection", "deletionProtection", _UPDATE, computed=True),
        Field(
            "kubernetesNetworkConfig",
            "kubernetesNetworkConfig",
            REPLACE,
            computed=True,
            chosen=("elasticLoadBalancing", "ipFamily", "serviceIpv4Cidr", "serviceIpv6Cidr"),
        ),
        Field(
            "bootstrapSelfManagedAddons",
            "bootstrapSelfManagedAddons",
            REPLACE,
            read=None,
            default=True,
        ),
        Field("forceUpdateVersion", "", LOCAL),
    ),
    tags=eks_tags(),
    name=Name("name", 100),
    outputs={
        "arn": "arn",
        "certificateAuthority": "{data: certificateAuthority.data}",
        # Terraform's provider tells it for clusters on Outposts only.
        "clusterId": "outpostConfig && id || ''",
        "createdAt": "createdAt",
        "endpoint": "endpoint",
        "identities": "[{oidcs: [{issuer: identity.oidc.issuer}]}]",
        "platformVersion": Output("platformVersion", changes_with=("version",)),
        "status": "status",
        "computeConfig": (
            "{enabled: computeConfig.enabled || `false`, nodePools: computeConfig.nodePools || `[]`,"
            " nodeRoleArn: computeConfig.nodeRoleArn || ''}"
        ),
        "storageConfig": "{blockStorage: {enabled: storageConfig.blockStorage.enabled || `false`}}",
        "controlPlaneScalingConfig": "{tier: controlPlaneScalingConfig.tier || 'standard'}",
        "kubeApiServerConfig": "kubeApiServerConfig || `{}`",
        "kubeControllerManagerConfig": "kubeControllerManagerConfig || `{}`",
        "kubeSchedulerConfig": "kubeSchedulerConfig || `{}`",
    },
    unsupported={
        "computeConfig": _AUTO_MODE,
        "storageConfig": _AUTO_MODE,
        "controlPlaneScalingConfig": _TUNED,
        "kubeApiServerConfig": _TUNED,
        "kubeControllerManagerConfig": _TUNED,
        "kubeSchedulerConfig": _TUNED,
        "defaultAddonsToRemoves": "write `bootstrapSelfManagedAddons: false`, and one aws.eks.Addon for each",
        "outpostConfig": "AWS Outposts are not supported",
        "remoteNetworkConfig": "nodes outside of AWS are not supported",
    },
    problems=_problems,
)

SPECS = (CLUSTER,)
