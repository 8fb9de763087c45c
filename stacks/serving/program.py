"""The model servers of one environment in one region, and the ways to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi

from components.model_route import ModelRoute, ModelRouteArgs, RequestLimit
from components.model_server import ModelServer, stable_service
from environments.gateway import Gateway
from environments.models import Model
from stacks.cluster_stack import ClusterStack, this_cluster_stack
from stacks.serving.gateway import gateway
from stacks.serving.servers import server
from stacks.serving.store import Store, from_store

LAYER: Final = "serving"


def main() -> None:
    """Declares every object of the layer, and hands over where the models are reached."""
    stack = this_cluster_stack(LAYER)
    way = stack.environment.gateway
    if way:
        gateway(stack, way)
    store, admitted, roles = _store(stack), _admission(stack), _vault_roles(stack)
    endpoints: dict[str, Mapping[str, str]] = {}
    for number, model in enumerate(stack.environment.models):
        first = [*admitted, *([roles[model.name]] if model.name in roles else [])]
        made = server(stack, number, model, store, first)
        if way:
            _route(stack, number, model, way, made)
        endpoints[model.name] = _endpoints(model, way)
    pulumi.export("endpoints", endpoints)


def _store(stack: ClusterStack) -> Store | None:
    """The environment's own store, with a role for each model in it; None if no model is."""
    if not any(map(from_store, stack.environment.models)):
        return None
    # `pulumi_aws` takes half a second, and only who reads the store pays for it.
    from stacks.serving.identities import store  # noqa: PLC0415

    return store(stack)


def _admission(stack: ClusterStack) -> Sequence[pulumi.Resource]:
    """What lets signed models in and no others; it is there before the first of them."""
    if stack.environment.model_store.signed_by is None:
        return ()
    from stacks.serving.admission import admission  # noqa: PLC0415 - few environments sign anything

    return (admission(stack),)


def _vault_roles(stack: ClusterStack) -> Mapping[str, pulumi.Resource]:
    """What the servers of models that Vault opens log in by: model -> role."""
    if stack.environment.model_store.sealed_by != "vault" or stack.environment.encryption.vault is None:
        return {}
    from stacks.serving.openings import vault_roles  # noqa: PLC0415 - as for the store

    return vault_roles(stack)


def _route(stack: ClusterStack, number: int, model: Model, way: Gateway, made: ModelServer) -> None:
    tried = model.traffic.candidate
    ModelRoute(
        stack.named(f"route-{model.name}"),
        ModelRouteArgs(
            origin=f"models[{number}].traffic",
            model=model.name,
            namespace=model.team,
            host=way.host,
            tried_weight=tried.weight if tried else 0,
            timeout=way.timeout,
            limit=RequestLimit(requests=way.limit.requests, per=way.limit.per.title()) if way.limit else None,
        ),
        # Nobody is sent to a version before its servers are there.
        pulumi.ResourceOptions.merge(stack.opts, pulumi.ResourceOptions(depends_on=[made])),
    )


def _endpoints(model: Model, way: Gateway | None) -> Mapping[str, str]:
    inside = {"inside": f"http://{stable_service(model.name)}.{model.team}.svc.cluster.local"}
    return {**inside, "outside": f"https://{way.host}/{model.name}/"} if way else inside
