"""What somebody did to the cloud, for tests of what is shown and decided about it."""

from provisioner.engine.outside import Looked, Outside
from provisioner.plan.diff import MISSING, Change
from provisioner.plan.model import Drift, DriftKind, Unfinished
from provisioner.plan.values import Secret
from tests.support.plans import KEY, NETWORK, REPOSITORY, STACK, VPC, urn

CANARY = "canary-51d0"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
IMAGES = urn("mlplat:registry:ImageRepository", "images")
NET = urn(NETWORK, "network")


def changed(type, name, *changes):
    return Drift(DriftKind.CHANGED, urn(type, name), type, tuple(Change(*each) for each in changes))


def gone(type, name):
    return Drift(DriftKind.GONE, urn(type, name), type)


def looked(*outside, **more):
    return Looked(layer="foundation", region="us-east-1", stack=STACK, outside=outside, **more)


POLICY = '{{"Statement": [{{"Effect": "{}", "Principal": "*"}}]}}'

EVERYTHING = looked(
    Outside(
        changed(
            REPOSITORY,
            "images-serving",
            ("imageTagMutability", "IMMUTABLE", "MUTABLE"),
            ("tags.note", MISSING, "hello"),
            ("tagsAll.note", MISSING, "hello"),
            ("password", Secret(f"{CANARY}-old"), Secret(f"{CANARY}-new")),
        ),
        IMAGES,
        "registry.repositories[0]",
    ),
    Outside(changed(VPC, "vpc", ("tags.note", "a", "b")), NET, "network"),
    Outside(gone(KEY, "key"), "", "", (urn(LOGS, "logs"),)),
    Outside(changed(LOGS, "logs", ("retentionInDays", 365, 3653)), NET, "network"),
    Outside(changed(KEY, "other", ("policy", POLICY.format("Deny"), POLICY.format("Allow"))), NET, "network"),
    newer=(changed(VPC, "other", ("dhcpOptionsId", "dopt-1", "dopt-2")),),
    unfinished=(Unfinished("creating", urn(VPC, "third"), VPC, "was made, id vpc-3"),),
)
