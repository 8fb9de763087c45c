"""ECR, EFS, KMS, Logs, RDS, Route 53 and S3 in the local cloud: what was added, and AWS's codes where it is refused."""

import copy
from types import SimpleNamespace

import pytest
from moto.iam import models

from provisioner.local.iam import account_of, policies, roles

POLICY = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"}]}'


def test_a_prefix_has_one_rule(cloud, refusal):
    ecr = cloud.client("ecr")
    rule = {"ecrRepositoryPrefix": "k8s", "upstreamRegistryUrl": "registry.k8s.io"}
    assert ecr.create_pull_through_cache_rule(**rule)["upstreamRegistry"] == "k8s"
    make, tell = ecr.create_pull_through_cache_rule, ecr.describe_pull_through_cache_rules
    assert refusal(make, **rule) == "PullThroughCacheRuleAlreadyExistsException"
    assert refusal(tell, ecrRepositoryPrefixes=["no"]) == "PullThroughCacheRuleNotFoundException"
    private = {"ecrRepositoryPrefix": "gh", "upstreamRegistryUrl": "ghcr.io"}
    assert refusal(make, **private) == "InvalidParameterException"  # needs credentials
    secret = f"arn:aws:secretsmanager:us-east-1:{cloud.account}:secret:ecr-pullthroughcache/gh"
    make(**private, credentialArn=secret)
    assert [one["ecrRepositoryPrefix"] for one in tell()["pullThroughCacheRules"]] == ["gh", "k8s"]
    unknown = {"ecrRepositoryPrefix": "xx", "upstreamRegistryUrl": "registry.example.com"}
    assert refusal(make, **unknown) == "UnsupportedUpstreamRegistryException"


def test_a_registry_does_not_replicate_to_itself(cloud, refusal):
    destination = {"region": "us-east-1", "registryId": cloud.account}
    config = {"rules": [{"destinations": [destination]}]}
    put = cloud.client("ecr").put_replication_configuration
    assert refusal(put, replicationConfiguration=config) == "InvalidParameterException"


def test_a_file_system_is_changed(cloud, refusal):
    efs = cloud.client("efs")
    which = {"FileSystemId": efs.create_file_system(CreationToken="models")["FileSystemId"]}
    assert refusal(efs.describe_backup_policy, **which) == "PolicyNotFound"
    assert refusal(efs.update_file_system, **which, ThroughputMode="provisioned") == "BadRequest"
    efs.update_file_system(**which, ThroughputMode="provisioned", ProvisionedThroughputInMibps=64)
    efs.update_file_system_protection(**which, ReplicationOverwriteProtection="DISABLED")
    told = efs.describe_file_systems(**which)["FileSystems"][0]
    assert (told["ThroughputMode"], told["ProvisionedThroughputInMibps"]) == ("provisioned", 64)
    assert told["FileSystemProtection"] == {"ReplicationOverwriteProtection": "DISABLED"}
    assert refusal(efs.put_backup_policy, FileSystemId="fs-12345678", BackupPolicy={"Status": "ENABLED"}) == (
        "FileSystemNotFound"
    )


def test_the_tags_of_a_log_group_go_with_it(cloud, refusal):
    logs, named = cloud.client("logs"), {"logGroupName": "flow"}
    for tags in ({"owner": "one", "stage": "old"}, {"owner": "two"}):
        logs.create_log_group(**named, tags=tags)
        arn = logs.describe_log_groups(logGroupNamePrefix="flow")["logGroups"][0]["logGroupArn"]
        assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == tags
        logs.delete_log_group(**named)
    assert refusal(logs.delete_log_group, **named) == "ResourceNotFoundException"


def test_a_setting_of_a_queue_leaves_the_others(cloud, refusal):
    sqs = cloud.client("sqs")
    which = {"QueueUrl": sqs.create_queue(QueueName="jobs", Attributes={"Policy": POLICY})["QueueUrl"]}

    def told(**asked):
        sqs.set_queue_attributes(**which, Attributes=asked)
        told = sqs.get_queue_attributes(**which, AttributeNames=["All"])["Attributes"]
        return {name: told.get(name) for name in ("Policy", "SqsManagedSseEnabled", "KmsMasterKeyId")}

    sealed = {"Policy": POLICY, "SqsManagedSseEnabled": "true", "KmsMasterKeyId": None}
    assert told(DelaySeconds="5") == sealed
    ours = {"SqsManagedSseEnabled": "false", "KmsMasterKeyId": "alias/ours"}
    assert told(KmsMasterKeyId="alias/ours") == sealed | ours
    assert told(SqsManagedSseEnabled="true", KmsMasterKeyId="") == sealed
    assert told(Policy="")["Policy"] is None
    gone = "AWS.SimpleQueueService.NonExistentQueue"
    nowhere = {"QueueUrl": which["QueueUrl"] + "s"}
    assert refusal(sqs.set_queue_attributes, **nowhere, Attributes={"DelaySeconds": "5"}) == gone


def test_a_log_group_gets_another_key(cloud, refusal):
    logs, named = cloud.client("logs"), {"logGroupName": "keyed"}
    logs.create_log_group(**named, kmsKeyId="arn:aws:kms:us-east-1:123456789012:key/one")
    logs.associate_kms_key(**named, kmsKeyId="arn:aws:kms:us-east-1:123456789012:key/two")
    [group] = logs.describe_log_groups(logGroupNamePrefix="keyed")["logGroups"]
    assert group["kmsKeyId"].endswith("/two")
    logs.disassociate_kms_key(**named)
    [group] = logs.describe_log_groups(logGroupNamePrefix="keyed")["logGroups"]
    assert "kmsKeyId" not in group
    assert refusal(logs.disassociate_kms_key, logGroupName="nobody") == "ResourceNotFoundException"


def test_roles_are_looked_through_while_others_are_made():
    """moto would break with `dictionary changed size during iteration`."""
    backend = SimpleNamespace(roles={"one": 1})
    for _ in roles(backend):
        backend.roles["another"] = 2
    assert roles(backend) == [1, 2]
    known = policies(SimpleNamespace(aws_managed_policies=[SimpleNamespace(arn="one")]))
    for _ in known.values():
        known["another"] = 2
    assert list(known) == ["one", "another"]


def test_whose_key_it_is_is_asked_of_the_partitions_that_are_there(cloud):
    """Each of the others would load AWS's 1,500 policies: seconds, when many accounts are there."""
    made = cloud.client("iam").create_access_key(UserName=_user(cloud))["AccessKey"]["AccessKeyId"]
    cloud.client("ec2").describe_vpcs()
    assert account_of(made) == models.get_account_id_from(made) == cloud.account
    assert account_of("nobody's") == models.DEFAULT_ACCOUNT_ID
    assert list(models.iam_backends[cloud.account]) == ["aws"]


def _user(cloud):
    return cloud.client("iam").create_user(UserName="one")["User"]["UserName"]


def test_a_replica_is_a_key_of_its_own(cloud, refusal):
    here, there = cloud.client("kms"), cloud.client("kms", "eu-west-1")
    tags = [{"TagKey": "side", "TagValue": "replica"}]
    key = here.create_key(MultiRegion=True, Description="primary")["KeyMetadata"]["KeyId"]
    here.replicate_key(KeyId=key, ReplicaRegion="eu-west-1", Description="replica", Tags=tags)
    told = {client: client.describe_key(KeyId=key)["KeyMetadata"] for client in (here, there)}
    kinds = [one["MultiRegionConfiguration"]["MultiRegionKeyType"] for one in told.values()]
    assert kinds == ["PRIMARY", "REPLICA"]
    assert [one["Description"] for one in told.values()] == ["primary", "replica"]
    assert [client.list_resource_tags(KeyId=key)["Tags"] for client in told] == [[], tags]
    there.disable_key(KeyId=key)
    assert here.describe_key(KeyId=key)["KeyMetadata"]["Enabled"]
    twice = {"KeyId": key, "ReplicaRegion": "eu-west-1"}
    assert refusal(here.replicate_key, **twice) == "AlreadyExistsException"
    assert (
        refusal(there.replicate_key, KeyId=key, ReplicaRegion="us-west-2") == "UnsupportedOperationException"
    )


def test_a_grant_is_of_one_key_in_one_region_and_a_repeated_request_makes_none(cloud, refusal):
    here, there = cloud.client("kms"), cloud.client("kms", "eu-west-1")
    key = here.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    here.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
    wanted = {"KeyId": key, "GranteePrincipal": cloud.role(), "Operations": ["Decrypt"], "Name": "reads"}
    first = here.create_grant(**wanted)["GrantId"]
    assert here.create_grant(**wanted)["GrantId"] == first
    assert here.create_grant(**{**wanted, "Operations": ["Encrypt"]})["GrantId"] != first
    page = here.list_grants(KeyId=key, Limit=1)
    assert (page["Truncated"], len(page["Grants"]), page["Grants"][0]["GrantId"]) == (True, 1, first)
    rest = here.list_grants(KeyId=key, Limit=1, Marker=page["NextMarker"])
    assert (rest["Truncated"], len(rest["Grants"])) == (False, 1)
    assert there.list_grants(KeyId=key)["Grants"] == []
    assert here.list_grants(KeyId=key, GranteePrincipal=cloud.role("nobody"))["Grants"] == []
    assert refusal(there.revoke_grant, KeyId=key, GrantId=first) == "NotFoundException"
    assert refusal(here.retire_grant, KeyId=key, GrantId=first) == "InvalidArnException"
    assert refusal(here.retire_grant, GrantToken="nobody's") == "InvalidGrantTokenException"
    assert refusal(here.list_grants, KeyId=key, Marker="elsewhere") == "InvalidMarkerException"
    here.disable_key(KeyId=key)
    assert refusal(here.create_grant, **wanted) == "DisabledException"
    here.revoke_grant(KeyId=key, GrantId=first)


def test_a_primary_key_waits_for_its_replicas(cloud):
    here, there = cloud.client("kms"), cloud.client("kms", "eu-west-1")
    key = here.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    here.replicate_key(KeyId=key, ReplicaRegion="eu-west-1")
    here.enable_key_rotation(KeyId=key)
    assert there.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    assert here.schedule_key_deletion(KeyId=key)["KeyState"] == "PendingReplicaDeletion"
    assert there.schedule_key_deletion(KeyId=key)["KeyState"] == "PendingDeletion"


@pytest.fixture
def database(cloud):
    """What a Postgres instance is made of, after its subnet group was made."""
    _, subnets = cloud.network()
    rds = cloud.client("rds")
    group = {"DBSubnetGroupName": "data"}
    rds.create_db_subnet_group(**group, DBSubnetGroupDescription="data", SubnetIds=subnets)
    size = {
        "Engine": "postgres",
        "EngineVersion": "17",
        "DBInstanceClass": "db.r7g.large",
        "AllocatedStorage": 100,
    }
    return {
        "DBInstanceIdentifier": "runs",
        "MasterUsername": "root",
        "ManageMasterUserPassword": True,
        **group,
        **size,
    }


def test_a_database_tells_its_settings(cloud, database):
    rds = cloud.client("rds")
    settings = {"StorageEncrypted": True, "MultiAZ": True, "BackupRetentionPeriod": 14, "StorageType": "gp3"}
    made = rds.create_db_instance(**database, **settings, EnablePerformanceInsights=True)["DBInstance"]
    assert made["DBInstanceStatus"] == "creating"
    told = rds.describe_db_instances(DBInstanceIdentifier="runs")["DBInstances"][0]
    assert {name: told[name] for name in settings} == settings
    assert told["DBInstanceStatus"] == "available"
    assert told["EngineVersion"].startswith("17.")
    assert told["DBParameterGroups"][0]["DBParameterGroupName"] == "default.postgres17"
    assert (told["PerformanceInsightsEnabled"], told["PerformanceInsightsRetentionPeriod"]) == (True, 7)
    assert told["MasterUserSecret"]["SecretArn"]
    other = rds.create_db_instance(**{**database, "DBInstanceIdentifier": "two"})["DBInstance"]
    assert told["DbiResourceId"] != other["DbiResourceId"]


def test_a_database_is_changed(cloud, database):
    rds = cloud.client("rds")
    rds.create_db_instance(**database, EnableCloudwatchLogsExports=["postgresql"])
    secret = rds.describe_db_instances()["DBInstances"][0]["MasterUserSecret"]["SecretArn"]
    rds.modify_db_instance(
        DBInstanceIdentifier="runs",
        DBPortNumber=5433,
        DeletionProtection=True,
        EnableIAMDatabaseAuthentication=True,
        ManageMasterUserPassword=True,
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["upgrade"], "DisableLogTypes": ["postgresql"]},
        ApplyImmediately=True,
    )
    told = rds.describe_db_instances()["DBInstances"][0]
    assert (told["Endpoint"]["Port"], told["DeletionProtection"]) == (5433, True)
    assert told["IAMDatabaseAuthenticationEnabled"]
    assert told["EnabledCloudwatchLogsExports"] == ["upgrade"]
    assert told["MasterUserSecret"]["SecretArn"] == secret


def test_groups_of_a_database_stay_while_it_needs_them(cloud, database, refusal):
    rds = cloud.client("rds")
    group = {"DBParameterGroupName": "ssl"}
    rds.create_db_parameter_group(**group, DBParameterGroupFamily="postgres17", Description="ssl")
    forced = {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(**group, Parameters=[forced])
    (told,) = rds.describe_db_parameters(**group, Source="user")["Parameters"]
    assert {name: told[name] for name in forced} == forced
    rds.create_db_instance(**database, **group)
    assert refusal(rds.delete_db_parameter_group, **group) == "InvalidDBParameterGroupState"
    assert refusal(rds.delete_db_subnet_group, DBSubnetGroupName="data") == "InvalidDBSubnetGroupStateFault"
    rds.delete_db_instance(DBInstanceIdentifier="runs", SkipFinalSnapshot=True)
    rds.delete_db_parameter_group(**group)
    assert refusal(rds.describe_db_parameter_groups, **group) == "DBParameterGroupNotFound"


@pytest.fixture
def zone(cloud):
    """A private zone of a network in us-east-1, and what makes changes of it."""
    vpc, _ = cloud.network()
    network = {"VPCId": vpc, "VPCRegion": "us-east-1"}
    made = cloud.client("route53").create_hosted_zone(
        Name="ml.internal", CallerReference=cloud.account, VPC=network
    )
    return made["HostedZone"]["Id"]


def record(role, address, **more):
    common = {"Name": "api.ml.internal", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": address}]}
    return {**common, "SetIdentifier": address, "Failover": role, **more}


def changes(*pairs):
    return {"Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in pairs]}


def test_records_of_a_name_are_told_apart_by_their_identifier(cloud, zone, refusal):
    route53 = cloud.client("route53")
    first, second = record("PRIMARY", "10.0.0.1"), record("SECONDARY", "10.1.0.1")
    change = {"HostedZoneId": zone}
    put = route53.change_resource_record_sets
    put(**change, ChangeBatch=changes(("CREATE", first), ("CREATE", second)))
    put(**change, ChangeBatch=changes(("DELETE", first)))
    told = route53.list_resource_record_sets(**change)["ResourceRecordSets"]
    assert [one["SetIdentifier"] for one in told if one["Type"] == "A"] == ["10.1.0.1"]
    put(**change, ChangeBatch=changes(("CREATE", first)))
    for batch in (
        changes(("CREATE", first)),
        changes(("DELETE", record("PRIMARY", "10.0.0.9"))),
        changes(("DELETE", {**first, "TTL": 61})),
        changes(("CREATE", record("PRIMARY", "10.0.0.2"))),
        changes(("CREATE", {**first, "Name": "api.other.internal"})),
        changes(("UPSERT", {**first, "Type": "CNAME"})),
    ):
        assert refusal(put, **change, ChangeBatch=batch) == "InvalidChangeBatch"


def test_a_batch_of_changes_is_made_as_a_whole(cloud, zone, refusal):
    route53 = cloud.client("route53")
    good, bad = record("PRIMARY", "10.0.0.1"), record("PRIMARY", "10.0.0.2")
    put = route53.change_resource_record_sets
    batch = changes(("CREATE", good), ("CREATE", bad))
    assert refusal(put, HostedZoneId=zone, ChangeBatch=batch) == "InvalidChangeBatch"
    told = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert {one["Type"] for one in told} == {"NS", "SOA"}


def test_a_zone_is_seen_from_the_networks_it_is_associated_with(cloud, zone, refusal):
    route53 = cloud.client("route53")
    theirs, _ = cloud.network("eu-west-1", "10.1")
    there = {"VPCId": theirs, "VPCRegion": "eu-west-1"}
    wrong_region = {"VPCId": theirs, "VPCRegion": "us-east-1"}
    join, leave = route53.associate_vpc_with_hosted_zone, route53.disassociate_vpc_from_hosted_zone
    assert refusal(join, HostedZoneId=zone, VPC=wrong_region) == "InvalidVPCId"
    assert refusal(leave, HostedZoneId=zone, VPC=there) == "VPCAssociationNotFound"
    join(HostedZoneId=zone, VPC=there)
    assert refusal(join, HostedZoneId=zone, VPC=there) == "ConflictingDomainExists"
    (seen,) = route53.list_hosted_zones_by_vpc(**there)["HostedZoneSummaries"]
    assert seen["Name"] == "ml.internal."
    leave(HostedZoneId=zone, VPC=there)
    assert not route53.list_hosted_zones_by_vpc(**there)["HostedZoneSummaries"]


def test_a_health_check_keeps_all_of_its_settings(cloud, refusal):
    route53 = cloud.client("route53")
    config = {
        "Type": "CLOUDWATCH_METRIC",
        "AlarmIdentifier": {"Region": "us-east-1", "Name": "api"},
        "InsufficientDataHealthStatus": "LastKnownStatus",
    }
    make = {"CallerReference": cloud.account, "HealthCheckConfig": config}
    made = route53.create_health_check(**make)["HealthCheck"]
    assert route53.create_health_check(**make)["HealthCheck"]["Id"] == made["Id"]
    assert {name: made["HealthCheckConfig"][name] for name in config} == config
    other = {**make, "HealthCheckConfig": {**config, "Inverted": True}}
    assert refusal(route53.create_health_check, **other) == "HealthCheckAlreadyExists"
    route53.update_health_check(HealthCheckId=made["Id"], Inverted=True, HealthCheckVersion=1)
    late = {"HealthCheckId": made["Id"], "HealthCheckVersion": 1}
    assert refusal(route53.update_health_check, **late) == "HealthCheckVersionMismatch"
    route53.delete_health_check(HealthCheckId=made["Id"])
    assert refusal(route53.get_health_check, HealthCheckId=made["Id"]) == "NoSuchHealthCheck"


def test_a_replication_is_refused_that_aws_would_refuse(cloud, refusal):
    s3 = cloud.client("s3")
    source, target = f"from-{cloud.account}", f"to-{cloud.account}"
    rule = {
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{target}"},
    }
    config = {"Role": cloud.role(), "Rules": [rule]}
    put = {"Bucket": source, "ReplicationConfiguration": config}
    s3.create_bucket(Bucket=source)
    assert refusal(s3.put_bucket_replication, **put) == "InvalidRequest"  # not versioned
    s3.put_bucket_versioning(Bucket=source, VersioningConfiguration={"Status": "Enabled"})
    assert refusal(s3.put_bucket_replication, **put) == "InvalidRequest"  # no target
    s3.create_bucket(Bucket=target)
    s3.put_bucket_versioning(Bucket=target, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_replication(**put)
    old = copy.deepcopy(put)
    del old["ReplicationConfiguration"]["Rules"][0]["Priority"]
    assert refusal(s3.put_bucket_replication, **old) == "InvalidRequest"
    s3.delete_bucket_replication(Bucket=source)
    assert refusal(s3.get_bucket_replication, Bucket=source) == "ReplicationConfigurationNotFoundError"


def test_an_identity_provider_has_audiences(cloud, refusal):
    iam = cloud.client("iam")
    made = iam.create_open_id_connect_provider(Url="https://oidc.example.com/id/A", ClientIDList=["one"])
    which = {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}
    iam.add_client_id_to_open_id_connect_provider(**which, ClientID="two")
    iam.remove_client_id_from_open_id_connect_provider(**which, ClientID="one")
    told = iam.get_open_id_connect_provider(**which)
    assert (told["ClientIDList"], len(told["ThumbprintList"])) == (["two"], 1)
    iam.delete_open_id_connect_provider(**which)
    assert refusal(iam.delete_open_id_connect_provider, **which) == "NoSuchEntity"


@pytest.fixture
def firewall(cloud):
    """A client of the resolver, a list with one domain, and a group without rules."""
    resolver = cloud.client("route53resolver")
    new = {"CreatorRequestId": "one", "Name": "one"}
    domains = {
        "FirewallDomainListId": resolver.create_firewall_domain_list(**new)["FirewallDomainList"]["Id"]
    }
    resolver.update_firewall_domains(**domains, Operation="ADD", Domains=["a.example", "b.example."])
    group = {"FirewallRuleGroupId": resolver.create_firewall_rule_group(**new)["FirewallRuleGroup"]["Id"]}
    return resolver, domains, group


def test_domains_are_told_with_the_root_and_never_replaced_by_none(firewall, refusal):
    resolver, domains, _ = firewall
    assert resolver.list_firewall_domains(**domains)["Domains"] == ["a.example.", "b.example."]
    resolver.update_firewall_domains(**domains, Operation="REMOVE", Domains=["a.example"])
    assert resolver.list_firewall_domains(**domains)["Domains"] == ["b.example."]
    nothing = {"Operation": "REPLACE", "Domains": []}
    assert refusal(resolver.update_firewall_domains, **domains, **nothing) == "ValidationException"


def test_a_rule_of_a_firewall_is_refused_that_aws_would_refuse(firewall, refusal):
    resolver, domains, group = firewall
    rule = {"CreatorRequestId": "two", "Name": "two", "Priority": 1, **domains, **group}
    assert refusal(resolver.create_firewall_rule, **rule, Action="BLOCK") == "ValidationException"
    resolver.create_firewall_rule(**rule, Action="ALLOW")
    assert refusal(resolver.create_firewall_rule, **rule, Action="ALLOW") == "ValidationException"
    assert refusal(resolver.update_firewall_rule, **domains, **group, Action="BLOCK") == "ValidationException"
    assert resolver.list_firewall_rules(**group)["FirewallRules"][0]["Action"] == "ALLOW"
    assert refusal(resolver.delete_firewall_domain_list, **domains) == "ConflictException"


def test_a_network_goes_by_a_group_until_it_is_taken_off(cloud, firewall, refusal):
    resolver, _, group = firewall
    vpc, _ = cloud.network()
    wanted = {"CreatorRequestId": "two", "Name": "two", "VpcId": vpc, **group}
    assert refusal(resolver.associate_firewall_rule_group, **wanted, Priority=100) == "ValidationException"
    elsewhere = {**wanted, "VpcId": "vpc-1", "Priority": 101}
    assert refusal(resolver.associate_firewall_rule_group, **elsewhere) == "ResourceNotFoundException"
    made = resolver.associate_firewall_rule_group(**wanted, Priority=101)["FirewallRuleGroupAssociation"]
    which = {"FirewallRuleGroupAssociationId": made["Id"]}
    told = resolver.get_firewall_rule_group_association(**which)["FirewallRuleGroupAssociation"]
    assert (made["Status"], told["Status"]) == ("UPDATING", "COMPLETE")
    assert refusal(resolver.delete_firewall_rule_group, **group) == "ConflictException"
    resolver.update_firewall_rule_group_association(**which, MutationProtection="ENABLED")
    assert refusal(resolver.disassociate_firewall_rule_group, **which) == "ConflictException"


def test_a_firewall_is_closed_while_it_is_not_well_unless_somebody_says_otherwise(cloud, refusal):
    resolver = cloud.client("route53resolver")
    vpc, _ = cloud.network()
    assert resolver.get_firewall_config(ResourceId=vpc)["FirewallConfig"]["FirewallFailOpen"] == "DISABLED"
    resolver.update_firewall_config(ResourceId=vpc, FirewallFailOpen="ENABLED")
    (told,) = resolver.list_firewall_configs()["FirewallConfigs"]
    assert (told["ResourceId"], told["FirewallFailOpen"]) == (vpc, "ENABLED")
    assert refusal(resolver.get_firewall_config, ResourceId="vpc-1") == "ResourceNotFoundException"
