"""A refresh asks AWS as little as its API allows: one list where there is one, and nothing twice."""

import collections

import pytest

from provisioner.providers.interface import Identity

TRUST = {"assumeRolePolicy": '{"Version": "2012-10-17", "Statement": []}'}
NUMBER = 4


@pytest.fixture
def calls(provider):
    """The operations a block of code asks for, counted."""
    counted = collections.Counter()

    def count(model, **_):
        counted[model.name] += 1

    clients = [
        provider.scope.clients.client(name, "us-east-1")
        for name in ("kms", "ecr", "iam", "logs", "ec2", "efs", "rds", "route53")
    ]
    for client in clients:
        client.meta.events.register("before-call", count)
    yield counted
    for client in clients:
        client.meta.events.unregister("before-call", count)


@pytest.mark.parametrize(
    ("type", "inputs", "expected"),
    [
        (
            "aws:kms/key:Key",
            {"deletionWindowInDays": 7},
            {"DescribeKey": 4, "GetKeyPolicy": 4, "GetKeyRotationStatus": 4, "ListResourceTags": 4},
        ),
        ("aws:kms/alias:Alias", {"targetKeyId": "key"}, {"ListAliases": 1}),
        ("aws:ecr/repository:Repository", {}, {"DescribeRepositories": 1, "ListTagsForResource": 4}),
        ("aws:iam/role:Role", TRUST, {"GetRole": 4, "ListAttachedRolePolicies": 4}),
        ("aws:iam/instanceProfile:InstanceProfile", {}, {"GetInstanceProfile": 4}),
        ("aws:cloudwatch/logGroup:LogGroup", {}, {"DescribeLogGroups": 4, "ListTagsForResource": 4}),
        (
            "aws:efs/fileSystem:FileSystem",
            {},
            {"DescribeFileSystems": 1, "DescribeLifecycleConfiguration": 4},
        ),
        (
            "aws:rds/parameterGroup:ParameterGroup",
            {"family": "postgres17"},
            {"DescribeDBParameterGroups": 1, "DescribeDBParameters": 4, "ListTagsForResource": 4},
        ),
        (
            "aws:rds/instance:Instance",
            {
                "engine": "postgres",
                "instanceClass": "db.t4g.micro",
                "allocatedStorage": 20,
                "username": "platform",
                "manageMasterUserPassword": True,
                "skipFinalSnapshot": True,
            },
            {"DescribeDBInstances": 1},
        ),
        (
            "aws:route53/healthCheck:HealthCheck",
            {"type": "TCP", "ipAddress": "203.0.113.5", "port": 443},
            {"ListHealthChecks": 1, "ListTagsForResource": 4},
        ),
        (
            "aws:ec2/launchTemplate:LaunchTemplate",
            {"instanceType": "m7i.large"},
            {"DescribeLaunchTemplates": 1, "DescribeLaunchTemplateVersions": 4},
        ),
        ("aws:ec2/placementGroup:PlacementGroup", {"strategy": "cluster"}, {"DescribePlacementGroups": 1}),
    ],
)
def test_a_refresh_makes_these_calls_for_four_objects(provider, calls, type, inputs, expected):
    """At most two for each object, but for keys, whose policy, rotation and tags are three calls of their own."""
    made = []
    if "targetKeyId" in inputs:
        key = provider.create("aws:kms/key:Key", provider.check("aws:kms/key:Key", "k", None, {}, b"").inputs)
        made.append(("aws:kms/key:Key", key))
        inputs = {"targetKeyId": key.id}
    for n in range(NUMBER):
        checked = provider.check(type, f"thing{n}", None, inputs, b"seed")
        made.append((type, provider.create(type, checked.inputs)))
    ours = [Identity(it.id, it.inputs, it.outputs) for kind, it in made if kind == type]
    calls.clear()
    seen = provider.read_all(type, ours)
    counted = dict(calls)
    for kind, it in reversed(made):
        provider.delete(kind, it)
    assert counted == expected
    assert None not in seen.values()
