"""ARNs follow from region and account alone, without asking AWS."""

import pytest

from components.location import Location


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("eu-west-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")],
)
def test_the_partition_follows_from_the_region(region, partition):
    here = Location(region=region, account_id="111122223333")
    assert here.partition == partition
    assert here.root == f"arn:{partition}:iam::111122223333:root"
    assert (
        here.arn("ecr", "repository/dev/*") == f"arn:{partition}:ecr:{region}:111122223333:repository/dev/*"
    )
    assert here.managed_policy("ReadOnly") == f"arn:{partition}:iam::aws:policy/ReadOnly"
