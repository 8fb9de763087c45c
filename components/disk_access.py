"""What it takes to make disks under a KMS key, as statements of IAM."""

from __future__ import annotations

import pulumi

from components.location import Location
from components.policy_document import Statement, allow


def sealed_disks(location: Location, key_arn: pulumi.Input[str]) -> list[Statement]:
    """What is needed of the key, beside what is needed of EC2.

    Source: kubernetes-sigs/aws-ebs-csi-driver, docs/install.md, on customer keys; true of all who ask EC2.
    """
    through_ec2 = {"StringEquals": {"kms:ViaService": f"ec2.{location.region}.amazonaws.com"}}
    use = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKeyWithoutPlaintext"]
    for_aws = {**through_ec2, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    return [
        allow("Disks", use, on=[key_arn], when=through_ec2),
        allow("GrantsToDisks", ["kms:CreateGrant"], on=[key_arn], when=for_aws),
    ]
