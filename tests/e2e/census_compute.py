"""How the objects of compute types are listed: clusters and what is in them, launch templates, placement groups."""


def _in_clusters(operation, answer):
    """What each cluster has, by name or id."""

    def names(cloud):
        for cluster in cloud.listed("eks", "list_clusters", "clusters"):
            for found in cloud.listed("eks", operation, answer, clusterName=cluster):
                yield f"{cluster} {found}"

    return names


def _entries(cloud):
    """Those that somebody has made: EKS makes one for the role of each node group by itself."""
    eks = cloud.client("eks")
    for cluster in cloud.listed("eks", "list_clusters", "clusters"):
        for principal in cloud.listed("eks", "list_access_entries", "accessEntries", clusterName=cluster):
            yield (
                cluster,
                eks.describe_access_entry(clusterName=cluster, principalArn=principal)["accessEntry"],
            )


def _policies(cloud):
    for cluster, entry in _entries(cloud):
        given = {"clusterName": cluster, "principalArn": entry["principalArn"]}
        for found in cloud.listed(
            "eks", "list_associated_access_policies", "associatedAccessPolicies", **given
        ):
            yield f"{cluster} {entry['principalArn']} {found['policyArn']}"


def _pod_identities(cloud):
    for cluster in cloud.listed("eks", "list_clusters", "clusters"):
        given = {"clusterName": cluster}
        for found in cloud.listed("eks", "list_pod_identity_associations", "associations", **given):
            yield f"{cluster} {found['namespace']} {found['serviceAccount']} {found['associationId']}"


CENSUS_COMPUTE = {
    "aws:eks/cluster:Cluster": lambda cloud: cloud.listed("eks", "list_clusters", "clusters"),
    "aws:eks/nodeGroup:NodeGroup": _in_clusters("list_nodegroups", "nodegroups"),
    "aws:eks/addon:Addon": _in_clusters("list_addons", "addons"),
    "aws:eks/accessEntry:AccessEntry": lambda cloud: [
        f"{cluster} {entry['principalArn']}" for cluster, entry in _entries(cloud) if entry["tags"]
    ],
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": _policies,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _pod_identities,
    "aws:ec2/launchTemplate:LaunchTemplate": lambda cloud: [
        f"{template['LaunchTemplateId']} {template['LaunchTemplateName']}"
        for template in cloud.ec2("describe_launch_templates", "LaunchTemplates")
    ],
    "aws:ec2/placementGroup:PlacementGroup": lambda cloud: [
        group["GroupName"]
        for group in cloud.ec2("describe_placement_groups", "PlacementGroups")
        if group["State"] == "available"
    ],
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": lambda cloud: [
        provider["Arn"]
        for provider in cloud.listed("iam", "list_open_id_connect_providers", "OpenIDConnectProviderList")
    ],
}
