"""Route 53: zones, the networks that ask them, records, and the health checks that move them.

The service has no regions, and its types have no `region`; only the networks that a private zone is for lie
in one. `special/zone.py` and `special/record.py` have what does not fit a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from provisioner.plan.values import Properties
from provisioner.providers.aws.catalog.route53_spelling import ALIASES, DOMAIN, GEOLOCATION, RECORDS, VPCS
from provisioner.providers.aws.codecs import SET, TAG_PAIRS, one_of_list
from provisioner.providers.aws.spec import (
    ID,
    LOCAL,
    NONCE,
    REPLACE,
    SAME,
    ByInputs,
    Codec,
    Field,
    Found,
    Listed,
    Members,
    Op,
    Prop,
    ResourceSpec,
    Tags,
    Text,
    Wait,
    Whole,
)
from provisioner.providers.interface import Problem

NO_ZONE = "NoSuchHostedZone"
EVERYWHERE = (
    Op("get_change", {"Id": Found("ChangeInfo.Id")}),
    Wait(until="ChangeInfo.Status == 'INSYNC'", seconds=1800),
)
"""A change counts once all of Route 53's servers know it, as a rule within a minute. Terraform's provider
waits just as long."""

_THIS_ZONE = {"HostedZoneId": ID}


def _tags(kind: str) -> Tags:
    change = Op("change_tags_for_resource", {"ResourceType": kind, "ResourceId": ID})
    return Tags(
        read="Tags", codec=TAG_PAIRS, add=change, add_as="AddTags", remove=change, remove_as="RemoveTagKeys"
    )


def _told_tags(kind: str) -> Op:
    return Op(
        "list_tags_for_resource", {"ResourceType": kind, "ResourceId": ID}, answer="ResourceTagSet.Tags"
    )


def _zone_problems(inputs: Properties) -> Iterator[Problem]:
    """pulumi-aws would take the provider's region for a network that names none; it may lie elsewhere."""
    vpcs = inputs.get("vpcs")
    for number, vpc in enumerate(cast("list[Any]", vpcs) if isinstance(vpcs, list) else []):
        if isinstance(vpc, dict) and "vpcRegion" not in vpc:
            yield Problem(
                f"vpcs[{number}].vpcRegion", "has to be given: a zone has no region, a network has one"
            )


_SERVERS = "DelegationSet.NameServers || Names || `[]`"

ZONE = ResourceSpec(
    type="aws:route53/zone:Zone",
    service="route53",
    regional=False,
    # AWS answers it as `/hostedzone/<id>`: special/zone.py.
    id="Made",
    create=Op(
        "create_hosted_zone",
        {"CallerReference": NONCE},
        answer="{Made: HostedZone.Id, HostedZone: HostedZone, DelegationSet: DelegationSet, VPCs: [VPC]}",
        again=("InvalidVPCId",),
        then=EVERYWHERE,
    ),
    read=Op("get_hosted_zone", {"Id": ID}),
    also={
        "Tags": _told_tags("hostedzone"),
        # A private zone has no delegation set: its name servers are a record of its own.
        "Names": Op(
            "list_resource_record_sets",
            _THIS_ZONE,
            answer="ResourceRecordSets[?Type == 'NS'] | [0].ResourceRecords[].Value",
        ),
    },
    delete=Op("delete_hosted_zone", {"Id": ID}),
    absent=(NO_ZONE,),
    find=Listed(Op("list_hosted_zones", answer="HostedZones")),
    fields=(
        Field("name", "Name", REPLACE, DOMAIN, read="HostedZone.Name", required=True),
        Field(
            "comment",
            "HostedZoneConfig.Comment",
            Op("update_hosted_zone_comment", {"Id": ID}),
            read="HostedZone.Config.Comment || ''",
            update_as="Comment",
            reset="",
            default="Managed by Pulumi",
        ),
        Field(
            "vpcs",
            "VPC",
            Members(
                add=Op(
                    "associate_vpc_with_hosted_zone", _THIS_ZONE, again=("InvalidVPCId",), then=EVERYWHERE
                ),
                remove=Op(
                    "disassociate_vpc_from_hosted_zone",
                    _THIS_ZONE,
                    none=("VPCAssociationNotFound",),
                    then=EVERYWHERE,
                ),
                add_as="VPC",
                remove_as="VPC",
                singly=True,
            ),
            VPCS,
            read="VPCs",
        ),
        Field("forceDestroy", "", LOCAL, default=False),
    ),
    # Of zones that no network asks there could be several.
    unique=("name", "vpcs"),
    tags=_tags("hostedzone"),
    outputs={
        "arn": Text("arn:{partition}:route53:::hostedzone/{id}"),
        "zoneId": Text("{id}"),
        "primaryNameServer": f"({_SERVERS})[0]",
        "nameServers": f"sort({_SERVERS})",
        "enableAcceleratedRecovery": "`false`",
    },
    unsupported={
        "delegationSetId": "name servers are AWS's own choice",
        "enableAcceleratedRecovery": "it is for public zones; the platform's zones are private",
    },
    problems=_zone_problems,
)

_ASSOCIATED = {
    "HostedZoneId": Prop("zoneId"),
    "VPC": {"VPCId": Prop("vpcId"), "VPCRegion": Prop("vpcRegion")},
}

ZONE_ASSOCIATION = ResourceSpec(
    type="aws:route53/zoneAssociation:ZoneAssociation",
    service="route53",
    regional=False,
    id=Text("{zoneId}:{vpcId}:{vpcRegion}"),
    # Network and zone may have been made a moment ago.
    create=Op("associate_vpc_with_hosted_zone", again=("InvalidVPCId", NO_ZONE), then=EVERYWHERE),
    read=Op(
        "list_hosted_zones_by_vpc",
        {"VPCId": Prop("vpcId"), "VPCRegion": Prop("vpcRegion")},
        answer="HostedZoneSummaries",
        pick={"HostedZoneId": Prop("zoneId")},
    ),
    delete=Op("disassociate_vpc_from_hosted_zone", _ASSOCIATED, then=EVERYWHERE),
    absent=(NO_ZONE, "VPCAssociationNotFound", "InvalidVPCId"),
    find=ByInputs(),
    fields=(
        Field("zoneId", "HostedZoneId", REPLACE, required=True),
        Field("vpcId", "VPC.VPCId", REPLACE, read=None, required=True),
        # As for a zone's own networks.
        Field("vpcRegion", "VPC.VPCRegion", REPLACE, read=None, required=True),
    ),
    outputs={"owningAccount": "Owner.OwningAccount || Owner.OwningService"},
)

_POLICIES = {
    "failoverRoutingPolicies": "Failover",
    "weightedRoutingPolicies": "Weight",
    "latencyRoutingPolicies": "Region",
    "geolocationRoutingPolicies": "GeoLocation",
    "multivalueAnswerRoutingPolicy": "MultiValueAnswer",
}
"""The ways to choose between records of one name, with the member of the record set that says so."""


def _record_problems(inputs: Properties) -> Iterator[Problem]:
    if (inputs.get("records") is None) == (inputs.get("aliases") is None):
        yield Problem("records", "a record has `records` and `ttl`, or else one of `aliases`")
    elif (inputs.get("records") is None) != (inputs.get("ttl") is None):
        yield Problem("ttl", "goes with `records`: an alias lives as long as what it points to")
    chosen = [prop for prop in _POLICIES if inputs.get(prop)]
    if len(chosen) > 1:
        yield Problem(chosen[1], f"a record has one routing policy; `{chosen[0]}` is given, too")
    if bool(chosen) != (inputs.get("setIdentifier") is not None):
        yield Problem("setIdentifier", "goes with a routing policy, and every routing policy needs one")


def _inside(name: str) -> Codec:
    """A block with one member that AWS has as a plain value."""
    return one_of_list(Codec(encode=lambda block: block[name], decode=lambda value: {name: value}))


_PUT_RECORD = Op(
    "change_resource_record_sets", {"HostedZoneId": Prop("zoneId")}, again=(NO_ZONE,), then=EVERYWHERE
)

RECORD = ResourceSpec(
    type="aws:route53/record:Record",
    service="route53",
    regional=False,
    # With `_<set identifier>` behind it, if there is one: special/record.py.
    id=Text("{zoneId}_{name}_{type}"),
    create=_PUT_RECORD,
    read=Op("list_resource_record_sets", {"HostedZoneId": Prop("zoneId")}, answer="ResourceRecordSets"),
    delete=_PUT_RECORD,
    absent=(NO_ZONE,),
    find=ByInputs(),
    fields=(
        Field("zoneId", "HostedZoneId", REPLACE, read=None, with_create=False, required=True),
        Field("name", "Name", REPLACE, DOMAIN, read=None, required=True),
        Field("type", "Type", _PUT_RECORD, required=True),
        Field("ttl", "TTL", _PUT_RECORD),
        Field("records", "ResourceRecords", _PUT_RECORD, RECORDS),
        Field("aliases", "AliasTarget", _PUT_RECORD, ALIASES),
        Field("setIdentifier", "SetIdentifier", _PUT_RECORD),
        Field("healthCheckId", "HealthCheckId", _PUT_RECORD),
        Field("failoverRoutingPolicies", "Failover", _PUT_RECORD, _inside("type")),
        Field("weightedRoutingPolicies", "Weight", _PUT_RECORD, _inside("weight")),
        Field("latencyRoutingPolicies", "Region", _PUT_RECORD, _inside("region")),
        Field("geolocationRoutingPolicies", "GeoLocation", _PUT_RECORD, one_of_list(GEOLOCATION)),
        Field("multivalueAnswerRoutingPolicy", "MultiValueAnswer", _PUT_RECORD),
        Field("allowOverwrite", "", LOCAL, default=False),
    ),
    unique=("zoneId", "name", "type", "setIdentifier"),
    outputs={"fqdn": "Fqdn"},
    unsupported={
        "cidrRoutingPolicy": "regions are chosen by health, weight, latency or place, not by address",
        "geoproximityRoutingPolicy": "it needs a traffic policy's bias; choose by latency or place",
    },
    problems=_record_problems,
)

_CHECK = {"HealthCheckId": ID}
_SET = Op("update_health_check", _CHECK)
_ALARM = Whole(_SET)


def _setting(prop: str, api: str, codec: Codec = SAME, **more: Any) -> Field:
    """A setting of a health check, which `update_health_check` takes without its envelope."""
    path = f"HealthCheckConfig.{api}"
    return Field(prop, path, more.pop("on_change", _SET), codec, update_as=api, **more)


def _told(prop: str, api: str, otherwise: str, codec: Codec = SAME) -> Field:
    """The same, of which Route 53 chooses one for a check that has such a thing."""
    return _setting(prop, api, codec, read=f"HealthCheckConfig.{api} || {otherwise}", computed=True)


def _check_problems(inputs: Properties) -> Iterator[Problem]:
    alarm = [inputs.get(prop) is not None for prop in ("cloudwatchAlarmName", "cloudwatchAlarmRegion")]
    if any(alarm) != all(alarm):
        yield Problem("cloudwatchAlarmRegion", "an alarm is known by its name and its region")


HEALTH_CHECK = ResourceSpec(
    type="aws:route53/healthCheck:HealthCheck",
    service="route53",
    regional=False,
    id="Id",
    create=Op("create_health_check", {"CallerReference": NONCE}, answer="HealthCheck"),
    read=Op("list_health_checks", answer="HealthChecks", pick={"Id": ID}),
    also={"Tags": _told_tags("healthcheck")},
    delete=Op("delete_health_check", _CHECK),
    absent=("NoSuchHealthCheck",),
    find=Listed(Op("list_health_checks", answer="HealthChecks[].Id")),
    fields=(
        _setting("type", "Type", on_change=REPLACE, required=True),
        _setting("requestInterval", "RequestInterval", on_change=REPLACE),
        _setting(
            "measureLatency",
            "MeasureLatency",
            on_change=REPLACE,
            read="HealthCheckConfig.MeasureLatency || `false`",
            default=False,
        ),
        _setting("routingControlArn", "RoutingControlArn", on_change=REPLACE),
        _setting("fqdn", "FullyQualifiedDomainName", reset=""),
        _setting("ipAddress", "IPAddress"),
        _setting("port", "Port"),
        _setting("resourcePath", "ResourcePath", reset=""),
        _setting("searchString", "SearchString", reset=""),
        _told("failureThreshold", "FailureThreshold", "`0`"),
        _told("enableSni", "EnableSNI", "`false`"),
        _told("regions", "Regions", "`[]`", SET),
        _setting("childHealthchecks", "ChildHealthChecks", SET, reset=[]),
        _setting("childHealthThreshold", "HealthThreshold", reset=0),
        _setting("cloudwatchAlarmName", "AlarmIdentifier.Name", on_change=_ALARM),
        _setting("cloudwatchAlarmRegion", "AlarmIdentifier.Region", on_change=_ALARM),
        _setting("insufficientDataHealthStatus", "InsufficientDataHealthStatus"),
        _setting("invertHealthcheck", "Inverted", read="HealthCheckConfig.Inverted || `false`", reset=False),
        _setting(
            "disabled", "Disabled", read="HealthCheckConfig.Disabled || `false`", reset=False, default=False
        ),
    ),
    tags=_tags("healthcheck"),
    outputs={"arn": Text("arn:{partition}:route53:::healthcheck/{id}"), "triggers": "`{}`"},
    unsupported={
        "referenceName": "a check is known by its tags; the reference is new for each call",
        "triggers": "an alarm that changes is looked up again when its name changes",
    },
    problems=_check_problems,
)

SPECS = (ZONE, ZONE_ASSOCIATION, RECORD, HEALTH_CHECK)
