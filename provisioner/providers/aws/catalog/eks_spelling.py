"""How EKS spells what only EKS has: kinds of logs, a control plane's network; and when a change is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from provisioner.plan.values import Properties, has_unknown
from provisioner.providers.aws.codecs import TAG_MAP
from provisioner.providers.aws.spec import ID, Codec, Found, Op, Prop, Tags, Wait

UPDATED_WITHIN: Final = 3600
"""Seconds. Terraform's provider gives an update of a cluster or a node group an hour as well."""

BUSY: Final = ("ResourceInUseException: in progress",)
"""EKS makes one change of an object at a time; one that an interrupted run has begun is let finish."""

LOG_TYPES: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
"""docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html"""

_FAILED = (
    "contains(['Failed', 'Cancelled'], status)"
    " && (join('; ', errors[].join(': ', [errorCode || '', errorMessage || ''])) || status)"
)
ISSUES: Final = "(join('; ', health.issues[].join(': ', [code || '', message || ''])) || status)"
"""What EKS says is wrong with an object."""


def seen_done(within: int = UPDATED_WITHIN, **about: Any) -> tuple[Op, Wait]:
    """How a change is followed that EKS has accepted; `about` names a node group or an add-on."""
    send = {"name": ID, "updateId": Found("update.id"), **about}
    ask = Op("describe_update", send, answer="update")
    return ask, Wait(until="status == 'Successful'", failed=_FAILED, seconds=within)


def eks_tags(arn: str = "arn") -> Tags:
    """How EKS spells the tags of everything it has; `arn` is the property with the ARN of the object."""
    return Tags(
        read="tags",
        codec=TAG_MAP,
        add=Op("tag_resource", {"resourceArn": Prop(arn)}),
        add_as="tags",
        remove=Op("untag_resource", {"resourceArn": Prop(arn)}),
        remove_as="tagKeys",
        create_as="tags",
    )


def _logging(types: list[str]) -> dict[str, Any]:
    off = [kind for kind in LOG_TYPES if kind not in types]
    setups = ({"types": list(types), "enabled": True}, {"types": off, "enabled": False})
    return {"clusterLogging": [setup for setup in setups if setup["types"]]}


def _enabled(logging: Mapping[str, Any]) -> list[str]:
    setups: list[dict[str, Any]] = logging.get("clusterLogging") or []
    return sorted(kind for setup in setups if setup.get("enabled") for kind in setup.get("types") or ())


LOGGING: Final = Codec(encode=_logging, decode=_enabled, canonical=sorted)
"""The logs that are written, as EKS wants them: those that are and those that are not."""

_NETWORK = (
    "subnetIds",
    "securityGroupIds",
    "endpointPrivateAccess",
    "endpointPublicAccess",
    "publicAccessCidrs",
    "controlPlaneEgressMode",
)
NETWORK_CHOSEN: Final = ("clusterSecurityGroupId", "vpcId", "publicAccessCidrs", "controlPlaneEgressMode")
_SETS = ("subnetIds", "securityGroupIds", "publicAccessCidrs")
_BORN: Properties = {"endpointPrivateAccess": False, "endpointPublicAccess": True}


def _canonical_network(config: Properties) -> dict[str, Any]:
    """What the program can ask for, with EKS's defaults, and sets in one order."""
    told = {**_BORN, **{name: value for name, value in config.items() if value not in (None, [])}}
    return {name: sorted(value) if _sortable(name, value) else value for name, value in told.items()}


def _sortable(name: str, value: Any) -> bool:
    return name in _SETS and isinstance(value, list) and not has_unknown(cast("list[Any]", value))


CLUSTER_NETWORK: Final = Codec(
    encode=lambda config: {k: v for k, v in config.items() if k in _NETWORK and v is not None},
    decode=lambda config: {name: v for name, v in config.items() if (name, v) != ("securityGroupIds", [])},
    canonical=_canonical_network,
)
"""Where a control plane is reached, and from where it reaches."""

ENCRYPTION: Final = Codec(
    encode=lambda config: [config],
    decode=lambda configs: configs[0] if configs else None,
    canonical=lambda config: {**config, "resources": sorted(config.get("resources") or ())},
)
"""Which key what is kept in the cluster is encrypted with; AWS has it as a list of one."""
