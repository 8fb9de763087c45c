"""Plans, steps and recorded resources for tests of what is shown and decided about them."""

from dataclasses import replace

from provisioner.engine.interface import Recorded
from provisioner.plan.diff import changes
from provisioner.plan.model import Mode, Op, Risk, Source, StackPlan, Step
from provisioner.plan.risk import risk_of

STACK = "local.us-east-1"
ROOT = f"urn:pulumi:{STACK}::foundation::pulumi:pulumi:Stack::foundation-{STACK}"
NETWORK = "mlplat:network:PrivateNetwork"
VPC = "aws:ec2/vpc:Vpc"
KEY = "aws:kms/key:Key"
REPOSITORY = "aws:ecr/repository:Repository"
CHART = "kubernetes:helm.sh/v3:Release"


def urn(type, name):
    return f"urn:pulumi:{STACK}::foundation::{type}::{name}"


def step(op, type, name, old=None, new=None, *, reasons=(), parent=ROOT, **more):
    """A step whose changes follow from its old and new inputs; if data goes with it, it says so."""
    old, new = old or {}, new or {}
    made = Step(
        op=Op(op),
        urn=urn(type, name),
        type=type,
        name=name,
        parent=parent,
        custom=not type.startswith("mlplat:"),
        old=old,
        new=new,
        changes=tuple(changes(dict(old), dict(new))),
        reasons=tuple(reasons),
        **more,
    )
    risk = risk_of(made, is_disposable=False)
    return replace(made, risk=risk) if risk is Risk.DATA_LOSS else made


def root(op="same"):
    return Step(Op(op), ROOT, "pulumi:pulumi:Stack", f"foundation-{STACK}", custom=False)


def plan(*steps, mode=Mode.UPDATE, source=Source.STATE, **more):
    return StackPlan(STACK, "foundation", "us-east-1", mode, source, steps, **more)


def recorded(type, name, id="", *, inputs=None, outputs=None, parent=ROOT, **more):
    flags = {"protect": False, "pending_deletion": False} | more
    return Recorded(
        urn=urn(type, name),
        type=type,
        id=id,
        parent=parent,
        custom=not type.startswith("mlplat:"),
        inputs=inputs or {},
        outputs=outputs or {},
        **flags,
    )
