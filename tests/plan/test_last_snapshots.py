"""A snapshot that nobody can restore once its key is gone is told of as long as it can be kept."""

from dataclasses import replace

from provisioner.plan.last_snapshots import all_losses
from provisioner.plan.model import Mode
from tests.support.plans import KEY, VPC, plan, step

DATABASE = "aws:rds/instance:Instance"
ID = "11111111-2222-3333-4444-555555555555"
SNAPSHOT = {"kmsKeyId": f"arn:aws:kms:us-east-1:111122223333:key/{ID}", "finalSnapshotIdentifier": "db-final"}


def destroyed(database=SNAPSHOT, key=None, region="us-east-1"):
    """What the destroy of two layers says of a database and its key."""
    above = plan(step("delete", DATABASE, "db", database), mode=Mode.DESTROY)
    below = plan(
        step("delete", KEY, "data", key or {"deletionWindowInDays": 14}, id=ID),
        step("delete", VPC, "v"),
        mode=Mode.DESTROY,
    )
    return {loss.step.name: loss.what for loss in all_losses((above, replace(below, region=region)))}


def test_database_and_key_both_say_until_when_the_snapshot_can_be_restored(golden):
    golden("".join(f"{name}: {what}\n" for name, what in destroyed().items()))


def test_a_snapshot_that_is_not_made_is_not_told_of():
    plain = {"db": "its databases", "data": "everything that is encrypted with it"}
    assert destroyed({**SNAPSHOT, "skipFinalSnapshot": True}) == plain


def test_a_snapshot_whose_key_stays_is_not_told_of():
    """Nor one whose key is the key of the same id in another region."""
    plain = {"db": "its databases", "data": "everything that is encrypted with it"}
    assert destroyed(region="eu-west-1") == plain
    assert destroyed({**SNAPSHOT, "kmsKeyId": SNAPSHOT["kmsKeyId"].replace(ID, "other")}) == plain
    alone = all_losses((plan(step("delete", DATABASE, "db", SNAPSHOT), mode=Mode.DESTROY),))
    assert [loss.what for loss in alone] == ["its databases"]


def test_aws_waits_a_month_if_nothing_else_was_said():
    assert "within 30 days" in destroyed(key={"description": "data"})["db"]
