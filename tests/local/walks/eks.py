"""Calls every operation that was added to EKS."""


def walk(cloud):
    """Everything a cluster can have is made, changed, tagged and taken away."""
    eks, role = cloud.client("eks"), cloud.role()
    cluster = cloud.cluster()
    eks.list_clusters()
    eks.describe_cluster_versions(includeAll=True)
    settings(eks)
    addons(eks, role)
    access(eks, role)
    associations(eks, role)
    nodes(cloud, eks, cluster)
    arn = cluster["arn"]
    eks.tag_resource(resourceArn=arn, tags={"team": "vision"})
    assert eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "vision"}
    eks.untag_resource(resourceArn=arn, tagKeys=["team"])
    eks.delete_cluster(name="one")


def settings(eks):
    """The cluster's own settings."""
    logging = {"clusterLogging": [{"types": ["api", "audit"], "enabled": True}]}
    update = eks.update_cluster_config(name="one", logging=logging)["update"]["id"]
    assert eks.describe_update(name="one", updateId=update)["update"]["status"] == "Successful"
    assert update in eks.list_updates(name="one")["updateIds"]
    keys = [{"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:us-east-1:1:key/k"}}]
    eks.associate_encryption_config(clusterName="one", encryptionConfig=keys)
    eks.update_cluster_version(name="one", version="1.36")


def addons(eks, role):
    """An add-on with a role."""
    pods = [{"serviceAccount": "aws-node", "roleArn": role}]
    eks.describe_addon_versions(kubernetesVersion="1.35")
    version = eks.describe_addon_versions(addonName="vpc-cni")["addons"][0]["addonVersions"][0][
        "addonVersion"
    ]
    eks.describe_addon_configuration(addonName="vpc-cni", addonVersion=version)
    eks.create_addon(clusterName="one", addonName="vpc-cni", podIdentityAssociations=pods)
    eks.update_addon(clusterName="one", addonName="vpc-cni", configurationValues='{"env": {}}')
    eks.describe_addon(clusterName="one", addonName="vpc-cni")
    eks.list_addons(clusterName="one")
    eks.delete_addon(clusterName="one", addonName="vpc-cni")


def access(eks, role):
    """An access entry with a policy."""
    entry = {"clusterName": "one", "principalArn": role}
    policy = eks.list_access_policies()["accessPolicies"][0]["arn"]
    eks.create_access_entry(**entry, kubernetesGroups=["readers"])
    eks.update_access_entry(**entry, kubernetesGroups=["writers"])
    eks.describe_access_entry(**entry)
    eks.list_access_entries(clusterName="one")
    eks.associate_access_policy(**entry, policyArn=policy, accessScope={"type": "cluster"})
    eks.list_associated_access_policies(**entry)
    eks.disassociate_access_policy(**entry, policyArn=policy)
    eks.delete_access_entry(**entry)


def associations(eks, role):
    """A pod identity association."""
    pod = {"clusterName": "one", "namespace": "serving", "serviceAccount": "model"}
    made = eks.create_pod_identity_association(**pod, roleArn=role, targetRoleArn=role)["association"]
    which = {"clusterName": "one", "associationId": made["associationId"]}
    eks.update_pod_identity_association(**which, disableSessionTags=True)
    eks.describe_pod_identity_association(**which)
    eks.list_pod_identity_associations(clusterName="one", namespace="serving")
    eks.delete_pod_identity_association(**which)


def nodes(cloud, eks, cluster):
    """A node group."""
    group = {"clusterName": "one", "nodegroupName": "gpu"}
    subnets = cluster["resourcesVpcConfig"]["subnetIds"]
    eks.create_nodegroup(**group, nodeRole=cloud.role(), subnets=subnets, diskSize=50)
    eks.update_nodegroup_config(**group, labels={"addOrUpdateLabels": {"pool": "gpu"}})
    eks.update_nodegroup_version(**group, version="1.36")
    eks.describe_nodegroup(**group)
    eks.list_nodegroups(clusterName="one")
    eks.delete_nodegroup(**group)
