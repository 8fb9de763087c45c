"""The way from the gateway to the servers of one model, split by weight between its versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.model_gateway import GATEWAY, GATEWAY_API, LISTENER, NAMESPACE, POLICIES
from components.model_server import stable_service, tried_service

_ALL: Final = 100
_PORT: Final = 80
"""Of KServe's Services."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimit:
    """How often the model may be asked through one proxy."""

    requests: int
    per: str
    """`Second`, `Minute` or `Hour`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRouteArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    model: str
    namespace: str
    host: str
    tried_weight: int
    """Percent of the requests for the version that is tried."""
    timeout: str
    limit: RequestLimit | None


class ModelRoute(pulumi.ComponentResource):
    """`https://<host>/<model>/…` is `/…` at a server of the model."""

    def __init__(self, name: str, args: ModelRouteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("provisioner:kubernetes:ModelRoute", name, {"origin": args.origin}, opts)
        route = self._route(name, args)
        if args.limit:
            self._limit(name, args, args.limit, route)
        self.register_outputs({})

    def _route(self, name: str, args: ModelRouteArgs) -> pulumi.Resource:
        path = {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}
        return kubernetes.apiextensions.CustomResource(
            name,
            api_version=GATEWAY_API,
            kind="HTTPRoute",
            metadata={"name": args.model, "namespace": args.namespace},
            spec={
                "parentRefs": [{"name": GATEWAY, "namespace": NAMESPACE, "sectionName": LISTENER}],
                "hostnames": [args.host],
                "rules": [
                    {
                        "matches": [{"path": {"type": "PathPrefix", "value": f"/{args.model}"}}],
                        "filters": [{"type": "URLRewrite", "urlRewrite": {"path": path}}],
                        "backendRefs": _backends(args),
                        "timeouts": {"request": args.timeout},
                    }
                ],
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _limit(self, name: str, args: ModelRouteArgs, limit: RequestLimit, route: pulumi.Resource) -> None:
        kubernetes.apiextensions.CustomResource(
            f"{name}-limit",
            api_version=POLICIES,
            kind="BackendTrafficPolicy",
            metadata={"name": args.model, "namespace": args.namespace},
            spec={
                "targetRefs": [
                    {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": args.model}
                ],
                "rateLimit": {
                    "local": {"rules": [{"limit": {"requests": limit.requests, "unit": limit.per}}]}
                },
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[route]),
        )


def _backends(args: ModelRouteArgs) -> list[dict[str, Any]]:
    stable = {"name": stable_service(args.model), "port": _PORT}
    if not args.tried_weight:
        return [stable]
    return [
        {**stable, "weight": _ALL - args.tried_weight},
        {"name": tried_service(args.model), "port": _PORT, "weight": args.tried_weight},
    ]
