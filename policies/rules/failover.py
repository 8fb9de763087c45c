"""The rule about names that lead to another region when one fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.addresses import is_inside
from policies.model import Finding, Resource, every, rule
from policies.scene import Scene
from policies.values import Unknown, is_on, number

RECORD: Final = "aws:route53/record:Record"
CHECK: Final = "aws:route53/healthCheck:HealthCheck"
ZONE: Final = "aws:route53/zone:Zone"
ASSOCIATION: Final = "aws:route53/zoneAssociation:ZoneAssociation"

_POLICIES: Final = ("failoverRoutingPolicies", "latencyRoutingPolicies", "weightedRoutingPolicies")
_SECONDS: Final = 60
"""How long a client may go on to where nobody answers."""

_PROBING: Final = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP")
"""Checks that come from the internet. Source: Amazon Route 53, "Types of health checks"."""


@rule(
    "MR-008",
    RECORD,
    CHECK,
    ZONE,
    fix="Leave names that fail over to `dns.zone`.",
    reads=("ttl", "healthCheckId", "vpcs[].vpcRegion", "ipAddress", "aliases[].evaluateTargetHealth"),
)
def names_fail_over(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """A name of several regions leads to one that is well, soon, and is known in the network of each."""
    match resource.type:
        case "aws:route53/record:Record":
            if policy := _policy(resource):
                yield from every(
                    _turns_soon(resource),
                    _is_checked(resource, policy),
                    _has_another(resource, policy, scene),
                )
        case "aws:route53/healthCheck:HealthCheck":
            yield from _reaches(resource)
        case _:
            yield from _is_known(resource, scene)


def _policy(record: Resource) -> str:
    """How several records of a name share the requests; empty if there is but one."""
    return next((name for name in _POLICIES if record.peek(name)), "")


def _turns_soon(record: Resource) -> Iterator[Finding]:
    for each in record.parts("aliases"):
        if not is_on(each.get("evaluateTargetHealth")):
            message = "It leads there even if nothing there is well."
            yield Finding(record, each.at("evaluateTargetHealth"), message)
    seconds = number(record.get("ttl"))
    if not record.peek("aliases") and (seconds is None or seconds > _SECONDS):
        yield Finding(record, "ttl", "Clients go on for too long to where nobody answers.")


def _is_checked(record: Resource, policy: str) -> Iterator[Finding]:
    kinds = {str(each.get("type")) for each in record.parts(policy)}
    # Unknown before it is made, which is enough: there is one.
    if "SECONDARY" not in kinds and not record.peek("aliases") and not record.peek("healthCheckId"):
        yield Finding(record, "healthCheckId", "Nobody looks whether this region is well.")


def _has_another(record: Resource, policy: str, scene: Scene) -> Iterator[Finding]:
    own = _place(record)
    same = [each for each in scene.of(RECORD) if _place(each) == own and _policy(each) == policy]
    if policy == _POLICIES[0]:
        kinds = {str(part.get("type")) for each in same for part in each.parts(policy)}
        alone = not {"PRIMARY", "SECONDARY"} <= kinds
    else:
        alone = len(same) < 2  # noqa: PLR2004 - a name of one region has nowhere to go
    if alone:
        yield Finding(record, policy, "There is no other region for this name.")


def _place(record: Resource) -> tuple[str, ...]:
    zone = record.peek("zoneId")
    if isinstance(zone, Unknown):
        zone = record.property_dependencies.get("zoneId", frozenset())
    return str(record.get("name")), str(record.get("type")), str(zone)


def _reaches(check: Resource) -> Iterator[Finding]:
    address = check.get("ipAddress")
    if check.get("type") in _PROBING and isinstance(address, str) and is_inside(address):
        message = "It is checked from the internet, which this address is not on."
        yield Finding(check, "ipAddress", message)


def _is_known(zone: Resource, scene: Scene) -> Iterator[Finding]:
    if not zone.peek("vpcs"):
        return  # a public zone is known everywhere
    known = {str(each.get("vpcRegion", default=zone.region)) for each in zone.parts("vpcs")}
    for each in scene.referring(zone, "zoneId", ASSOCIATION):
        known.add(str(each.get("vpcRegion", default=each.region)))
    if not {*scene.facts.regions} <= known:
        yield Finding(zone, "vpcs", "The network of a region does not know the names of this zone.")


RULES = (names_fail_over,)
