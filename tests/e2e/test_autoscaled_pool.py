"""A pool whose size an autoscaler looks after: the program says where it starts and how far it may go."""

import json

import pulumi
import pulumi_aws as aws
import pytest

from provisioner.engine.interface import Result
from tests.e2e.one_type import REGION, Desk, package_at

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": ["eks.amazonaws.com", "ec2.amazonaws.com"]},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
            }
        ],
    }
)


def pool(maximum):
    """A program with one pool of at most so many nodes."""

    def program():
        here = pulumi.ResourceOptions(provider=pulumi.ProviderResource("aws", "here", {"region": REGION}))
        role = aws.iam.Role("role", assume_role_policy=TRUST, opts=here)
        vpc = aws.ec2.Vpc("vpc", cidr_block="10.20.0.0/16", opts=here)
        subnets = [
            aws.ec2.Subnet(
                f"private-{zone}",
                vpc_id=vpc.id,
                cidr_block=f"10.20.{number}.0/24",
                availability_zone=f"{REGION}{zone}",
                opts=here,
            ).id
            for number, zone in enumerate("ab")
        ]
        cluster = aws.eks.Cluster("cluster", role_arn=role.arn, vpc_config={"subnet_ids": subnets}, opts=here)
        group = aws.eks.NodeGroup(
            "pool",
            cluster_name=cluster.name,
            node_role_arn=role.arn,
            subnet_ids=subnets,
            scaling_config={"min_size": 0, "desired_size": 0, "max_size": maximum},
            opts=pulumi.ResourceOptions.merge(
                here, pulumi.ResourceOptions(ignore_changes=["scalingConfig.desiredSize"])
            ),
        )
        pulumi.export("cluster", cluster.name)
        pulumi.export("group", group.node_group_name)
        pulumi.export("securityGroup", cluster.vpc_config.cluster_security_group_id)

    return program


@pytest.fixture
def desk(cloud, tmp_path, quick_passphrase):
    """A stack in the local cloud, emptied at the end."""
    desk = Desk(tmp_path, package_at(cloud.endpoint))
    yield desk
    assert desk.apply(lambda: None).result is Result.DONE


def _pool(cloud):
    eks = cloud.client("eks")
    [cluster] = [name for name in eks.list_clusters()["clusters"] if name.startswith("cluster-")]
    [group] = eks.list_nodegroups(clusterName=cluster)["nodegroups"]
    return {"clusterName": cluster, "nodegroupName": group}


def test_the_size_that_the_autoscaler_chose_survives_plans_and_changes(cloud, desk):
    """Also a change that is planned from the state, which knows nothing of the autoscaler."""
    assert desk.apply(pool(4)).result is Result.DONE
    this, eks = _pool(cloud), cloud.client("eks")
    eks.update_nodegroup_config(**this, scalingConfig={"desiredSize": 3})
    assert desk.plan(pool(4)).is_empty
    assert desk.apply(pool(8)).result is Result.DONE
    sizes = eks.describe_nodegroup(**this)["nodegroup"]["scalingConfig"]
    assert sizes == {"minSize": 0, "desiredSize": 3, "maxSize": 8}
    assert desk.plan(pool(8)).is_empty
