"""Calls every operation that was added to the other services."""

import json


def ecr(cloud):
    """Rules, templates, replication."""
    ecr = cloud.client("ecr")
    rule = {"ecrRepositoryPrefix": "k8s"}
    ecr.create_pull_through_cache_rule(**rule, upstreamRegistryUrl="registry.k8s.io")
    ecr.update_pull_through_cache_rule(**rule, customRoleArn=cloud.role())
    ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["k8s"])
    ecr.delete_pull_through_cache_rule(**rule)
    ecr.create_repository_creation_template(prefix="k8s", appliedFor=["PULL_THROUGH_CACHE"])
    ecr.update_repository_creation_template(prefix="k8s", imageTagMutability="IMMUTABLE")
    ecr.describe_repository_creation_templates(prefixes=["k8s"])
    ecr.delete_repository_creation_template(prefix="k8s")
    rules = [
        {"destinations": [{"region": region, "registryId": cloud.account}]}
        for region in ("eu-west-1", "us-west-2")
    ]
    ecr.put_replication_configuration(replicationConfiguration={"rules": rules})


def efs(cloud):
    """A file system that is changed."""
    efs = cloud.client("efs")
    which = {"FileSystemId": efs.create_file_system(CreationToken="models")["FileSystemId"]}
    efs.update_file_system(**which, ThroughputMode="elastic")
    efs.update_file_system_protection(**which, ReplicationOverwriteProtection="DISABLED")
    efs.put_backup_policy(**which, BackupPolicy={"Status": "ENABLED"})
    efs.describe_backup_policy(**which)
    efs.describe_file_systems(**which)
    statement = {"Effect": "Deny", "Principal": "*", "Action": "elasticfilesystem:ClientRootAccess"}
    efs.put_file_system_policy(**which, Policy=json.dumps({"Statement": [statement]}))
    efs.describe_file_system_policy(**which)
    efs.delete_file_system_policy(**which)


def route53resolver(cloud):
    """A firewall of a network: a list, a group with a rule, an association; and all of it taken away."""
    resolver = cloud.client("route53resolver")
    new = {"CreatorRequestId": "one", "Name": "one"}
    names = {"FirewallDomainListId": resolver.create_firewall_domain_list(**new)["FirewallDomainList"]["Id"]}
    resolver.update_firewall_domains(**names, Operation="ADD", Domains=["a.example"])
    resolver.get_firewall_domain_list(**names)
    resolver.list_firewall_domains(**names)
    resolver.list_firewall_domain_lists()
    group = {"FirewallRuleGroupId": resolver.create_firewall_rule_group(**new)["FirewallRuleGroup"]["Id"]}
    resolver.get_firewall_rule_group(**group)
    resolver.list_firewall_rule_groups()
    resolver.create_firewall_rule(**new, **group, **names, Priority=1, Action="ALLOW")
    resolver.update_firewall_rule(**group, **names, Action="BLOCK", BlockResponse="NODATA")
    resolver.list_firewall_rules(**group)
    network, _ = cloud.network("us-east-1", "10.3")
    made = resolver.associate_firewall_rule_group(**new, **group, VpcId=network, Priority=101)
    bound = {"FirewallRuleGroupAssociationId": made["FirewallRuleGroupAssociation"]["Id"]}
    resolver.update_firewall_rule_group_association(**bound, Priority=102)
    resolver.get_firewall_rule_group_association(**bound)
    resolver.list_firewall_rule_group_associations()
    resolver.update_firewall_config(ResourceId=network, FirewallFailOpen="ENABLED")
    resolver.get_firewall_config(ResourceId=network)
    resolver.list_firewall_configs()
    resolver.disassociate_firewall_rule_group(**bound)
    resolver.delete_firewall_rule(**group, **names)
    resolver.delete_firewall_rule_group(**group)
    resolver.delete_firewall_domain_list(**names)


def iam(cloud):
    """An OpenID Connect provider."""
    iam = cloud.client("iam")
    made = iam.create_open_id_connect_provider(Url="https://oidc.example.com/id/A", ClientIDList=["one"])
    which = {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}
    iam.add_client_id_to_open_id_connect_provider(**which, ClientID="two")
    iam.remove_client_id_from_open_id_connect_provider(**which, ClientID="one")
    iam.delete_open_id_connect_provider(**which)


def kms(cloud):
    """A key with a replica and a grant."""
    kms = cloud.client("kms")
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
    kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
    kms.get_key_rotation_status(KeyId=key)
    who = {"KeyId": key, "GranteePrincipal": cloud.role()}
    for end in (kms.revoke_grant, kms.retire_grant):
        context = {"EncryptionContextSubset": {"team": "search"}}
        made = kms.create_grant(**who, Operations=["Decrypt"], Name="reads", Constraints=context)
        assert kms.list_grants(**who)["Grants"][0]["GrantId"] == made["GrantId"]
        end(KeyId=key, GrantId=made["GrantId"])
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)


def logs(cloud):
    """A log group with a key, and without it."""
    logs = cloud.client("logs")
    logs.create_log_group(logGroupName="flow")
    key = f"arn:aws:kms:us-east-1:{cloud.account}:key/12345678-1234-1234-1234-123456789012"
    logs.associate_kms_key(logGroupName="flow", kmsKeyId=key)
    logs.disassociate_kms_key(logGroupName="flow")
    logs.delete_log_group(logGroupName="flow")


def sqs(cloud):
    """A queue with other settings."""
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "5"})
    sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    sqs.delete_queue(QueueUrl=url)


def rds(cloud):
    """A database with its groups."""
    rds = cloud.client("rds")
    _, subnets = cloud.network()
    group = {"DBSubnetGroupName": "data"}
    rds.create_db_subnet_group(**group, DBSubnetGroupDescription="data", SubnetIds=subnets)
    rds.modify_db_subnet_group(**group, SubnetIds=subnets)
    family = {"DBParameterGroupName": "ssl"}
    rds.create_db_parameter_group(**family, DBParameterGroupFamily="postgres17", Description="ssl")
    rds.describe_db_parameter_groups(**family)
    rds.reset_db_parameter_group(**family, ResetAllParameters=True)
    rds.describe_db_parameters(**family, Source="user")
    what = {
        "Engine": "postgres",
        "DBInstanceClass": "db.r7g.large",
        "AllocatedStorage": 100,
        "MasterUsername": "root",
    }
    rds.create_db_instance(DBInstanceIdentifier="runs", ManageMasterUserPassword=True, **group, **what)
    rds.modify_db_instance(DBInstanceIdentifier="runs", DBPortNumber=5433, ApplyImmediately=True)
    rds.delete_db_instance(DBInstanceIdentifier="runs", SkipFinalSnapshot=True)
    rds.delete_db_parameter_group(**family)
    rds.delete_db_subnet_group(**group)


def route53(cloud):
    """A private zone of two regions, with a record that is checked."""
    route53 = cloud.client("route53")
    ours, _ = cloud.network()
    theirs, _ = cloud.network("eu-west-1", "10.1")
    network = {"VPCId": ours, "VPCRegion": "us-east-1"}
    made = route53.create_hosted_zone(Name="ml.internal", CallerReference=cloud.account, VPC=network)
    zone = {"HostedZoneId": made["HostedZone"]["Id"]}
    other = {"VPCId": theirs, "VPCRegion": "eu-west-1"}
    route53.associate_vpc_with_hosted_zone(**zone, VPC=other)
    route53.get_hosted_zone(Id=zone["HostedZoneId"])
    route53.list_hosted_zones_by_vpc(**other)
    config = {"Type": "HTTPS", "FullyQualifiedDomainName": "api.example.com"}
    check = route53.create_health_check(CallerReference=cloud.account, HealthCheckConfig=config)[
        "HealthCheck"
    ]
    route53.update_health_check(HealthCheckId=check["Id"], FailureThreshold=5)
    route53.get_health_check(HealthCheckId=check["Id"])
    route53.list_health_checks()
    record = {"Name": "api.ml.internal", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.0.1"}]}
    change = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(**zone, ChangeBatch=change)
    route53.delete_health_check(HealthCheckId=check["Id"])
    route53.disassociate_vpc_from_hosted_zone(**zone, VPC=other)


def s3(cloud):
    """A bucket with a replica in another region."""
    here, there = cloud.client("s3"), cloud.client("s3", "eu-west-1")
    source, target = f"source-{cloud.account}", f"target-{cloud.account}"
    here.create_bucket(Bucket=source)
    there.create_bucket(Bucket=target, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for client, bucket in ((here, source), (there, target)):
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "models",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": "models/"},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
        "Destination": {
            "Bucket": f"arn:aws:s3:::{target}",
            "EncryptionConfiguration": {"ReplicaKmsKeyID": f"arn:aws:kms:eu-west-1:{cloud.account}:key/k"},
            "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
            "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
        },
    }
    config = {"Role": cloud.role(), "Rules": [rule]}
    here.put_bucket_replication(Bucket=source, ReplicationConfiguration=config)
    told = here.get_bucket_replication(Bucket=source)["ReplicationConfiguration"]
    assert json.dumps(told, sort_keys=True) == json.dumps(config, sort_keys=True)
    here.delete_bucket_replication(Bucket=source)
