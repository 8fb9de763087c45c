"""The gateway in front of all model servers of a cluster: TLS, one host, who may ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, assert_never

import pulumi
import pulumi_kubernetes as kubernetes

from components.network_policies import NAME_LABEL, deny_by_default
from components.team_namespace import TEAM_LABEL

if TYPE_CHECKING:
    from pulumi_kubernetes.networking.v1 import NetworkPolicyPeerArgsDict

NAMESPACE: Final = "serving"
GATEWAY: Final = "models"
LISTENER: Final = "https"
GATEWAY_API: Final = "gateway.networking.k8s.io/v1"
POLICIES: Final = "gateway.envoyproxy.io/v1alpha1"

_GROUP: Final = "gateway.networking.k8s.io"
_PROXIES: Final = "envoy-gateway-system"
"""Where Envoy Gateway runs its proxies."""

_CERTIFICATE: Final = "models-tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCertificate:
    """cert-manager has it signed, and renews it."""

    issuer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenCertificate:
    """It lies in a Secret of the namespace `serving`."""

    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Who asks sends one of the keys in a Secret of the namespace `serving`."""

    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Who asks sends a token of an OpenID Connect issuer."""

    issuer: str
    jwks: str
    audiences: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Everybody may ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelGatewayArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    gateway_class: str
    host: str
    certificate: IssuedCertificate | GivenCertificate
    access: Keys | Tokens | Open
    balancer_annotations: Mapping[str, str]
    """What makes the load balancer of the cluster's cloud one inside the network."""


class ModelGateway(pulumi.ComponentResource):
    """Two proxies or more that answer for one host with TLS, and pass on to the models of teams only."""

    def __init__(self, name: str, args: ModelGatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("provisioner:kubernetes:ModelGateway", name, {"origin": args.origin}, opts)
        space = self._space(name)
        within = pulumi.ResourceOptions(parent=self, depends_on=[space])
        deny_by_default(name, NAMESPACE, within)
        secret = self._certificate(name, args, within)
        proxies = self._proxies(name, args, within)
        gateway = self._gateway(name, args, secret, proxies)
        self._access(name, args, gateway)
        self.register_outputs({})

    def _space(self, name: str) -> pulumi.Resource:
        return kubernetes.core.v1.Namespace(
            name,
            metadata={"name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _certificate(self, name: str, args: ModelGatewayArgs, opts: pulumi.ResourceOptions) -> str:
        """The name of the Secret it is in."""
        match args.certificate:
            case GivenCertificate(secret=secret):
                return secret
            case IssuedCertificate(issuer=issuer):
                kubernetes.apiextensions.CustomResource(
                    name,
                    api_version="cert-manager.io/v1",
                    kind="Certificate",
                    metadata={"name": GATEWAY, "namespace": NAMESPACE},
                    spec={
                        "secretName": _CERTIFICATE,
                        "dnsNames": [args.host],
                        "issuerRef": {
                            "group": "cert-manager.io",
                            "kind": "ClusterIssuer",
                            "name": issuer,
                        },
                        # A new key with each certificate: one that got out is of no use for long.
                        "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
                    },
                    opts=opts,
                )
                return _CERTIFICATE
            case _:
                assert_never(args.certificate)

    def _proxies(self, name: str, args: ModelGatewayArgs, opts: pulumi.ResourceOptions) -> pulumi.Resource:
        return kubernetes.apiextensions.CustomResource(
            f"{name}-proxies",
            api_version=POLICIES,
            kind="EnvoyProxy",
            metadata={"name": GATEWAY, "namespace": NAMESPACE},
            spec={
                "provider": {
                    "type": "Kubernetes",
                    "kubernetes": {
                        "envoyDeployment": {
                            "replicas": 2,
                            "container": {
                                "resources": {
                                    "requests": {"cpu": "250m", "memory": "512Mi"},
                                    "limits": {"memory": "1Gi"},
                                }
                            },
                        },
                        "envoyPDB": {"minAvailable": 1},
                        "envoyService": {
                            "type": "LoadBalancer",
                            "annotations": dict(args.balancer_annotations),
                        },
                    },
                }
            },
            opts=opts,
        )

    def _gateway(
        self, name: str, args: ModelGatewayArgs, secret: str, proxies: pulumi.Resource
    ) -> pulumi.Resource:
        teams = {"matchExpressions": [{"key": TEAM_LABEL, "operator": "Exists"}]}
        return kubernetes.apiextensions.CustomResource(
            name,
            api_version=GATEWAY_API,
            kind="Gateway",
            metadata={"name": GATEWAY, "namespace": NAMESPACE},
            spec={
                "gatewayClassName": args.gateway_class,
                "infrastructure": {
                    "parametersRef": {
                        "group": POLICIES.partition("/")[0],
                        "kind": "EnvoyProxy",
                        "name": GATEWAY,
                    }
                },
                "listeners": [
                    {
                        "name": LISTENER,
                        "protocol": "HTTPS",
                        "port": 443,
                        "hostname": args.host,
                        "tls": {"mode": "Terminate", "certificateRefs": [{"kind": "Secret", "name": secret}]},
                        "allowedRoutes": {"namespaces": {"from": "Selector", "selector": teams}},
                    }
                ],
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[proxies]),
        )

    def _access(self, name: str, args: ModelGatewayArgs, gateway: pulumi.Resource) -> None:
        asked = _asked(args.access)
        if asked:
            kubernetes.apiextensions.CustomResource(
                f"{name}-access",
                api_version=POLICIES,
                kind="SecurityPolicy",
                metadata={"name": GATEWAY, "namespace": NAMESPACE},
                spec={"targetRefs": [{"group": _GROUP, "kind": "Gateway", "name": GATEWAY}], **asked},
                opts=pulumi.ResourceOptions(parent=self, depends_on=[gateway]),
            )


def proxies_of_the_gateway() -> NetworkPolicyPeerArgsDict:
    """The gateway's proxies, as a peer of a network policy."""
    owner = "gateway.envoyproxy.io/owning-gateway-"
    return {
        "namespace_selector": {"match_labels": {NAME_LABEL: _PROXIES}},
        "pod_selector": {"match_labels": {f"{owner}name": GATEWAY, f"{owner}namespace": NAMESPACE}},
    }


def _asked(access: Keys | Tokens | Open) -> Mapping[str, Any]:
    """What is asked of everybody who comes in."""
    match access:
        case Keys(secret=secret):
            return {
                "apiKeyAuth": {
                    "credentialRefs": [{"group": "", "kind": "Secret", "name": secret}],
                    "extractFrom": [{"headers": ["x-api-key"]}],
                    # Nothing behind the gateway has to see a key.
                    "sanitize": True,
                }
            }
        case Tokens(issuer=issuer, jwks=jwks, audiences=audiences):
            provider = {
                "name": "oidc",
                "issuer": issuer,
                "audiences": list(audiences),
                "remoteJWKS": {"uri": jwks},
            }
            return {"jwt": {"providers": [provider]}}
        case Open():
            return {}
        case _:
            assert_never(access)
