"""Terraform's program for the resources in one of our states, in Terraform's JSON syntax.

The state is Pulumi's deployment format. What it calls by id, ARN or name becomes a reference again, so that Terraform
walks the same graph; dependencies that no value shows become `depends_on`.
"""

import json
import re
from dataclasses import dataclass

TYPES = {
    "aws:cloudwatch/logGroup:LogGroup": "aws_cloudwatch_log_group",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "aws_default_security_group",
    "aws:ec2/eip:Eip": "aws_eip",
    "aws:ec2/flowLog:FlowLog": "aws_flow_log",
    "aws:ec2/internetGateway:InternetGateway": "aws_internet_gateway",
    "aws:ec2/natGateway:NatGateway": "aws_nat_gateway",
    "aws:ec2/route:Route": "aws_route",
    "aws:ec2/routeTable:RouteTable": "aws_route_table",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "aws_route_table_association",
    "aws:ec2/securityGroup:SecurityGroup": "aws_security_group",
    "aws:ec2/subnet:Subnet": "aws_subnet",
    "aws:ec2/vpc:Vpc": "aws_vpc",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "aws_vpc_endpoint",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "aws_ecr_lifecycle_policy",
    "aws:ecr/repository:Repository": "aws_ecr_repository",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "aws_ecr_repository_policy",
    "aws:iam/instanceProfile:InstanceProfile": "aws_iam_instance_profile",
    "aws:iam/policy:Policy": "aws_iam_policy",
    "aws:iam/role:Role": "aws_iam_role",
    "aws:iam/rolePolicy:RolePolicy": "aws_iam_role_policy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "aws_iam_role_policy_attachment",
    "aws:kms/alias:Alias": "aws_kms_alias",
    "aws:kms/key:Key": "aws_kms_key",
    "aws:s3/bucket:Bucket": "aws_s3_bucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "aws_s3_bucket_lifecycle_configuration",
    "aws:s3/bucketLogging:BucketLogging": "aws_s3_bucket_logging",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "aws_s3_bucket_ownership_controls",
    "aws:s3/bucketPolicy:BucketPolicy": "aws_s3_bucket_policy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "aws_s3_bucket_public_access_block",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "aws_s3_bucket_server_side_encryption_configuration"
    ),
    "aws:s3/bucketVersioning:BucketVersioning": "aws_s3_bucket_versioning",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "aws_vpc_security_group_egress_rule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "aws_vpc_security_group_ingress_rule",
}

BLOCKS = {
    "encryptionConfigurations": "encryption_configuration",
    "noncurrentVersionTransitions": "noncurrent_version_transition",
    "rules": "rule",
    "transitions": "transition",
}
"""Blocks that may be repeated have a plural in Pulumi and none in Terraform."""

OURS_ALONE = ("tagsAll", "region")
"""Terraform merges default tags by itself; `region` on a resource came with version 6 of its provider."""

KEPT_KEYS = ("tags",)
"""Maps whose keys are the user's, not the provider's."""

UNSEEN = {"aws_kms_key": ["rotation_period_in_days"]}
"""moto takes them and never tells: without `ignore_changes`, each of Terraform's plans would change them again."""


class Untranslatable(Exception):
    """A resource that Terraform's program would lack."""


@dataclass(frozen=True)
class Target:
    """A resource of the state, as others may refer to it."""

    address: str
    id: str
    outputs: dict

    def exact(self, text):
        """The reference that gives `text`; None if there is none."""
        if text == self.id:
            return f"{self.address}.id"
        found = sorted(
            name for name, value in self.outputs.items() if value == text and name not in OURS_ALONE
        )
        found.sort(key=lambda name: name != "arn")
        return f"{self.address}.{snake_case(found[0])}" if found else None

    @property
    def arn(self):
        return self.outputs.get("arn")


def program(deployment):
    """The whole of `main.tf.json` for a deployment (`provisioner state export`)."""
    states = deployment["deployment"]["resources"]
    cloud = [state for state in states if state["type"].startswith("aws:") and not state.get("external")]
    if strange := sorted({state["type"] for state in cloud} - TYPES.keys()):
        raise Untranslatable(f"add to TYPES, with what Terraform calls them: {', '.join(strange)}")
    targets = {state["urn"]: _target(state) for state in cloud}
    if len({target.address for target in targets.values()}) != len(targets):
        raise Untranslatable("two resources of a type have one name")
    resources = {}
    for state in cloud:
        kind, label = targets[state["urn"]].address.split(".")
        resources.setdefault(kind, {})[label] = _arguments(state, targets)
    [provider] = [state for state in states if state["type"] == "pulumi:providers:aws"]
    return {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}},
        "provider": {"aws": _provider(provider["inputs"])},
        "resource": resources,
    }


def snake_case(name):
    """`cidrBlock` as Terraform spells it."""
    return re.sub(r"([A-Z])", lambda letter: f"_{letter[1].lower()}", name)


def _target(state):
    label = re.sub(r"[^A-Za-z0-9_-]", "_", state["urn"].rpartition("::")[2])
    return Target(f"{TYPES[state['type']]}.{label}", state["id"], state.get("outputs", {}))


def _provider(inputs):
    # Every shortcut that Terraform's provider offers for a cloud that is not AWS.
    return {
        "region": inputs["region"],
        "allowed_account_ids": json.loads(inputs["allowedAccountIds"]),
        "default_tags": json.loads(inputs["defaultTags"]),
        "s3_use_path_style": True,
        "skip_credentials_validation": True,
        "skip_metadata_api_check": True,
        "skip_region_validation": True,
    }


def _arguments(state, targets):
    referred = set()
    by_property = state.get("propertyDependencies", {})
    arguments = {}
    for name, value in state.get("inputs", {}).items():
        if name.startswith("__") or name in OURS_ALONE:
            continue
        near = [targets[urn] for urn in by_property.get(name, ()) if urn in targets]
        arguments[BLOCKS.get(name) or snake_case(name)] = _restored(name, value, near, referred)
    unseen = sorted(
        targets[urn].address
        for urn in state.get("dependencies", ())
        if urn in targets and targets[urn].address not in referred
    )
    kind = TYPES[state["type"]]
    return {
        **arguments,
        **({"depends_on": unseen} if unseen else {}),
        **({"lifecycle": {"ignore_changes": UNSEEN[kind]}} if kind in UNSEEN else {}),
    }


def _restored(name, value, targets, referred):
    match value:
        case dict():
            return {
                key if name in KEPT_KEYS else BLOCKS.get(key) or snake_case(key): _restored(
                    key, each, targets, referred
                )
                for key, each in value.items()
            }
        case list():
            return [_restored(name, each, targets, referred) for each in value]
        case str():
            return _text(value, targets, referred)
        case _:
            return value


def _text(text, targets, referred):
    for target in targets:
        if reference := target.exact(text):
            referred.add(target.address)
            return f"${{{reference}}}"
    # ARNs also occur inside policies; the longest first, as one may be the beginning of another.
    arns = {target.arn: target for target in targets if target.arn}
    if not arns:
        return _literal(text)
    pattern = "|".join(re.escape(arn) for arn in sorted(arns, key=len, reverse=True))
    pieces = []
    for piece in re.split(f"({pattern})", text):
        if piece in arns:
            referred.add(arns[piece].address)
            pieces.append(f"${{{arns[piece].address}.arn}}")
        else:
            pieces.append(_literal(piece))
    return "".join(pieces)


def _literal(text):
    return text.replace("${", "$${").replace("%{", "%%{")


def without(written, kinds):
    """The same program less some types, and less what depends on them by `depends_on`."""
    resources = {kind: labelled for kind, labelled in written["resource"].items() if kind not in kinds}
    for labelled in resources.values():
        for arguments in labelled.values():
            if near := arguments.get("depends_on"):
                arguments["depends_on"] = [address for address in near if address.split(".")[0] not in kinds]
    return {**written, "resource": resources}
