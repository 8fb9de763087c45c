"""EKS in the local cloud: settings that are told, objects that know each other, and refusals with AWS's codes."""

import base64

import pytest
from cryptography import x509


@pytest.fixture
def eks(cloud):
    return cloud.client("eks")


def test_a_cluster_is_creating_first_and_then_active(cloud, eks):
    _, subnets = cloud.network()
    made = eks.create_cluster(name="one", roleArn=cloud.role(), resourcesVpcConfig={"subnetIds": subnets})
    assert made["cluster"]["status"] == "CREATING"
    eks.get_waiter("cluster_active").wait(name="one", WaiterConfig={"Delay": 0, "MaxAttempts": 1})
    assert eks.delete_cluster(name="one")["cluster"]["status"] == "DELETING"


def test_a_cluster_tells_its_settings(cloud):
    keys = [{"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:us-east-1:1:key/k"}}]
    network = {"endpointPublicAccess": False, "endpointPrivateAccess": True}
    settings = {
        "encryptionConfig": keys,
        "upgradePolicy": {"supportType": "STANDARD"},
        "computeConfig": {"enabled": False},
        "zonalShiftConfig": {"enabled": True},
        "deletionProtection": True,
    }
    logs = {"clusterLogging": [{"types": ["audit", "api"], "enabled": True}]}
    told = cloud.cluster(resourcesVpcConfig=network, logging=logs, **settings)
    assert {name: told[name] for name in settings} == settings
    assert told["accessConfig"] == {"authenticationMode": "API"}
    assert told["logging"]["clusterLogging"] == [
        {"types": ["api", "audit"], "enabled": True},
        {"types": ["authenticator", "controllerManager", "scheduler"], "enabled": False},
    ]
    assert {name: told["resourcesVpcConfig"][name] for name in network} == network
    assert told["resourcesVpcConfig"]["publicAccessCidrs"] == []


def test_what_nobody_asked_for_is_as_with_aws(cloud):
    told = cloud.cluster(accessConfig={})
    assert told["version"] == "1.35"
    assert told["accessConfig"] == {"authenticationMode": "CONFIG_MAP"}
    assert told["upgradePolicy"] == {"supportType": "EXTENDED"}
    assert told["resourcesVpcConfig"]["publicAccessCidrs"] == ["0.0.0.0/0"]
    assert told["kubernetesNetworkConfig"]["ipFamily"] == "ipv4"
    assert "encryptionConfig" not in told


def test_two_clusters_of_a_region_are_two_places(cloud):
    one, two = cloud.cluster("one"), cloud.cluster("two")
    assert one["endpoint"] != two["endpoint"]
    assert one["identity"]["oidc"]["issuer"] != two["identity"]["oidc"]["issuer"]


def test_the_certificate_of_a_cluster_can_be_read(cloud):
    pem = base64.b64decode(cloud.cluster()["certificateAuthority"]["data"])
    assert x509.load_pem_x509_certificate(pem).subject.rfc4514_string() == "CN=kubernetes"


def test_the_security_group_of_a_cluster_comes_and_goes_with_it(cloud, eks):
    network = cloud.cluster()["resourcesVpcConfig"]
    filters = [{"Name": "group-id", "Values": [network["clusterSecurityGroupId"]]}]
    ec2 = cloud.client("ec2")
    group = ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]
    assert group["VpcId"] == network["vpcId"]
    assert {"Key": "aws:eks:cluster-name", "Value": "one"} in group["Tags"]
    eks.delete_cluster(name="one")
    assert not ec2.describe_security_groups(Filters=filters)["SecurityGroups"]


def test_a_cluster_is_refused_that_aws_would_refuse(cloud, eks, refusal):
    _, subnets = cloud.network()
    role = {"name": "one", "roleArn": cloud.role()}
    both = {"subnetIds": subnets}
    one_zone, unknown = {"subnetIds": subnets[:1]}, {"subnetIds": ["subnet-1", "subnet-2"]}
    closed = {**both, "endpointPublicAccess": False, "endpointPrivateAccess": False}
    for network in (one_zone, unknown, closed):
        assert refusal(eks.create_cluster, **role, resourcesVpcConfig=network) == "InvalidParameterException"
    code = refusal(eks.create_cluster, **role, resourcesVpcConfig=both, version="1.20")
    assert code == "InvalidParameterException"


def test_a_request_that_is_sent_twice_makes_one_object(cloud, eks, refusal):
    cloud.cluster(clientRequestToken="t")
    pod = {"clusterName": "one", "namespace": "a", "serviceAccount": "b", "roleArn": cloud.role()}
    first = eks.create_pod_identity_association(**pod, clientRequestToken="t")["association"]
    assert eks.create_pod_identity_association(**pod, clientRequestToken="t")["association"] == first
    addon = {"clusterName": "one", "addonName": "coredns"}
    made = eks.create_addon(**addon, clientRequestToken="t")["addon"]
    assert eks.create_addon(**addon, clientRequestToken="t")["addon"] == made
    assert refusal(eks.create_addon, **addon, clientRequestToken="u") == "ResourceInUseException"
    logs = {"logging": {"clusterLogging": [{"types": ["api"], "enabled": True}]}}
    update = eks.update_cluster_config(name="one", **logs, clientRequestToken="t")["update"]["id"]
    assert eks.update_cluster_config(name="one", **logs, clientRequestToken="t")["update"]["id"] == update


def test_an_update_changes_one_kind_of_setting_and_something(cloud, eks, refusal):
    cloud.cluster()
    logs = {"clusterLogging": [{"types": ["api"], "enabled": True}]}
    policy = {"supportType": "STANDARD"}
    code = refusal(eks.update_cluster_config, name="one", logging=logs, upgradePolicy=policy)
    assert code == "InvalidParameterException"
    eks.update_cluster_config(name="one", upgradePolicy=policy)
    assert refusal(eks.update_cluster_config, name="one", upgradePolicy=policy) == "InvalidParameterException"
    public = {"endpointPublicAccess": True}
    assert (
        refusal(eks.update_cluster_config, name="one", resourcesVpcConfig=public)
        == "InvalidParameterException"
    )
    assert eks.describe_cluster(name="one")["cluster"]["upgradePolicy"] == policy


def test_the_authentication_mode_goes_one_way(cloud, eks, refusal):
    cloud.cluster(accessConfig={"authenticationMode": "CONFIG_MAP"})
    assert refusal(eks.list_access_entries, clusterName="one") == "InvalidRequestException"
    eks.update_cluster_config(name="one", accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"})
    back = {"authenticationMode": "CONFIG_MAP"}
    assert refusal(eks.update_cluster_config, name="one", accessConfig=back) == "InvalidParameterException"
    eks.list_access_entries(clusterName="one")


def test_a_cluster_goes_up_one_minor_version(cloud, eks, refusal):
    cloud.cluster(version="1.34")
    assert refusal(eks.update_cluster_version, name="one", version="1.36") == "InvalidParameterException"
    update = eks.update_cluster_version(name="one", version="1.35")["update"]
    assert {"type": "Version", "value": "1.35"} in update["params"]
    assert eks.describe_cluster(name="one")["cluster"]["version"] == "1.35"


def test_a_protected_or_used_cluster_stays(cloud, eks, refusal):
    told = cloud.cluster(deletionProtection=True)
    assert refusal(eks.delete_cluster, name="one") == "InvalidRequestException"
    eks.update_cluster_config(name="one", deletionProtection=False)
    group = {"clusterName": "one", "nodegroupName": "g"}
    subnets = told["resourcesVpcConfig"]["subnetIds"]
    eks.create_nodegroup(**group, nodeRole=cloud.role(), subnets=subnets)
    assert refusal(eks.delete_cluster, name="one") == "ResourceInUseException"


def test_what_is_not_there_is_not_found(cloud, eks, refusal):
    cloud.cluster()
    principal, pod = cloud.role("nobody"), "a-00000000000000000"
    for call, parameters in (
        (eks.describe_cluster, {"name": "two"}),
        (eks.list_nodegroups, {"clusterName": "two"}),
        (eks.describe_addon, {"clusterName": "one", "addonName": "coredns"}),
        (eks.delete_addon, {"clusterName": "two", "addonName": "coredns"}),
        (eks.describe_access_entry, {"clusterName": "one", "principalArn": principal}),
        (eks.delete_access_entry, {"clusterName": "one", "principalArn": principal}),
        (eks.describe_pod_identity_association, {"clusterName": "one", "associationId": pod}),
        (eks.describe_update, {"name": "one", "updateId": "none"}),
    ):
        assert refusal(call, **parameters) == "ResourceNotFoundException"
    arn = f"arn:aws:eks:us-east-1:{cloud.account}:cluster/two"
    assert refusal(eks.list_tags_for_resource, resourceArn=arn) == "NotFoundException"


def test_an_addon_brings_and_takes_its_associations(cloud, eks, refusal):
    cloud.cluster()
    pods = [{"serviceAccount": "ebs-csi-controller-sa", "roleArn": cloud.role()}]
    addon = {"clusterName": "one", "addonName": "aws-ebs-csi-driver"}
    made = eks.create_addon(**addon, podIdentityAssociations=pods)["addon"]
    found = eks.list_pod_identity_associations(clusterName="one")["associations"]
    assert [one["associationArn"] for one in found] == made["podIdentityAssociations"]
    assert [one["ownerArn"] for one in found] == [made["addonArn"]]
    which = {"clusterName": "one", "associationId": found[0]["associationId"]}
    assert refusal(eks.delete_pod_identity_association, **which) == "InvalidRequestException"
    eks.update_addon(**addon, podIdentityAssociations=[])
    assert not eks.list_pod_identity_associations(clusterName="one")["associations"]


@pytest.mark.parametrize(
    "wrong", [{"addonName": "no-such"}, {"addonVersion": "latest"}, {"configurationValues": "[1]"}]
)
def test_an_addon_is_refused_that_aws_would_refuse(cloud, eks, refusal, wrong):
    cloud.cluster()
    assert (
        refusal(eks.create_addon, **{"clusterName": "one", "addonName": "coredns", **wrong})
        == "InvalidParameterException"
    )


def test_who_makes_a_cluster_gets_in_unless_that_is_declined(cloud, eks):
    cloud.cluster("one")
    (creator,) = eks.list_access_entries(clusterName="one")["accessEntries"]
    entry = {"clusterName": "one", "principalArn": creator}
    (policy,) = eks.list_associated_access_policies(**entry)["associatedAccessPolicies"]
    assert policy["policyArn"].endswith("AmazonEKSClusterAdminPolicy")
    declined = {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
    cloud.cluster("two", accessConfig=declined)
    assert not eks.list_access_entries(clusterName="two")["accessEntries"]


def test_an_access_policy_has_one_scope(cloud, eks, refusal):
    cloud.cluster()
    entry = {"clusterName": "one", "principalArn": cloud.role("team/reader")}
    eks.create_access_entry(**entry)
    policy = {"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"}
    eks.associate_access_policy(**entry, **policy, accessScope={"type": "cluster"})
    scope = {"type": "namespace", "namespaces": ["serving"]}
    eks.associate_access_policy(**entry, **policy, accessScope=scope)
    (told,) = eks.list_associated_access_policies(**entry)["associatedAccessPolicies"]
    assert told["accessScope"] == scope
    eks.disassociate_access_policy(**entry, **policy)
    assert refusal(eks.disassociate_access_policy, **entry, **policy) == "ResourceNotFoundException"
    unknown = {"policyArn": "arn:aws:eks::aws:cluster-access-policy/Mine", "accessScope": {"type": "cluster"}}
    assert refusal(eks.associate_access_policy, **entry, **unknown) == "InvalidParameterException"
    empty = {**policy, "accessScope": {"type": "namespace"}}
    assert refusal(eks.associate_access_policy, **entry, **empty) == "InvalidParameterException"


def test_an_entry_of_the_system_is_refused(cloud, eks, refusal):
    cloud.cluster()
    entry = {"clusterName": "one", "principalArn": cloud.role()}
    assert (
        refusal(eks.create_access_entry, **entry, kubernetesGroups=["system:masters"])
        == "InvalidParameterException"
    )
    eks.create_access_entry(**entry)
    assert refusal(eks.create_access_entry, **entry) == "ResourceInUseException"


def test_the_role_of_nodes_gets_in_by_itself(cloud, eks):
    told = cloud.cluster()
    subnets = told["resourcesVpcConfig"]["subnetIds"]
    eks.create_nodegroup(clusterName="one", nodegroupName="g", nodeRole=cloud.role(), subnets=subnets)
    entry = eks.describe_access_entry(clusterName="one", principalArn=cloud.role())["accessEntry"]
    assert (entry["type"], entry["kubernetesGroups"]) == ("EC2_LINUX", ["system:nodes"])


def test_a_service_account_has_one_role(cloud, eks, refusal):
    cloud.cluster()
    pod = {"clusterName": "one", "namespace": "a", "serviceAccount": "b", "roleArn": cloud.role()}
    eks.create_pod_identity_association(**pod)
    assert refusal(eks.create_pod_identity_association, **pod) == "ResourceInUseException"


def test_a_node_group_tells_what_was_asked_and_nothing_else(cloud, eks):
    subnets = cloud.cluster()["resourcesVpcConfig"]["subnetIds"]
    asked = {
        "subnets": subnets,
        "scalingConfig": {"minSize": 0, "maxSize": 8, "desiredSize": 0},
        "labels": {"pool": "gpu"},
        "taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}],
        "nodeRepairConfig": {"enabled": True},
        "capacityType": "SPOT",
    }
    group = {"clusterName": "one", "nodegroupName": "gpu"}
    eks.create_nodegroup(
        **group, nodeRole=cloud.role(), updateConfig={"maxUnavailablePercentage": 33}, **asked
    )
    told = eks.describe_nodegroup(**group)["nodegroup"]
    assert {name: told[name] for name in asked} == asked
    assert told["updateConfig"] == {"maxUnavailablePercentage": 33, "updateStrategy": "DEFAULT"}
    assert (told["diskSize"], told["instanceTypes"], told["version"]) == (20, ["t3.medium"], "1.35")
    assert "remoteAccess" not in told


def test_a_launch_template_decides_for_its_node_group(cloud, eks, refusal):
    subnets = cloud.cluster()["resourcesVpcConfig"]["subnetIds"]
    ec2 = cloud.client("ec2")
    data = {"InstanceType": "p5.48xlarge", "ImageId": "ami-12345678"}
    template = ec2.create_launch_template(LaunchTemplateName="gpu", LaunchTemplateData=data)["LaunchTemplate"]
    which = {"id": template["LaunchTemplateId"]}
    group = {"clusterName": "one", "nodegroupName": "gpu", "nodeRole": cloud.role(), "subnets": subnets}
    both = {"instanceTypes": ["g6.xlarge"], "launchTemplate": which}
    assert refusal(eks.create_nodegroup, **group, **both) == "InvalidParameterException"
    eks.create_nodegroup(**group, launchTemplate=which)
    told = eks.describe_nodegroup(clusterName="one", nodegroupName="gpu")["nodegroup"]
    assert told["launchTemplate"] == {**which, "name": "gpu", "version": "1"}
    assert (told["amiType"], told["releaseVersion"]) == ("CUSTOM", "ami-12345678")
    assert "instanceTypes" not in told and "diskSize" not in told
    ec2.create_launch_template_version(
        LaunchTemplateId=which["id"], LaunchTemplateData={**data, "EbsOptimized": True}
    )
    eks.update_nodegroup_version(
        clusterName="one", nodegroupName="gpu", launchTemplate={**which, "version": "2"}
    )
    eks.update_nodegroup_version(clusterName="one", nodegroupName="gpu")
    told = eks.describe_nodegroup(clusterName="one", nodegroupName="gpu")["nodegroup"]
    assert told["launchTemplate"]["version"] == "2"


def test_labels_taints_and_size_change_one_by_one(cloud, eks, refusal):
    subnets = cloud.cluster()["resourcesVpcConfig"]["subnetIds"]
    group = {"clusterName": "one", "nodegroupName": "gpu"}
    eks.create_nodegroup(**group, nodeRole=cloud.role(), subnets=subnets, labels={"a": "1", "b": "2"})
    taint = {"key": "k", "value": "v", "effect": "NO_SCHEDULE"}
    eks.update_nodegroup_config(
        **group,
        labels={"addOrUpdateLabels": {"a": "3"}, "removeLabels": ["b"]},
        taints={"addOrUpdateTaints": [taint]},
        scalingConfig={"maxSize": 5},
    )
    told = eks.describe_nodegroup(**group)["nodegroup"]
    assert (told["labels"], told["taints"]) == ({"a": "3"}, [taint])
    assert told["scalingConfig"] == {"minSize": 1, "maxSize": 5, "desiredSize": 2}
    wrong = {"scalingConfig": {"desiredSize": 9}}
    assert refusal(eks.update_nodegroup_config, **group, **wrong) == "InvalidParameterException"
    eks.update_nodegroup_config(**group, taints={"removeTaints": [taint]})
    assert eks.describe_nodegroup(**group)["nodegroup"]["taints"] == []


def test_everything_can_be_tagged(cloud, eks):
    told = cloud.cluster(tags={"a": "1"})
    subnets, one = told["resourcesVpcConfig"]["subnetIds"], {"clusterName": "one"}
    role = cloud.role()
    pod = {"namespace": "a", "serviceAccount": "b", "roleArn": role}
    group = eks.create_nodegroup(**one, nodegroupName="g", nodeRole=role, subnets=subnets, tags={"a": "1"})
    arns = [
        told["arn"],
        group["nodegroup"]["nodegroupArn"],
        eks.create_addon(**one, addonName="coredns", tags={"a": "1"})["addon"]["addonArn"],
        eks.create_pod_identity_association(**one, **pod, tags={"a": "1"})["association"]["associationArn"],
        eks.create_access_entry(**one, principalArn=cloud.role("r"), tags={"a": "1"})["accessEntry"][
            "accessEntryArn"
        ],
    ]
    for arn in arns:
        eks.tag_resource(resourceArn=arn, tags={"b": "2", "c": "3"})
        eks.untag_resource(resourceArn=arn, tagKeys=["a", "c"])
        assert eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    assert eks.describe_addon(**one, addonName="coredns")["addon"]["tags"] == {"b": "2"}


def test_versions_out_of_support_are_told_only_if_asked_for(eks):
    versions = eks.describe_cluster_versions()["clusterVersions"]
    assert [one["clusterVersion"] for one in versions if one["defaultVersion"]] == ["1.35"]
    assert {one["versionStatus"] for one in versions} <= {"STANDARD_SUPPORT", "EXTENDED_SUPPORT"}
    assert eks.describe_cluster_versions(clusterVersions=["1.31"])["clusterVersions"]


def test_long_lists_come_in_pages(cloud, eks):
    cloud.cluster()
    for number in range(5):
        pod = {"namespace": "a", "serviceAccount": f"s{number}", "roleArn": cloud.role()}
        eks.create_pod_identity_association(clusterName="one", **pod)
    first = eks.list_pod_identity_associations(clusterName="one", maxResults=3)
    rest = eks.list_pod_identity_associations(clusterName="one", nextToken=first["nextToken"])
    accounts = [one["serviceAccount"] for one in first["associations"] + rest["associations"]]
    assert accounts == [f"s{number}" for number in range(5)]
    assert "nextToken" not in rest
