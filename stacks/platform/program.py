"""What every cluster of one environment runs for its teams: software, quotas, namespaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi

from components.gpu_quota import QUEUE
from components.node_marks import software_labels
from components.software_namespace import SoftwareNamespace, SoftwareNamespaceArgs
from environments.connectivity import AirGap
from environments.gpu_claims import DEVICE_CLASS, are_claimed
from environments.gpu_pools import GpuPool
from environments.gpu_shares import resource_of, selector_of
from environments.model import Environment
from environments.needed_software import certifies, scales_by_queue, secret_software, serves
from environments.network import PRIVATE_BLOCKS
from environments.software_book import BOOK
from stacks.cluster_stack import ClusterStack, this_cluster_stack
from stacks.platform.charts import Charts
from stacks.platform.nodes import gpu_software, node_pools
from stacks.platform.served import GATEWAY_CLASS, serving_software
from stacks.platform.sharing import gpu_quota, team_namespaces
from stacks.pool_marks import sharing_of

LAYER: Final = "platform"

_SERVED_FROM: Final[Mapping[str, tuple[int, ...]]] = {
    "cert-manager": (10250,),
    "external-secrets": (10250,),
    # Gateways listen here for 80 and 443: Envoy Gateway moves ports that only root may have.
    "envoy-gateway-system": (9443, 10080, 10443),
    "keda": (6443, 9443),
    "kserve": (9443,),
    "kueue-system": (8082, 9443),
    "vault-secrets-operator-system": (),
}
"""Namespace of software -> ports that others reach: webhooks and extensions of Kubernetes, and gateways."""


def main() -> None:
    """Declares every object of the layer, and hands over what later layers need."""
    stack = this_cluster_stack(LAYER)
    charts = Charts(stack, _software_namespaces(stack))
    spaces = team_namespaces(stack)
    gpu_software(stack, charts)
    node_pools(stack, charts)
    gpu_quota(stack, charts, list(spaces.values()))
    serving_software(stack, charts)
    if stack.environment.encryption.vault:
        # `pulumi_vault` takes a part of a second, and only who has a Vault pays for it.
        from stacks.platform.vault import vault_for_pods  # noqa: PLC0415

        vault_for_pods(stack, charts, spaces)
    pulumi.export("namespaces", {team: space.namespace for team, space in spaces.items()})
    _hand_over(stack)


def _software_namespaces(stack: ClusterStack) -> Mapping[str, SoftwareNamespace]:
    """By name: those that the software of this environment is in, beside Kubernetes' own."""
    env = stack.environment
    needed = {
        "cert-manager": serves(env) or certifies(env),
        "envoy-gateway-system": serves(env),
        "keda": scales_by_queue(env),
        "kserve": serves(env),
        "kueue-system": bool(env.teams),
        **({BOOK[software].namespace: True} if (software := secret_software(env)) else {}),
    }
    return {
        name: SoftwareNamespace(
            stack.named(name),
            SoftwareNamespaceArgs(
                origin="delivery",
                namespace=name,
                served=_SERVED_FROM[name],
                reachable=_inside(env),
                reaches_teams=name == "envoy-gateway-system",
            ),
            stack.opts,
        )
        for name, is_needed in needed.items()
        if is_needed
    }


def _inside(env: Environment) -> list[str]:
    """Where everything is in an air gap; elsewhere nothing is said."""
    if not isinstance(env.connectivity, AirGap):
        return []
    return [str(block) for block in (*PRIVATE_BLOCKS, *env.connectivity.boundary)]


def _hand_over(stack: ClusterStack) -> None:
    env = stack.environment
    pulumi.export("queue", QUEUE if env.teams else None)
    pulumi.export("gatewayClass", GATEWAY_CLASS if serves(env) else None)
    pulumi.export("pools", {pool.name: _as_pods_see_it(env, pool) for pool in env.pools_in(stack.region)})


def _as_pods_see_it(env: Environment, pool: GpuPool) -> dict[str, object]:
    what = {"deviceClass": DEVICE_CLASS} if are_claimed(env.cluster) else {"resource": resource_of(pool)}
    seen: dict[str, object] = {**what, "nodeSelector": dict(selector_of(pool))}
    labels = dict(software_labels(sharing_of(pool)))
    # Nodes that are made for a pool have them from the beginning.
    return {**seen, "labelsForNodes": labels} if pool.machine and labels else seen
