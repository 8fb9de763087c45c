"""What stands in a cloud, as sorted lines of text without anything that is drawn at random: made to be compared.

One line for each property: kind, name, path, value. Ids are written as the name of the object they belong to.
"""

import json
import re

import botocore.exceptions

DRAWN_BY_THE_CLOUD = {
    "AssociationId", "ClientToken", "CreateDate", "CreateTime", "CreatedAt", "CreationDate", "CreationTime",
    "CreationTimestamp", "DnsEntries", "HostedZoneId", "InstanceCreateTime", "InstanceProfileId",
    "LatestRestorableTime", "NetworkInterfaceId", "NetworkInterfaceIds", "NextRotationDate", "PolicyId",
    "PreferredBackupWindow", "PreferredMaintenanceWindow", "PrivateIp", "PrivateIpAddress", "PublicIp",
    "ResponseMetadata", "RoleId", "RouteTableAssociationId", "SecretArn", "SecurityGroupRuleArn",
    "SecurityGroupRuleId", "ThumbprintList", "UpdateDate", "accessEntryArn", "addonArn", "associationArn", "associationId",
    "certificateAuthority", "createdAt", "creationTime", "endpoint", "modifiedAt", "nodegroupArn",
}  # fmt: skip
"""Properties that say when, or under which number, an object was made; they differ from run to run."""

RANDOM_SUFFIX = re.compile(r"-[0-9a-f]{7}(?![0-9a-f-])|(?<=eks-cluster-sg)(-[\w-]+)-\d+")
"""What autonaming puts behind a logical name, and EKS behind the name of a cluster's security group."""

ABSENT = {
    "LifecyclePolicyNotFoundException", "NoSuchBucketPolicy", "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration", "NoSuchTagSet", "OwnershipControlsNotFoundError", "PolicyNotFound",
    "RepositoryPolicyNotFoundException", "ServerSideEncryptionConfigurationNotFoundError",
}  # fmt: skip
"""Error codes of questions about a part that an object does not have."""

BUCKET_PARTS = {
    "Versioning": "get_bucket_versioning",
    "Encryption": "get_bucket_encryption",
    "PublicAccess": "get_public_access_block",
    "Ownership": "get_bucket_ownership_controls",
    "Policy": "get_bucket_policy",
    "Lifecycle": "get_bucket_lifecycle_configuration",
    "Logging": "get_bucket_logging",
    "Tags": "get_bucket_tagging",
}


class Inventory:
    """Objects by kind and name, and the names of ids; `client` gives a boto3 client for a service."""

    def __init__(self, client):
        self.client = client
        self.objects = []
        self.names = {}

    def lines(self):
        """Everything, as sorted lines."""
        for look in (
            self._network,
            self._guards,
            self._logs,
            self._keys,
            self._images,
            self._roles,
            self._buckets,
            self._templates,
            self._clusters,
            self._databases,
            self._file_systems,
        ):
            look()
        ids = re.compile(
            "|".join(re.escape(id) for id in sorted(self.names, key=len, reverse=True)) or "(?!)"
        )
        text = (line for kind, name, found in self.objects for line in _flat(f"{kind} {name}", found))
        return sorted(
            RANDOM_SUFFIX.sub(r"\1-*", ids.sub(lambda id: self.names[id[0]], line)) for line in text
        )

    def _add(self, kind, name, found, *ids):
        self.objects.append((kind, name, found))
        self.names |= {id: f"<{name}>" for id in ids}

    def _network(self):
        ec2 = self.client("ec2")
        vpcs = [vpc for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
        for vpc in vpcs:
            for attribute in ("enableDnsSupport", "enableDnsHostnames"):
                answer = ec2.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute=attribute)
                vpc[attribute] = next(
                    value for key, value in answer.items() if key.lower() == attribute.lower()
                )
            self._add("vpc", _name(vpc), vpc, vpc["VpcId"])
        ours = [{"Name": "vpc-id", "Values": [vpc["VpcId"] for vpc in vpcs] or ["vpc-00000000"]}]
        for subnet in ec2.describe_subnets(Filters=ours)["Subnets"]:
            self._add("subnet", _name(subnet), subnet, subnet["SubnetId"])
        for table in ec2.describe_route_tables(Filters=ours)["RouteTables"]:
            self._add("route table", _name(table, "(main)"), table, table["RouteTableId"])
        for prefixes in ec2.describe_prefix_lists()["PrefixLists"]:
            self.names[prefixes["PrefixListId"]] = f"<{prefixes['PrefixListName']}>"
        attached = [{"Name": "attachment.vpc-id", "Values": ours[0]["Values"]}]
        for gateway in ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]:
            self._add("internet gateway", _name(gateway), gateway, gateway["InternetGatewayId"])
        for nat in ec2.describe_nat_gateways(Filters=ours)["NatGateways"]:
            self._add("nat gateway", _name(nat), nat, nat["NatGatewayId"])
        for address in ec2.describe_addresses()["Addresses"]:
            self._add("address", _name(address), address, address["AllocationId"])
        for endpoint in ec2.describe_vpc_endpoints(Filters=ours)["VpcEndpoints"]:
            self._add("endpoint", _name(endpoint), endpoint, endpoint["VpcEndpointId"])
        for log in ec2.describe_flow_logs()["FlowLogs"]:
            self._add("flow log", _name(log), log, log["FlowLogId"])

    def _guards(self):
        ec2 = self.client("ec2")
        ids = [id for id, name in self.names.items() if id.startswith("vpc-")] or ["vpc-00000000"]
        groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": ids}])["SecurityGroups"]
        for group in groups:
            self._add("security group", _name(group, group["GroupName"]), group, group["GroupId"])
        of_groups = [
            {"Name": "group-id", "Values": [group["GroupId"] for group in groups] or ["sg-00000000"]}
        ]
        for rule in ec2.describe_security_group_rules(Filters=of_groups)["SecurityGroupRules"]:
            self._add("rule", _name(rule), rule)

    def _logs(self):
        logs = self.client("logs")
        for group in logs.describe_log_groups()["logGroups"]:
            group["tags"] = logs.list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))["tags"]
            self._add("log group", group["logGroupName"], group)

    def _keys(self):
        kms = self.client("kms")
        aliases = {
            each["TargetKeyId"]: each["AliasName"]
            for each in kms.list_aliases()["Aliases"]
            if "TargetKeyId" in each
        }
        for id in (key["KeyId"] for key in kms.list_keys()["Keys"]):
            key = kms.describe_key(KeyId=id)["KeyMetadata"]
            if key["KeyState"] == "PendingDeletion":
                continue
            key["Policy"] = kms.get_key_policy(KeyId=id, PolicyName="default")["Policy"]
            key["Rotation"] = kms.get_key_rotation_status(KeyId=id)
            key["Tags"] = kms.list_resource_tags(KeyId=id)["Tags"]
            self._add("key", aliases.get(id, "(no alias)"), key, id)

    def _images(self):
        ecr = self.client("ecr")
        for repository in ecr.describe_repositories()["repositories"]:
            named = {"repositoryName": repository["repositoryName"]}
            repository["lifecycle"] = _part(ecr.get_lifecycle_policy, **named).get("lifecyclePolicyText")
            repository["policy"] = _part(ecr.get_repository_policy, **named).get("policyText")
            repository["tags"] = ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"]
            self._add("repository", repository["repositoryName"], repository)
        for template in ecr.describe_repository_creation_templates()["repositoryCreationTemplates"]:
            self._add("creation template", template["prefix"], template)
        for rule in ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"]:
            self._add("pull-through rule", rule["ecrRepositoryPrefix"], rule)

    def _roles(self):
        iam = self.client("iam")
        for listed in iam.list_roles()["Roles"]:
            name = {"RoleName": listed["RoleName"]}
            role = iam.get_role(**name)["Role"]
            role["Attached"] = iam.list_attached_role_policies(**name)["AttachedPolicies"]
            role["Inline"] = {
                policy: iam.get_role_policy(**name, PolicyName=policy)["PolicyDocument"]
                for policy in iam.list_role_policies(**name)["PolicyNames"]
            }
            self._add("role", listed["RoleName"], role)
        for listed in iam.list_policies(Scope="Local")["Policies"]:
            policy = iam.get_policy(PolicyArn=listed["Arn"])["Policy"]
            version = iam.get_policy_version(PolicyArn=listed["Arn"], VersionId=policy["DefaultVersionId"])
            policy["Document"] = version["PolicyVersion"]["Document"]
            self._add("policy", listed["PolicyName"], policy)
        for profile in iam.list_instance_profiles()["InstanceProfiles"]:
            found = iam.get_instance_profile(InstanceProfileName=profile["InstanceProfileName"])[
                "InstanceProfile"
            ]
            found["Roles"] = [role["RoleName"] for role in found["Roles"]]
            self._add("instance profile", profile["InstanceProfileName"], found)

        for listed in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
            found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=listed["Arn"])
            self._add("identity provider", _name(found), found)

    def _templates(self):
        ec2 = self.client("ec2")
        for template in ec2.describe_launch_templates()["LaunchTemplates"]:
            versions = ec2.describe_launch_template_versions(LaunchTemplateId=template["LaunchTemplateId"])
            template["Versions"] = {
                str(each["VersionNumber"]): each["LaunchTemplateData"]
                for each in versions["LaunchTemplateVersions"]
            }
            name = template["LaunchTemplateName"]
            self._add("launch template", name, template, template["LaunchTemplateId"])
        for group in ec2.describe_placement_groups()["PlacementGroups"]:
            self._add("placement group", group["GroupName"], group)

    def _clusters(self):
        eks = self.client("eks")
        for name in eks.list_clusters()["clusters"]:
            here = {"clusterName": name}
            cluster = eks.describe_cluster(name=name)["cluster"]
            issuer = cluster["identity"]["oidc"]["issuer"]
            self._add("cluster", name, cluster, issuer.rpartition("/")[2])
            for group in eks.list_nodegroups(**here)["nodegroups"]:
                found = eks.describe_nodegroup(**here, nodegroupName=group)["nodegroup"]
                self._add(
                    "node group", group, found, *(g["name"] for g in found["resources"]["autoScalingGroups"])
                )
            for addon in eks.list_addons(**here)["addons"]:
                self._add("add-on", addon, eks.describe_addon(**here, addonName=addon)["addon"])
            for principal in eks.list_access_entries(**here)["accessEntries"]:
                given = {**here, "principalArn": principal}
                entry = eks.describe_access_entry(**given)["accessEntry"]
                entry["policies"] = eks.list_associated_access_policies(**given)["associatedAccessPolicies"]
                self._add("access entry", principal.rpartition("/")[2], entry)
            for listed in eks.list_pod_identity_associations(**here)["associations"]:
                given = {**here, "associationId": listed["associationId"]}
                found = eks.describe_pod_identity_association(**given)["association"]
                self._add("pod identity", f"{found['namespace']}/{found['serviceAccount']}", found)

    def _databases(self):
        rds = self.client("rds")
        for instance in rds.describe_db_instances()["DBInstances"]:
            self._add("database", instance["DBInstanceIdentifier"], instance, instance["DbiResourceId"])
        for group in rds.describe_db_subnet_groups()["DBSubnetGroups"]:
            group["tags"] = rds.list_tags_for_resource(ResourceName=group["DBSubnetGroupArn"])["TagList"]
            self._add("subnet group", group["DBSubnetGroupName"], group)
        for group in rds.describe_db_parameter_groups()["DBParameterGroups"]:
            named = {"DBParameterGroupName": group["DBParameterGroupName"]}
            group["parameters"] = rds.describe_db_parameters(**named, Source="user")["Parameters"]
            group["tags"] = rds.list_tags_for_resource(ResourceName=group["DBParameterGroupArn"])["TagList"]
            self._add("parameter group", group["DBParameterGroupName"], group)

    def _file_systems(self):
        efs = self.client("efs")
        for system in efs.describe_file_systems()["FileSystems"]:
            this = {"FileSystemId": system["FileSystemId"]}
            system["lifecycle"] = efs.describe_lifecycle_configuration(**this)["LifecyclePolicies"]
            system["backups"] = _part(efs.describe_backup_policy, **this).get("BackupPolicy")
            system["policy"] = _part(efs.describe_file_system_policy, **this).get("Policy")
            self._add("file system", _name(system), system, system["FileSystemId"])
            for point in efs.describe_access_points(**this)["AccessPoints"]:
                self._add("access point", _name(point), point, point["AccessPointId"])
            for target in efs.describe_mount_targets(**this)["MountTargets"]:
                groups = efs.describe_mount_target_security_groups(MountTargetId=target["MountTargetId"])
                self._add("mount target", target["SubnetId"], {**target, "groups": groups["SecurityGroups"]})

    def _buckets(self):
        s3 = self.client("s3")
        for bucket in s3.list_buckets()["Buckets"]:
            name = bucket["Name"]
            parts = {part: _part(getattr(s3, call), Bucket=name) for part, call in BUCKET_PARTS.items()}
            self._add("bucket", name, {"Name": name, **parts})


def _part(call, **parameters):
    try:
        return call(**parameters)
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return {}
        raise


def _name(found, otherwise="(no name)"):
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", ())}
    return tags.get("Name", otherwise)


def _flat(path, value):
    value = _settled(value)
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _flat(f"{path} · {key}", each)
    elif isinstance(value, list):
        yield from (f"{path} = {json.dumps(each, default=str, sort_keys=True)}" for each in value)
    else:
        yield f"{path} = {json.dumps(value, default=str)}"


def _settled(value):
    """Without what the cloud draws, and in one order; documents in texts as documents."""
    match value:
        case {"Prefix": "", **others} if not others:
            return {}  # S3: an empty filter and an empty prefix both mean every object
        case dict():
            return {
                key: _settled(each) for key, each in sorted(value.items()) if key not in DRAWN_BY_THE_CLOUD
            }
        case list():
            return sorted((_settled(each) for each in value), key=lambda each: json.dumps(each, default=str))
        case str() if value.startswith("{"):
            return _settled(json.loads(value))
        case _:
            return value
