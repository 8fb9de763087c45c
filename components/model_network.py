"""Who speaks to the servers of a model, and whom they speak to, as rules of a network policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.model_pod import PORT
from components.network_policies import port

if TYPE_CHECKING:
    from pulumi_kubernetes.networking.v1 import (
        IPBlockArgsDict,
        NetworkPolicyEgressRuleArgsDict,
        NetworkPolicyIngressRuleArgsDict,
        NetworkPolicyPeerArgsDict,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Egress:
    """Whom the servers may speak to: blocks of addresses, without some, on one port."""

    blocks: Sequence[str]
    but: Sequence[str]
    port: int


def anywhere(port: int) -> Egress:
    """All addresses but those where machines find who they are: nothing that pods have to know."""
    return Egress(blocks=("0.0.0.0/0",), but=("169.254.0.0/16",), port=port)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTraffic:
    """Who may ask the servers, and whom they may ask."""

    callers: Sequence[NetworkPolicyPeerArgsDict]
    watchers: Sequence[NetworkPolicyPeerArgsDict]
    """Who reads their metrics."""
    egress: Sequence[Egress]


def ingress(traffic: ModelTraffic, metrics: int | None) -> list[NetworkPolicyIngressRuleArgsDict]:
    """Requests, and where there are metrics, those who read them."""
    rules: list[NetworkPolicyIngressRuleArgsDict] = [
        {"from_": list(traffic.callers), "ports": [port(PORT)]},
    ]
    if traffic.watchers and metrics:
        rules.append({"from_": list(traffic.watchers), "ports": [port(metrics)]})
    return rules


def egress(allowed: Egress) -> NetworkPolicyEgressRuleArgsDict:
    """What the servers may ask for."""
    to: list[NetworkPolicyPeerArgsDict] = [{"ip_block": _block(each, allowed.but)} for each in allowed.blocks]
    return {"to": to, "ports": [port(allowed.port)]}


def _block(cidr: str, but: Sequence[str]) -> IPBlockArgsDict:
    return {"cidr": cidr, "except_": list(but)} if but else {"cidr": cidr}
