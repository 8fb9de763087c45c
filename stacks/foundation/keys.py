"""The keys of an environment in one region: one for each purpose that it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from components.encryption_key import EncryptionKey, EncryptionKeyArgs, KeyReach
from components.key_policy import KeyUser
from components.replica_key import ReplicaKey, ReplicaKeyArgs
from components.signing_key import SigningKey, SigningKeyArgs
from environments.cluster import EksCluster
from environments.model import Environment
from stacks.parts import part
from stacks.references import Upstream
from stacks.stack import Stack

Key = EncryptionKey | ReplicaKey


@dataclass(frozen=True, slots=True)
class _Purpose:
    user: KeyUser
    holds: str
    travels: bool = False
    """Whether what it seals is copied to other regions."""


_PURPOSES: Final = {
    "logs": _Purpose(KeyUser.CLOUDWATCH_LOGS, "Log groups"),
    "images": _Purpose(KeyUser.ECR, "Container images", travels=True),
    "models": _Purpose(KeyUser.S3, "Models", travels=True),
    "cluster": _Purpose(KeyUser.EKS, "Secrets of the cluster"),
    "disks": _Purpose(KeyUser.EBS, "Disks of nodes and pods"),
    "data": _Purpose(KeyUser.DATA_SERVICES, "Data services", travels=True),
    "datasets": _Purpose(KeyUser.S3, "Datasets", travels=True),
    "secrets": _Purpose(KeyUser.SECRETS, "Passwords and other secrets"),
    "state": _Purpose(KeyUser.STATE, "What is recorded of what was made"),
    "sealing": _Purpose(KeyUser.SEALING, "Data keys of models", travels=True),
}
"""One key each: who may read one need not read the others."""

_FURTHER: Final = ("datasets", "secrets", "state")
"""Those that an environment has only if it says so."""

_OF_CLUSTERS: Final = ("cluster", "disks", "data")
"""What an environment without clusters has none of."""


def keys(stack: Stack) -> Mapping[str, Key]:
    """By purpose; with `multi_region`, what travels has replicas of the primary region's keys elsewhere."""
    wanted = _wanted(stack.environment)
    from_primary = {purpose for purpose in wanted if _is_replica(stack, purpose)}
    primary = Upstream("foundation", stack.environment.region) if from_primary else None
    return {
        purpose: _replica(stack, purpose, primary)
        if primary and purpose in from_primary
        else _own(stack, purpose)
        for purpose in wanted
    }


def _wanted(env: Environment) -> tuple[str, ...]:
    # Also for data services that are not there: the last of them still needs its key while it is deleted,
    # which happens in a later layer.
    has_cluster = isinstance(env.cluster, EksCluster)
    left_out = (
        *(() if has_cluster else _OF_CLUSTERS),
        *(each for each in _FURTHER if each not in env.encryption.kms.further),
        *(() if env.model_store.sealed_by == "kms" else ("sealing",)),
    )
    return tuple(purpose for purpose in _PURPOSES if purpose not in left_out)


def signing_key(stack: Stack) -> SigningKey | None:
    """What signs models, in the primary region: others need its public half alone. None: KMS signs none."""
    env = stack.environment
    if env.model_store.signed_by != "kms" or stack.here.position > 0:
        return None
    return SigningKey(
        stack.named("signing-key"),
        SigningKeyArgs(
            origin="model_store.signed_by",
            location=stack.location,
            alias=stack.named("signing"),
            description=f"Signatures of models of {env.name}",
            deletion_window_days=env.encryption.kms.deletion_window.days,
        ),
        stack.opts,
    )


def _is_replica(stack: Stack, purpose: str) -> bool:
    kms = stack.environment.encryption.kms
    return kms.multi_region and _PURPOSES[purpose].travels and stack.here.position > 0


def _own(stack: Stack, purpose: str) -> EncryptionKey:
    settings = _PURPOSES[purpose]
    kms = stack.environment.encryption.kms
    several = kms.multi_region and settings.travels
    return EncryptionKey(
        stack.named(f"{purpose}-key"),
        EncryptionKeyArgs(
            origin="encryption.kms",
            location=stack.location,
            alias=stack.named(purpose),
            description=f"{settings.holds} of {stack.environment.name}",
            used_by=settings.user,
            reach=KeyReach.SEVERAL_REGIONS if several else KeyReach.ONE_REGION,
            rotation_days=kms.rotation.days,
            deletion_window_days=kms.deletion_window.days,
        ),
        stack.opts,
    )


def _replica(stack: Stack, purpose: str, primary: Upstream) -> ReplicaKey:
    settings = _PURPOSES[purpose]
    return ReplicaKey(
        stack.named(f"{purpose}-key"),
        ReplicaKeyArgs(
            origin="encryption.kms",
            location=stack.location,
            alias=stack.named(purpose),
            description=f"{settings.holds} of {stack.environment.name}",
            used_by=settings.user,
            deletion_window_days=stack.environment.encryption.kms.deletion_window.days,
            primary_key_arn=part(primary.output("keyArns"), purpose),
        ),
        stack.opts,
    )
