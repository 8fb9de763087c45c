"""Rules of air gaps about whom pods may speak to.

Kubernetes' own policies, Cilium's, Calico's and those of administrators say the same in different words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.boundary import has_host, holds
from policies.model import Finding, Part, Resource, every, rule
from policies.rules.namespaces import POLICY
from policies.scene import Scene, canonical
from policies.values import texts

_CILIUM: Final = (
    "kubernetes:cilium.io/v2:CiliumNetworkPolicy",
    "kubernetes:cilium.io/v2:CiliumClusterwideNetworkPolicy",
)
_CALICO: Final = (
    "kubernetes:projectcalico.org/v3:NetworkPolicy",
    "kubernetes:projectcalico.org/v3:GlobalNetworkPolicy",
    "kubernetes:crd.projectcalico.org/v1:NetworkPolicy",
    "kubernetes:crd.projectcalico.org/v1:GlobalNetworkPolicy",
)
_ADMINISTRATORS: Final = (
    "kubernetes:policy.networking.k8s.io/v1alpha1:AdminNetworkPolicy",
    "kubernetes:policy.networking.k8s.io/v1alpha1:BaselineAdminNetworkPolicy",
)
_OUTSIDE: Final = "The policy lets pods speak to addresses outside."
_ANYBODY: Final = "The policy lets pods speak to anybody: it has no peers."
_NAMES: Final = "The policy lets pods speak to hosts outside."
_WORLD: Final = ("world", "world-ipv4", "world-ipv6", "all")


@rule(
    "AG-012",
    POLICY,
    *_CILIUM,
    *_CALICO,
    *_ADMINISTRATORS,
    fix="Let pods speak to pods, and to blocks of the environment's `network` or `connectivity.boundary`.",
    reads=("spec.egress[].to[].ipBlock.cidr", "spec.egress[].to"),
)
def network_policy_no_external_egress(policy: Resource, scene: Scene) -> Iterator[Finding]:
    """Pods are let speak to addresses inside only."""
    specs = (*policy.parts("spec"), *policy.parts("specs"))
    parts = [part for spec in specs for part in spec.parts("egress")]
    yield from every(*(judge(part, scene) for part in parts for judge in (_peers, _cilium, _calico)))


def _peers(part: Part, scene: Scene) -> Iterator[Finding]:
    """`to` of Kubernetes' own policies and of administrators'."""
    if canonical(part.resource.type) == canonical(POLICY) and part.peek("to") in (None, []):
        yield Finding(part.resource, part.at("to"), _ANYBODY)
    if part.peek("action") == "Deny":
        return
    for peer in part.parts("to"):
        yield from every(_block(peer, scene), _blocks(peer, "networks", scene), _domains(peer, scene))


def _block(peer: Part, scene: Scene) -> Iterator[Finding]:
    if peer.peek("ipBlock") is None:
        return
    holes = texts(peer.get("ipBlock.except"))
    if not holds(scene.facts, str(peer.get("ipBlock.cidr")), holes):
        yield Finding(peer.resource, peer.at("ipBlock.cidr"), _OUTSIDE)


def _blocks(where: Part, key: str, scene: Scene) -> Iterator[Finding]:
    if any(not holds(scene.facts, block) for block in where.texts(key)):
        yield Finding(where.resource, where.at(key), _OUTSIDE)


def _domains(where: Part, scene: Scene, key: str = "domainNames") -> Iterator[Finding]:
    if any(not has_host(scene, name.lstrip("*.")) for name in where.texts(key)):
        yield Finding(where.resource, where.at(key), _NAMES)


def _cilium(part: Part, scene: Scene) -> Iterator[Finding]:
    yield from every(
        _blocks(part, "toCIDR", scene),
        *(_set(each, scene) for each in part.parts("toCIDRSet")),
        *(_name(each, scene) for each in part.parts("toFQDNs")),
        _entities(part),
    )


def _set(each: Part, scene: Scene) -> Iterator[Finding]:
    if not holds(scene.facts, str(each.get("cidr")), texts(each.get("except"))):
        yield Finding(each.resource, each.at("cidr"), _OUTSIDE)


def _name(each: Part, scene: Scene) -> Iterator[Finding]:
    for key in ("matchName", "matchPattern"):
        name = each.get(key)
        if isinstance(name, str) and ("." not in name or not has_host(scene, name.lstrip("*."))):
            yield Finding(each.resource, each.at(key), _NAMES)


def _entities(part: Part) -> Iterator[Finding]:
    if any(each in _WORLD for each in part.texts("toEntities")):
        yield Finding(part.resource, part.at("toEntities"), _OUTSIDE)


def _calico(part: Part, scene: Scene) -> Iterator[Finding]:
    """Rules with an action; one without a destination is for all."""
    if ".projectcalico.org" not in f".{part.resource.type.partition(':')[2]}":
        return
    if part.get("action") not in ("Allow", "Pass", "Log"):
        return
    if part.get("action") == "Allow" and not part.peek("destination"):
        yield Finding(part.resource, part.at("destination"), _ANYBODY)
    for to in part.parts("destination"):
        yield from every(_blocks(to, "nets", scene), _domains(to, scene, "domains"))


RULES = (network_policy_no_external_egress,)
