"""Add-ons keep the role of their service account through other changes, and lose it when the program says so."""

from provisioner.providers.aws.catalog.eks_nodes import ADDON
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.interface import Object
from tests.support.aws_recorder import Recorder

ROLE = "arn:aws:iam::123456789012:role/cni"
INPUTS = {"clusterName": "prod", "addonName": "vpc-cni", "addonVersion": "v1.20.4-eksbuild.2"}


def updated(old, new):
    """What is sent to bring the add-on from the one to the other."""
    present = {"addonName": "vpc-cni", "clusterName": "prod", "status": "ACTIVE"}
    aws = Recorder(
        update_addon={"update": {"id": "u-1"}},
        describe_update={"update": {"status": "Successful"}},
        describe_addon={"addon": present},
    )
    before = Object(
        "prod:vpc-cni", {**INPUTS, **old}, {**INPUTS, **old, "region": "us-east-1", "status": "ACTIVE"}
    )
    TableDriver(ADDON, aws.scope()).update(before, {**INPUTS, **new})
    [sent] = [given for name, given in aws.calls if name == "update_addon"]
    return {name: value for name, value in sent.items() if name not in ("clusterName", "addonName")}


def test_a_change_carries_the_role_that_there_is():
    """A call without it would take it away."""
    role = {"serviceAccountRoleArn": ROLE, "resolveConflictsOnUpdate": "PRESERVE"}
    assert updated(role, {**role, "addonVersion": "v1.21.1-eksbuild.1"}) == {
        "addonVersion": "v1.21.1-eksbuild.1",
        "serviceAccountRoleArn": ROLE,
        "resolveConflicts": "PRESERVE",
    }


def test_a_role_that_the_program_no_longer_names_is_taken_away():
    assert updated({"serviceAccountRoleArn": ROLE}, {}) == {"serviceAccountRoleArn": ""}
