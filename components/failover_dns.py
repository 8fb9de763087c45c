"""Names that lead to the first region that is well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

TTL: Final = 60
"""Seconds for which a client may go on to the region it knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailoverDnsArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    zone: str
    names: Sequence[str]
    """What is served in every region, as `<name>.<region>.<zone>`."""
    networks: Mapping[str, pulumi.Input[str]]
    """By region, in the order in which they take over: the VPCs that see the zone."""
    provider: pulumi.ProviderResource


class FailoverDns(pulumi.ComponentResource):
    """A private zone in which each `<name>.<zone>` leads to its first region, or past it to the next.

    Records of Route 53 fail over between two; with more regions, the second leads to a record of its own, for
    what is beyond the first. Health checkers stand outside the network and reach nothing in it, so a region's
    check is a switch: well, until somebody inverts it. No plan turns it back.
    """

    zone_id: pulumi.Output[str]

    def __init__(self, name: str, args: FailoverDnsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlplat:links:FailoverDns", name, {"origin": args.origin}, opts)
        zone = self._zone(name, args)
        self._associations(name, args, zone)
        switches = {region: self._switch(f"{name}-{region}", args) for region in args.networks}
        for each in args.names:
            self._chain(f"{name}-{each}", args, zone, each, switches)
        self.zone_id = zone.zone_id
        self.register_outputs({"zoneId": self.zone_id})

    def _zone(self, name: str, args: FailoverDnsArgs) -> aws.route53.Zone:
        primary = next(iter(args.networks))
        return aws.route53.Zone(
            name,
            name=args.zone,
            comment="Names that lead to the first region that is well",
            vpcs=[{"vpc_id": args.networks[primary], "vpc_region": primary}],
            # The zone answers with all networks that see it, also with those that are associated below.
            opts=pulumi.ResourceOptions(parent=self, provider=args.provider, ignore_changes=["vpcs"]),
        )

    def _associations(self, name: str, args: FailoverDnsArgs, zone: aws.route53.Zone) -> None:
        for region in list(args.networks)[1:]:
            aws.route53.ZoneAssociation(
                f"{name}-{region}",
                zone_id=zone.zone_id,
                vpc_id=args.networks[region],
                vpc_region=region,
                opts=pulumi.ResourceOptions(parent=self, provider=args.provider),
            )

    def _switch(self, name: str, args: FailoverDnsArgs) -> aws.route53.HealthCheck:
        return aws.route53.HealthCheck(
            name,
            # With no check to count it is always well.
            # Source: Route 53 API, HealthCheckConfig, `HealthThreshold` and `Inverted`.
            type="CALCULATED",
            child_health_threshold=0,
            invert_healthcheck=False,
            opts=pulumi.ResourceOptions(
                parent=self, provider=args.provider, ignore_changes=["invertHealthcheck"]
            ),
        )

    def _chain(
        self,
        name: str,
        args: FailoverDnsArgs,
        zone: aws.route53.Zone,
        served: str,
        switches: Mapping[str, aws.route53.HealthCheck],
    ) -> None:
        regions = list(args.networks)
        record = f"{served}.{args.zone}"
        for position, region in enumerate(regions[:-1]):
            is_last_pair = position == len(regions) - 2
            beyond = f"{served}.beyond-{region}.{args.zone}"
            second = f"{served}.{regions[-1]}.{args.zone}" if is_last_pair else beyond
            first = f"{served}.{region}.{args.zone}"
            self._record(f"{name}-{region}", args, zone, record, _Way("PRIMARY", first, switches[region]))
            self._record(f"{name}-beyond-{region}", args, zone, record, _Way("SECONDARY", second, None))
            record = beyond

    def _record(
        self, name: str, args: FailoverDnsArgs, zone: aws.route53.Zone, record: str, way: _Way
    ) -> None:
        aws.route53.Record(
            name,
            zone_id=zone.zone_id,
            name=record,
            type="CNAME",
            ttl=TTL,
            records=[way.to],
            set_identifier=way.role.lower(),
            failover_routing_policies=[{"type": way.role}],
            health_check_id=way.switch.id if way.switch else None,
            opts=pulumi.ResourceOptions(parent=self, provider=args.provider),
        )


@dataclass(frozen=True, slots=True)
class _Way:
    """One of the two ways a record leads."""

    role: str
    to: str
    switch: aws.route53.HealthCheck | None
