"""Somebody changes the cloud by hand: it is found without a trace, classed, kept or put back."""

import hashlib


def digests(folder):
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    return [(str(file), hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]


def meddle(cloud):
    """A change of each class, and a deletion."""
    images, logs = cloud.client("ecr"), cloud.client("logs")
    images.put_image_tag_mutability(repositoryName="small/serving", imageTagMutability="MUTABLE")
    [network] = cloud.client("ec2").describe_vpcs(Filters=[{"Name": "tag:environment", "Values": ["small"]}])[
        "Vpcs"
    ]
    cloud.client("ec2").create_tags(Resources=[network["VpcId"]], Tags=[{"Key": "note", "Value": "by hand"}])
    [group] = logs.describe_log_groups()["logGroups"]
    logs.put_retention_policy(logGroupName=group["logGroupName"], retentionInDays=3653)
    images.delete_lifecycle_policy(repositoryName="small/training")


def found(product, *options, code=7):
    found = product(f"drift small --json {' '.join(options)}", code=code).json["findings"]
    return {(each["name"], each["kind"], each["class"]) for each in found}


NETWORK = ("small-network-vpc", "changed", "benign")
IMAGES = ("small-images-serving", "changed", "security")
LOGS = ("small-flow-logs-us-east-1", "changed", "cost")
LIFECYCLE = ("small-images-training-lifecycle", "gone", "cost")


def test_what_was_done_by_hand_is_found_kept_or_put_back(product):
    product("apply small --yes")
    assert found(product, code=0) == set()
    meddle(product.cloud)
    state = product.folder / ".provisioner/state"
    before = digests(state)
    assert found(product) == {NETWORK, IMAGES, LOGS, LIFECYCLE}
    assert found(product, "--class security") == {IMAGES}
    assert digests(state) == before

    product("drift small --revert --class security --out back.plan")
    product("apply back.plan --yes")
    assert found(product) == {NETWORK, LOGS, LIFECYCLE}
    kept = product("drift small --adopt --class cost --yes").out
    assert "`network.flow_logs`, environments/small.yaml:5\n      network.flow_logs: 3653d\n" in kept
    assert found(product) == {NETWORK}
    assert 'tags.note: set to "by hand"' in product("refresh small --yes").out
    assert found(product, code=0) == set()
    assert {step["name"] for step in changes(product)} == {NETWORK[0], LOGS[0], LIFECYCLE[0]}
    product("state verify small")


def changes(product):
    steps = product("plan small --json").json["steps"]
    return [step for step in steps if step["op"] != "same"]
