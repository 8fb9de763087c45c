"""What rules see: plans, clouds and states as resources, the environment as facts; and what they said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, cast

from environments.bucket_address import BucketAddress
from environments.connectivity import AirGap
from environments.model import Environment
from environments.network import OwnNetwork
from policies.check import READ, Report, Verdict
from policies.model import Resource
from policies.scene import Facts
from policies.values import UNKNOWN, Hidden
from provisioner.engine.policy_failures import RefusedByPolicy, Stopping
from provisioner.plan.marks import REFERENCE, SECRET, SIGNATURE
from provisioner.plan.model import Op, StackPlan, Step
from provisioner.plan.values import Reference, Secret, Unknown

_FILES: Final = ("waiver", "baseline")
"""Types of what is no resource, but an entry of a file that is wrong."""

_OF_KARPENTER: Final = ("endpoints-sqs", "endpoints-ssm", "interruptions", "karpenter")
"""What is there where Karpenter makes nodes, and nowhere else."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A report, and where the settings are that it is about."""

    report: Report
    places: Mapping[str, str]
    """`file:line` by setting."""

    def place(self, verdict: Verdict) -> str:
        """Where the setting is that a resource was made from, or the line of a waiver; empty if not known."""
        if verdict.resource.type in _FILES:
            return verdict.resource.origin
        return self.places.get(verdict.resource.origin, "")

    def must_be_allowed(self) -> None:
        """Raises `RefusedByPolicy` if anything stops the plan."""
        if stopping := self.report.blocking:
            raise RefusedByPolicy(tuple(map(self.stopping, stopping)))

    def stopping(self, verdict: Verdict) -> Stopping:
        """A verdict as a failure tells it."""
        return Stopping(
            rule=verdict.rule.id,
            title=verdict.rule.title,
            urn=verdict.resource.urn,
            path=verdict.path,
            message=verdict.message,
            fix=verdict.rule.fix,
            place=self.place(verdict),
        )


def of_plans(plans: Sequence[StackPlan]) -> tuple[Resource, ...]:
    """The resources as they will be; those that go have the change `delete`."""
    return tuple(_of_step(step, plan, regions) for plan, regions in _each(plans) for step in plan.steps)


def as_known(planned: Resource, step: Step) -> Resource:
    """A planned resource with the inputs it gets, all of which are known by now."""
    return replace(planned, inputs=seen(dict(step.new)), id=step.id or planned.id)


def of_cloud(plans: Sequence[StackPlan]) -> tuple[Resource, ...]:
    """The resources as they are now: plans from the cloud have what was just read."""
    return tuple(
        _of_step(step, plan, regions, is_now=True)
        for plan, regions in _each(plans)
        for step in plan.steps
        if step.op is not Op.CREATE
    )


def of_deployment(document: Mapping[str, Any]) -> tuple[Resource, ...]:
    """The resources in a state as it is exported; what is sealed in it stays hidden.

    Whatever is not of Pulumi's deployment format is passed over.
    """
    checkpoint = cast("Mapping[str, Any]", document.get("checkpoint") or {})
    deployment = cast("Mapping[str, Any]", document.get("deployment") or checkpoint.get("latest") or {})
    records = cast("list[dict[str, Any]]", deployment.get("resources") or [])
    living = [each for each in records if not each.get("delete")]
    regions = {each["urn"]: each.get("inputs", {}).get("region", "") for each in living}
    return tuple(_of_record(each, regions) for each in living)


def facts(environment: Environment, today: date, given: Mapping[str, Any] | None = None) -> Facts:
    """What rules may know of an environment."""
    network, gap = environment.network, environment.connectivity
    blocks = (
        [str(environment.region_block(region)) for region in environment.regions]
        if isinstance(network, OwnNetwork)
        else []
    )
    return Facts(
        environment=environment.name,
        cloud=environment.cloud,
        account=environment.account_id,
        data_class=environment.data_class,
        regions=environment.regions,
        placed=_placed(environment),
        sealed_by=environment.state.secrets.partition(":")[0]
        if isinstance(environment.state.backend, BucketAddress)
        else "",
        is_airgapped=isinstance(gap, AirGap),
        # In the cloud on a desk nothing counts as data, and everything is to go at a word.
        is_hardened=environment.security == "hardened" and environment.cloud != "local",
        mirror=gap.mirror if isinstance(gap, AirGap) else "",
        boundary=(*blocks, *(map(str, gap.boundary) if isinstance(gap, AirGap) else ())),
        today=today,
        parameters=environment.policies.parameters,
        given=given or {},
    )


def _placed(environment: Environment) -> dict[str, tuple[str, ...]]:
    """What some regions alone have, by the beginnings of names: pools, and what Karpenter needs."""
    pools = {f"{environment.name}-gpu-{pool.name}": pool.regions for pool in environment.gpu_pools}
    makes_nodes = tuple(each for each in environment.regions if environment.pools_by("karpenter", each))
    needed = {f"{environment.name}-{part}": makes_nodes for part in _OF_KARPENTER}
    return {name: regions for name, regions in {**pools, **needed}.items() if regions}


def _each(plans: Iterable[StackPlan]) -> Iterator[tuple[StackPlan, Mapping[str, str]]]:
    """Each plan with the region of each of its providers."""
    for plan in plans:
        providers = (step for step in plan.steps if step.type.startswith("pulumi:providers:"))
        yield plan, {step.urn: str((step.new or step.old).get("region", "")) for step in providers}


def _of_step(step: Step, plan: StackPlan, regions: Mapping[str, str], *, is_now: bool = False) -> Resource:
    inputs = step.old if is_now or step.op is Op.DELETE else step.new
    region = inputs.get("region")
    return Resource(
        urn=step.urn,
        type=step.type,
        name=step.name,
        inputs=seen(dict(inputs)),
        id=step.id,
        layer=plan.layer,
        region=region if isinstance(region, str) else regions.get(step.provider, plan.region),
        parent=step.parent,
        provider=step.provider,
        dependencies=frozenset(step.dependencies),
        property_dependencies={name: frozenset(urns) for name, urns in step.property_dependencies.items()},
        options=options(protect=step.protect, ignore_changes=step.ignore_changes),
        change=step.op.value,
        origin=step.origin,
    )


def _of_record(record: Mapping[str, Any], regions: Mapping[str, str]) -> Resource:
    urn, inputs = str(record["urn"]), _opened(record.get("inputs", {}))
    provider = str(record.get("provider", "")).rpartition("::")[0]
    needs = cast("Mapping[str, list[str] | None]", record.get("propertyDependencies") or {})
    region = inputs.get("region") or regions.get(provider)
    return Resource(
        urn=urn,
        type=record["type"],
        name=urn.split("::", 3)[-1],
        inputs=inputs,
        outputs=_opened(record.get("outputs", {})),
        id=str(record.get("id", "")),
        layer=urn.split("::", 2)[1],
        region=region if isinstance(region, str) else "",
        parent=str(record.get("parent", "")),
        change=READ if record.get("external") else "same",
        provider=provider,
        dependencies=frozenset(record.get("dependencies") or ()),
        property_dependencies={name: frozenset(urns or ()) for name, urns in needs.items()},
        options=options(
            protect=bool(record.get("protect")), ignore_changes=tuple(record.get("ignoreChanges") or ())
        ),
    )


def options(*, protect: bool, ignore_changes: tuple[str, ...]) -> dict[str, Any]:
    """Those of Pulumi's resource options that are set, as rules see them."""
    found: dict[str, Any] = {"protect": protect, "ignoreChanges": list(ignore_changes)}
    return {name: value for name, value in found.items() if value}


def seen(value: Any) -> Any:
    """A value of a plan, or from the wire, as rules see it."""
    match value:
        case Unknown():
            return UNKNOWN
        case Secret(inner):
            return Hidden(seen(inner))
        case Reference():
            return value.id if isinstance(value.id, str) else UNKNOWN
        case dict():
            return {key: seen(item) for key, item in cast("dict[str, Any]", value).items()}
        case list():
            return [seen(item) for item in cast("list[Any]", value)]
        case _:
            return value


def _secret(fields: Mapping[str, Any]) -> Any:
    """What a secret holds: JSON, if it was exported in plain; of what is sealed nobody can say anything."""
    plain = fields.get("plaintext")
    if not isinstance(plain, str):
        return UNKNOWN
    try:
        return _opened(json.loads(plain))
    except ValueError:
        return plain


def _opened(value: Any) -> Any:
    """A value of a state."""
    match value:
        case dict():
            fields = cast("dict[str, Any]", value)
            match fields.get(SIGNATURE):
                case None:
                    return {key: _opened(item) for key, item in fields.items()}
                case mark if mark == SECRET:
                    return Hidden(_secret(fields))
                case mark if mark == REFERENCE:
                    return fields.get("id", "")
                case _:
                    return fields
        case list():
            return [_opened(item) for item in cast("list[Any]", value)]
        case _:
            return value
