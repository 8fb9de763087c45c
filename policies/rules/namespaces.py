"""Rules about what passes between the pods of a cluster, and into it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from policies.exposure import INGRESS, SERVICE, exposed
from policies.model import Finding, Resource, every, rule
from policies.named_objects import namespace
from policies.pods import NAMESPACE, SYSTEM, entry
from policies.scene import Scene, canonical
from policies.values import Undecided, number, texts

POLICY: Final = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_DNS: Final = 53
_DENY: Final = "BL-K8S-005"
_PUBLIC: Final = "BL-K8S-008"
_SNIPPETS: Final = (
    "nginx.ingress.kubernetes.io/auth-snippet",
    "nginx.ingress.kubernetes.io/configuration-snippet",
    "nginx.ingress.kubernetes.io/modsecurity-snippet",
    "nginx.ingress.kubernetes.io/server-snippet",
    "nginx.ingress.kubernetes.io/stream-snippet",
)


@rule(
    _DENY,
    NAMESPACE,
    POLICY,
    fix="Give the namespace a policy for all pods that lets nothing in and nothing out, and one that lets "
    "them ask the cluster's DNS.",
    reads=("metadata.name",),
)
def default_deny(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """What pods of a namespace may reach, and who reaches them, is said by name."""
    if canonical(resource.type) == canonical(NAMESPACE):
        if resource.get("metadata.name") not in (*SYSTEM, *scene.facts.names(_DENY, "namespaces")):
            yield from _closed(resource, _policies_of(resource, scene))
        return
    yield from every(_opens(resource, "ingress", "from"), _opens(resource, "egress", "to"))


def _policies_of(space: Resource, scene: Scene) -> tuple[Resource, ...]:
    """Those that are in the namespace by its name, or take their place from it."""
    policies = scene.once(_policies)
    return (*policies.get(str(space.get("metadata.name")), ()), *policies.get(space.urn, ()))


def _policies(scene: Scene) -> Mapping[str, Sequence[Resource]]:
    """By the name of their namespace; where that is not known, by the URNs of what it comes from."""
    found: dict[str, list[Resource]] = defaultdict(list)
    for policy in scene.of(POLICY):
        try:
            places: Iterable[str] = [namespace(policy, scene)]
        except Undecided:
            places = policy.property_dependencies.get("metadata", ())
        for place in places:
            found[place].append(policy)
    return found


def _closed(space: Resource, policies: tuple[Resource, ...]) -> Iterator[Finding]:
    for way, words in (("Ingress", "be reached by anybody"), ("Egress", "reach anything")):
        if not any(_denies(policy, way) for policy in policies):
            yield Finding(space, "metadata.name", f"Pods of the namespace may {words}.")
    if not any(_asks_names(policy) for policy in policies):
        yield Finding(space, "metadata.name", "No policy of the namespace is about questions to DNS.")


def _denies(policy: Resource, way: str) -> bool:
    """Whether it is for all pods, and lets nothing pass."""
    return (
        _is_for_all(policy)
        and way in texts(policy.get("spec.policyTypes", default=["Ingress"]))
        and not policy.parts(f"spec.{way.lower()}")
    )


def _is_for_all(policy: Resource) -> bool:
    selector = policy.get("spec.podSelector")
    return selector is None or selector == {}


def _asks_names(policy: Resource) -> bool:
    ports = [port for way in policy.parts("spec.egress") for port in way.parts("ports")]
    return any(number(port.get("port")) == _DNS for port in ports)


def _opens(policy: Resource, way: str, peers: str) -> Iterator[Finding]:
    """A rule without peers and without ports is for everybody and everything."""
    for part in policy.parts(f"spec.{way}"):
        if part.peek(peers) in (None, []) and part.peek("ports") in (None, []):
            yield Finding(policy, part.path, "The policy takes back what others deny: it has no peers.")


@rule(
    _PUBLIC,
    SERVICE,
    INGRESS,
    fix="Write `service.beta.kubernetes.io/aws-load-balancer-scheme: internal`, or use `ClusterIP`; where an "
    "environment is to be public, set the parameter `public` of this rule.",
    reads=("spec.type", "spec.externalIPs", "metadata.annotations"),
)
def no_public_service(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """What runs in the cluster is reached from inside the network."""
    is_public = scene.facts.parameters.get(_PUBLIC, {}).get("public") is True
    yield from every(
        iter(()) if is_public else exposed(resource),
        _ports_of_machines(resource),
        _foreign_addresses(resource),
        *(_snippet(resource, key) for key in _SNIPPETS),
    )


def _ports_of_machines(resource: Resource) -> Iterator[Finding]:
    if resource.get("spec.type") == "NodePort":
        yield Finding(resource, "spec.type", "The service takes a port of every machine.")


def _foreign_addresses(resource: Resource) -> Iterator[Finding]:
    if resource.get("spec.externalIPs"):
        path = "spec.externalIPs"
        yield Finding(resource, path, "The service takes traffic that is meant for other addresses.")


def _snippet(resource: Resource, key: str) -> Iterator[Finding]:
    if entry(resource, "metadata.annotations", key):
        path = "metadata.annotations"
        yield Finding(resource, path, "The ingress runs configuration that whoever writes it makes up.")


RULES = (default_deny, no_public_service)
