"""What AWS drivers do not do although pulumi-aws promises it, each with its reason. Never an id or an ARN."""

_OWN_TYPE = "deprecated in pulumi-aws: the setting is a resource of its own, which reads it"

_LEGACY = (
    "accelerationStatus",
    "acl",
    "corsRules",
    "grants",
    "lifecycleRules",
    "logging",
    "objectLockConfiguration",
    "policy",
    "replicationConfiguration",
    "requestPayer",
    "serverSideEncryptionConfiguration",
    "versioning",
    "website",
)

MISSING_OUTPUTS = {
    (
        "aws:ec2/eip:Eip",
        "privateDns",
    ): "a name that Terraform's provider spells from the address; AWS does not tell it",
    (
        "aws:ec2/eip:Eip",
        "publicDns",
    ): "a name that Terraform's provider spells from the address; AWS does not tell it",
    (
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "subnetConfigurations",
    ): "addresses of interfaces, one more read of each endpoint",
    (
        "aws:cloudwatch/logGroup:LogGroup",
        "logGroupClass",
    ): "AWS tells the class, moto does not; a given one is produced",
    (
        "aws:iam/role:Role",
        "inlinePolicies",
    ): "one more read for each policy of each role; they are types of their own",
    **{("aws:s3/bucket:Bucket", prop): _OWN_TYPE for prop in _LEGACY},
    (
        "aws:rds/instance:Instance",
        "latestRestorableTime",
    ): "it moves every five minutes; one that was recorded says nothing",
    (
        "aws:kms/key:Key",
        "rotationPeriodInDays",
    ): "AWS tells the period, moto does not; one that was given is produced",
}

OWN_CALLS = {
    "aws:route53/record:Record",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
}
"""Types that send one structure for all their fields: special/security_group_rule.py, special/record.py."""
