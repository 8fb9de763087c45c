"""Which charts of the software book an environment needs. Pure; that the programs declare these is tested."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from environments.cluster import EksCluster
from environments.gpu_claims import are_claimed
from environments.model import Environment
from environments.software import Software
from environments.software_book import BOOK


def serves(env: Environment) -> bool:
    """Whether there are models, and so something to serve."""
    return bool(env.models)


def scales_by_queue(env: Environment) -> bool:
    """Whether some model has as many servers as requests wait, which Kubernetes alone does not count."""
    return any(model.scale.by and model.scale.by.metric == "queue_depth" for model in env.models)


def certifies(env: Environment) -> bool:
    """Whether an authority of its own signs certificates for what runs in clusters."""
    return bool(env.encryption.vault and env.encryption.vault.pki)


def needed_software(env: Environment) -> tuple[Software, ...]:
    """The charts that are delivered into some cluster of the environment, in the order of the book."""
    names = {*_for_nodes(env), *_for_models(env), *_for_secrets(env)} if env.delivery else set[str]()
    if env.delivery and env.teams:
        names.add("kueue")
    return tuple(row for name, row in BOOK.items() if name in names)


def _for_nodes(env: Environment) -> Iterator[str]:
    if any(pool.hardware.vendor == "nvidia" for pool in env.gpu_pools):
        yield "gpu-operator"
        if are_claimed(env.cluster):
            yield "dra-driver-nvidia-gpu"
    if any(pool.hardware.vendor == "aws" for pool in env.gpu_pools):
        yield "neuron-device-plugin"
    if any(pool.fabric == "efa" for pool in env.gpu_pools):
        yield "aws-efa-k8s-device-plugin"
    by_karpenter = (env.pools_by("karpenter", region) for region in env.regions)
    if isinstance(env.cluster, EksCluster) and any(by_karpenter):
        yield from ("karpenter-crd", "karpenter")


def _for_models(env: Environment) -> Iterator[str]:
    if serves(env):
        yield from ("cert-manager", "envoy-gateway", "kserve-crd", "kserve")
        if scales_by_queue(env):
            yield "keda"


_SECRETS: Final = {"vault_operator": "vault-secrets-operator", "external_secrets": "external-secrets"}
"""`encryption.vault.secrets` -> its row."""


def secret_software(env: Environment) -> str | None:
    """The row of what brings secrets of Vault into the clusters; None: nothing does."""
    vault = env.encryption.vault
    return _SECRETS[vault.secrets] if vault and vault.secrets else None


def _for_secrets(env: Environment) -> Iterator[str]:
    if certifies(env):
        yield "cert-manager"
    if software := secret_software(env):
        yield software
