"""Clusters change one kind of thing at a time, each change is seen through, and some only go one way."""

import pytest

from provisioner.plan.values import UNKNOWN
from provisioner.providers.interface import Identity
from tests.support.aws_cases import ALL, Case, Json, Ref

CASE = next(case for case in ALL if case.file == "eks_cluster")
TYPE = CASE.type
OPEN = {"subnetIds": [Ref("a"), Ref("b")]}
PLAIN = Case(TYPE, {"roleArn": Ref("role", "arn"), "version": "1.34", "vpcConfig": OPEN}, needs=CASE.needs)


@pytest.fixture
def asked(provider):
    """The changes that EKS is asked for, by what is in them."""
    seen = []
    events = provider.scope.clients.client("eks", "us-east-1").meta.events

    def note(params, model, **_):
        if model.name.startswith(("Update", "Associate")):
            seen.append((model.name, sorted(params.keys() - {"name", "clusterName", "clientRequestToken"})))

    events.register("provide-client-params.eks", note)
    yield seen
    events.unregister("provide-client-params.eks", note)


def test_a_new_version_comes_first_and_is_seen_through(provider, stage, asked):
    """Then what else differs, each kind in a call of its own."""
    made = stage.make(PLAIN)
    changes = {
        "version": "1.35",
        "enabledClusterLogTypes": ["audit"],
        "upgradePolicy": {"supportType": "STANDARD"},
    }
    wanted = stage.inputs(PLAIN, made.inputs, **changes)
    assert not provider.diff(TYPE, made, wanted).replaces
    changed = provider.update(TYPE, made, wanted)
    assert [what for _, what in asked] == [["version"], ["logging"], ["upgradePolicy"]]
    assert changed.outputs["version"] == "1.35"
    assert not provider.diff(TYPE, changed, wanted)


def test_each_part_of_the_network_is_changed_by_a_call_of_its_own(provider, stage, asked):
    """EKS refuses a call that changes who reaches the control plane and where it stands."""
    made = stage.make(PLAIN)
    network = {
        "subnetIds": [Ref("a"), Ref("c")],
        "securityGroupIds": [Ref("group")],
        "endpointPrivateAccess": True,
        "endpointPublicAccess": False,
        "controlPlaneEgressMode": "CUSTOMER_ROUTED",
    }
    wanted = stage.inputs(PLAIN, made.inputs, vpcConfig=network)
    changed = stage.made["it"] = provider.update(TYPE, made, wanted)
    assert len(asked) == 4
    assert not provider.diff(TYPE, provider.read(TYPE, Identity(made.id, wanted, changed.outputs)), wanted)
    back = stage.inputs(PLAIN, wanted)
    assert provider.diff(TYPE, changed, back).updates == (
        "vpcConfig",
    )  # the mode is AWS's to choose if left out
    routed = stage.inputs(PLAIN, wanted, vpcConfig={**OPEN, "controlPlaneEgressMode": "AWS_MANAGED"})
    assert provider.diff(TYPE, changed, routed).replaces == ("vpcConfig",)


def test_what_aws_chooses_beside_what_was_asked_for_is_an_output(provider, stage):
    """Unknown before, known after; and no difference to what the program says."""
    stage.make(PLAIN)
    made = stage.made["it"]
    network = made.outputs["vpcConfig"]
    assert network["clusterSecurityGroupId"].startswith("sg-")
    assert network["vpcId"] == stage.made["vpc"].id
    planned = provider.planned(TYPE, None, made.inputs)["vpcConfig"]
    assert planned["clusterSecurityGroupId"] is UNKNOWN
    assert planned["subnetIds"] == network["subnetIds"]
    assert "vpcId" not in made.inputs["vpcConfig"]


def test_a_cluster_without_a_key_gets_one_in_place_and_keeps_it(provider, stage):
    """Encryption can be turned on, never off, and its key does not change."""
    made = stage.make(PLAIN)
    key = {"provider": {"keyArn": Ref("key", "arn")}, "resources": ["secrets"]}
    sealed = stage.inputs(PLAIN, made.inputs, encryptionConfig=key)
    assert provider.diff(TYPE, made, sealed).updates == ("encryptionConfig",)
    made = stage.made["it"] = provider.update(TYPE, made, sealed)
    assert made.outputs["encryptionConfig"]["provider"]["keyArn"] == stage.made["key"].outputs["arn"]
    assert provider.diff(TYPE, made, stage.inputs(PLAIN, sealed)).replaces == ("encryptionConfig",)
    other = {"provider": {"keyArn": "arn:aws:kms:us-east-1:123456789012:key/other"}, "resources": ["secrets"]}
    again = stage.inputs(PLAIN, sealed, encryptionConfig=other)
    assert provider.diff(TYPE, made, again).replaces == ("encryptionConfig",)


def test_access_entries_are_turned_on_in_place(provider, stage):
    made = stage.make(PLAIN)
    wanted = stage.inputs(PLAIN, made.inputs, accessConfig={"authenticationMode": "API"})
    assert provider.diff(TYPE, made, wanted).updates == ("accessConfig",)
    made = stage.made["it"] = provider.update(TYPE, made, wanted)
    assert made.outputs["accessConfig"]["authenticationMode"] == "API"


def test_who_is_the_first_administrator_is_decided_at_birth(provider, kept):
    """AWS never tells, so the record counts; an imported cluster is not replaced for what nobody knows."""
    stage = kept(CASE)
    made = stage.made["it"]
    first = {"authenticationMode": "API_AND_CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True}
    other = stage.inputs(CASE, made.inputs, accessConfig=first)
    assert stage.provider.diff(TYPE, made, other).replaces == ("accessConfig",)
    imported = stage.provider.read(TYPE, Identity(made.id))
    assert not stage.provider.diff(TYPE, imported, made.inputs).replaces


def test_auto_mode_is_refused_wherever_it_is_written(provider):
    written = {
        "roleArn": "arn:aws:iam::123456789012:role/x",
        "vpcConfig": {"subnetIds": ["subnet-1"]},
        "computeConfig": {"enabled": True},
        "kubernetesNetworkConfig": {"elasticLoadBalancing": {"enabled": True}},
    }
    problems = provider.check(TYPE, "thing", None, written, b"seed").problems
    assert [problem.property for problem in problems] == ["computeConfig", "kubernetesNetworkConfig"]
    assert all("EKS Auto Mode is not supported" in problem.reason for problem in problems)


def test_a_cluster_whose_subnets_are_not_known_yet_can_be_planned(provider):
    written = {"roleArn": UNKNOWN, "vpcConfig": {"subnetIds": [UNKNOWN, "subnet-1"]}}
    checked = provider.check(TYPE, "thing", None, written, b"seed")
    assert not checked.problems
    assert provider.planned(TYPE, None, checked.inputs)["vpcConfig"]["vpcId"] is UNKNOWN


def test_an_entry_of_the_role_is_known_by_cluster_and_principal(provider, stage):
    """Who has access, by which policy, and as whom pods act, have the ids that pulumi-aws records."""
    trusting = {"Version": "2012-10-17", "Statement": []}
    stage.make(Case("aws:iam/role:Role", {"assumeRolePolicy": Json(trusting)}, name="user"), "user")
    api = {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
    cluster = stage.make(Case(TYPE, {**PLAIN.inputs, "accessConfig": api}, needs=CASE.needs), "cluster")
    user = stage.made["user"].outputs["arn"]
    entry = Case("aws:eks/accessEntry:AccessEntry", {"clusterName": cluster.id, "principalArn": user})
    assert stage.make(entry, "entry").id == f"{cluster.id}:{user}"
    pods = Case(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        {"clusterName": cluster.id, "namespace": "ml", "serviceAccount": "trainer", "roleArn": user},
    )
    association = stage.make(pods, "pods")
    for id in (association.id, f"{cluster.id},{association.id}"):
        assert provider.read(pods.type, Identity(id)).outputs == association.outputs
    assert provider.read(pods.type, Identity("a-0123456789abcdefg")) is None
