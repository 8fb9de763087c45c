"""A plan of many resources in two regions and two layers, with every kind of step in it."""

from provisioner.plan.diff import changes
from provisioner.plan.model import Cause, Drift, DriftKind, Mode, Op, Source, StackPlan, Step
from provisioner.plan.risk import risk_of
from provisioner.plan.values import UNKNOWN, Secret
from provisioner.report.plan_view import PlanView
from dataclasses import replace

TYPES = (
    "aws:ec2/subnet:Subnet",
    "aws:ecr/repository:Repository",
    "aws:iam/role:Role",
    "aws:s3/bucketV2:BucketV2",
)
OPS = (Op.CREATE, Op.UPDATE, Op.UPDATE, Op.SAME, Op.REPLACE, Op.DELETE)
CANARY = "canary-7f3a"


def large_view(count=1000, is_disposable=False):
    """`count` objects, ten to a component."""
    each = count // 4
    plans = [
        _stack(layer, region, each, is_disposable)
        for region in ("us-east-1", "eu-west-1")
        for layer in ("foundation", "cluster")
    ]
    return PlanView(
        environment="prod",
        plans=tuple(plans),
        notices=("The account was not checked: there are no credentials",),
        is_disposable=is_disposable,
    )


def _stack(layer, region, count, is_disposable):
    stack = f"prod.{region}"
    root = f"urn:pulumi:{stack}::{layer}::pulumi:pulumi:Stack::{layer}-{stack}"
    steps = [Step(Op.SAME, root, "pulumi:pulumi:Stack", f"{layer}-{stack}", custom=False)]
    for number in range(count):
        group = number // 10
        parent = f"urn:pulumi:{stack}::{layer}::mlplat:test:Part::part-{group}"
        if number % 10 == 0:
            steps.append(
                Step(
                    Op.SAME,
                    parent,
                    "mlplat:test:Part",
                    f"part-{group}",
                    parent=root,
                    custom=False,
                    origin="network",
                )
            )
        steps.append(_step(stack, layer, parent, number, is_disposable))
    drift = (Drift(DriftKind.GONE, steps[2].urn, steps[2].type),)
    return StackPlan(
        stack,
        layer,
        region,
        Mode.UPDATE,
        Source.STATE,
        tuple(steps),
        drift=drift,
        notes=("a note",),
        outputs={"vpcId": UNKNOWN},
        old_outputs={"vpcId": "vpc-1"},
    )


def _step(stack, layer, parent, number, is_disposable):
    op, type = OPS[number % len(OPS)], TYPES[number % len(TYPES)]
    old = {"size": number, "tags": {"owner": "a", "n": str(number)}, "password": Secret(f"{CANARY}-old")}
    new = {"size": number + 1, "tags": {"owner": "b", "n": str(number)}, "password": Secret(f"{CANARY}-new")}
    chain = f"mlplat:test:Part${type}"
    step = Step(
        op,
        f"urn:pulumi:{stack}::{layer}::{chain}::thing-{number}",
        type,
        f"thing-{number}",
        parent=parent,
        id="" if op is Op.CREATE else f"id-{number}",
        old={} if op is Op.CREATE else old,
        new={} if op is Op.DELETE else new,
        changes=tuple(changes(old, new)) if op in (Op.UPDATE, Op.REPLACE) else (),
        reasons=("size",) if op in (Op.UPDATE, Op.REPLACE) else (),
        delete_first=number % 12 == 4,
        dependencies=(
            f"urn:pulumi:{stack}::{layer}::mlplat:test:Part${TYPES[(number - 13) % 4]}::thing-{number - 13}",
        )
        if number > 13
        else (),
        origin="network",
    )
    causes = (Cause("size", "network.zones", "environments/prod.yaml:12"),) if op.changes_something else ()
    return replace(step, risk=risk_of(step, is_disposable=is_disposable), causes=causes)
