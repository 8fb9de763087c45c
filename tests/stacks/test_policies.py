"""What the policy documents of whole environments permit, and to whom."""

import functools
import json

import pytest

from tests.support.environments import shipped

DOCUMENTS = ("policy", "assumeRolePolicy")
ACCOUNT = "123456789012"
ENVIRONMENTS = ["local", "prod", "prod-airgap", "prod-multi-region"]


@functools.cache
def statements(environment):
    found = []
    for each in shipped(environment).objects:
        for key in DOCUMENTS:
            document = json.loads(each.inputs.get(key, "{}"))
            found += [(each, statement) for statement in document.get("Statement", [])]
    return found


@pytest.fixture(params=ENVIRONMENTS)
def stated(request):
    return statements(request.param)


@pytest.fixture
def allowed(stated):
    return [(each, statement) for each, statement in stated if statement["Effect"] == "Allow"]


def listed(value):
    return value if isinstance(value, list) else [value]


def labels(pairs):
    return [f"{each.short_type} {each.name}: {statement['Sid']}" for each, statement in pairs]


def kinds(pairs):
    """Type and statement, without whose it is."""
    return {(each.short_type, statement["Sid"]) for each, statement in pairs}


def of_endpoints(each):
    return each.short_type == "VpcEndpoint"


def test_no_two_statements_of_a_document_have_the_same_name(stated):
    names = [(each.urn, "Principal" in statement, statement["Sid"]) for each, statement in stated]
    assert len(set(names)) == len(names)
    assert all(statement["Sid"].isalnum() for _, statement in stated)


def test_documents_fit_into_what_iam_takes(stated):
    """IAM counts no white space; key policies and endpoints take more."""
    longest = {
        "Policy": 6144,
        "Role": 2048,
        "RolePolicy": 10240,
    }
    for each, _ in stated:
        for key in DOCUMENTS:
            text = json.dumps(json.loads(each.inputs.get(key, "{}")), separators=(",", ":"))
            # What the mocks write for an id is about as long as an ARN.
            assert len(text) <= longest.get(each.short_type, 20480), each.urn


def test_nothing_is_permitted_to_everybody_outside_an_endpoint_but_to_one_role_of_the_account(allowed):
    """The role that AWS makes with the first scaling group: no policy may name it before it exists."""
    everybody = ["*", {"AWS": "*"}]
    open_to_all = [p for p in allowed if p[1].get("Principal") in everybody and not of_endpoints(p[0])]
    assert kinds(open_to_all) <= {("Key", "ScalingGroups"), ("Key", "GrantsToDisks")}
    for _, statement in open_to_all:
        assert statement["Condition"]["StringEquals"] == {"kms:CallerAccount": ACCOUNT}
        assert statement["Condition"]["ArnEquals"]["aws:PrincipalArn"].endswith(
            "/AWSServiceRoleForAutoScaling"
        )


def test_endpoints_carry_only_identities_of_the_account(allowed):
    for each, statement in allowed:
        if of_endpoints(each) and statement["Sid"] not in ("ImageLayers", "OwnRolesByWebIdentity"):
            assert statement["Condition"]["StringEquals"]["aws:PrincipalAccount"] == ACCOUNT


def test_what_endpoints_carry_for_others_is_to_read_the_layers_of_images_and_to_ask_for_a_role_of_ours(
    allowed,
):
    others = {
        (
            statement["Action"],
            statement["Resource"].replace(each.inputs["serviceName"].split(".")[2], "REGION"),
        )
        for each, statement in allowed
        if of_endpoints(each) and statement["Sid"] in ("ImageLayers", "OwnRolesByWebIdentity")
    }
    assert others == {
        ("s3:GetObject", "arn:aws:s3:::prod-REGION-starport-layer-bucket/*"),
        ("sts:AssumeRoleWithWebIdentity", f"arn:aws:iam::{ACCOUNT}:role/*"),
    }


def test_nothing_is_pushed_or_put_to_somebody_elses_account_through_an_endpoint(allowed):
    for each, statement in allowed:
        actions = listed(statement["Action"])
        if of_endpoints(each) and any(action in ("s3:*", "ecr:*") for action in actions):
            assert statement["Condition"]["StringEquals"]["aws:ResourceAccount"] == ACCOUNT


def test_no_identity_may_do_everything_of_a_service(allowed):
    wide = [p for p in allowed if any("*" in action for action in listed(p[1]["Action"]))]
    assert labels(p for p in wide if not of_endpoints(p[0])) == []


def test_only_what_knows_no_resource_is_permitted_on_all(allowed):
    on_all = [p for p in allowed if p[1].get("Resource") == "*" and not of_endpoints(p[0])]
    assert kinds(p for p in on_all if p[0].short_type not in ("Key", "ReplicaKey")) <= {
        ("Policy", "LogIn"),
        # Karpenter: descriptions of EC2, in its own region; prices and lists of profiles know no resource.
        ("Policy", "Look"),
        ("Policy", "LookUpPrices"),
        ("Policy", "LookForProfiles"),
    }


def test_services_act_for_this_account_only(allowed):
    """EC2 is the exception: it names no source account when a machine takes its role."""
    unbound = [
        p
        for p in allowed
        if "Service" in p[1].get("Principal", {}) and ACCOUNT not in json.dumps(p[1].get("Condition"))
    ]
    assert kinds(unbound) == {("Role", "EC2")}


def test_whoever_administers_a_key_may_not_use_it_and_the_reverse(stated):
    use = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant"}
    keys = {}
    for each, statement in stated:
        if each.short_type in ("Key", "ReplicaKey"):
            keys.setdefault(each.urn, []).append((statement["Sid"], set(listed(statement["Action"]))))
    assert len(keys) >= 6
    for (first, administration), *uses in keys.values():
        assert first == "Administration"
        assert administration & use == set()
        assert "kms:PutKeyPolicy" in administration
        for _, usage in uses:
            assert usage & administration <= {"kms:DescribeKey"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_bucket_refuses_requests_without_tls(environment):
    denied = {
        each.inputs["bucket"]: statement["Condition"]
        for each, statement in statements(environment)
        if statement["Effect"] == "Deny" and each.short_type == "BucketPolicy"
    }
    buckets = [each for each in shipped(environment).objects if each.short_type == "Bucket"]
    assert denied == {
        f"Bucket({each.name}).id": {"Bool": {"aws:SecureTransport": "false"}} for each in buckets
    }


def test_every_file_system_refuses_clients_without_tls_or_past_its_targets_and_root():
    """What is not refused takes a statement of the client's own: see below."""
    use, root = ["ClientMount", "ClientWrite", "ClientRootAccess"], ["ClientRootAccess"]
    denied = {}
    for each, statement in statements("prod"):
        if each.short_type == "FileSystemPolicy":
            assert (statement["Effect"], statement["Principal"]) == ("Deny", {"AWS": "*"})
            actions = [action.removeprefix("elasticfilesystem:") for action in listed(statement["Action"])]
            condition = statement.get("Condition", {}).get("Bool", {})
            denied.setdefault(each.inputs["fileSystemId"], []).append((actions, condition))
    files = [each for each in shipped("prod").objects if each.short_type == "FileSystem"]
    assert files
    assert denied == {
        f"FileSystem({each.name}).id": [
            (use, {"aws:SecureTransport": "false"}),
            (use, {"elasticfilesystem:AccessedViaMountTarget": "false"}),
            (root, {}),
        ]
        for each in files
    }


def test_nobody_gets_more_of_a_file_system_than_to_write():
    """Who only reads gets less: see the graph of such a role."""
    may = {
        tuple(sorted(action.partition("Client")[2] for action in listed(statement["Action"])))
        for _, statement in statements("prod")
        if statement["Effect"] == "Allow"
        and any(action.startswith("elasticfilesystem:Client") for action in listed(statement["Action"]))
    }
    assert may == {("Mount", "Write")}


def test_no_statement_lets_anybody_delete_a_model_or_a_version(allowed):
    deletions = [p for p in allowed if any(a.startswith("s3:Delete") for a in listed(p[1]["Action"]))]
    for _, statement in deletions:
        assert "models" not in json.dumps(statement["Resource"])
        assert "s3:DeleteObjectVersion" not in listed(statement["Action"])


def test_karpenter_changes_only_machines_of_its_cluster():
    (policy,) = [
        json.loads(each.inputs["policy"])
        for each in shipped("prod").objects
        if each.short_type == "Policy" and "karpenter" in each.name
    ]
    by_name = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert by_name["Remove"]["Condition"] == {
        "StringEquals": {"aws:ResourceTag/kubernetes.io/cluster/prod-cluster": "owned"}
    }
    assert by_name["HandOnTheNodesRole"]["Resource"] == "Role(prod-karpenter-us-east-1-node).arn"
    assert by_name["HearOfInterruptions"] == {
        "Sid": "HearOfInterruptions",
        "Effect": "Allow",
        "Action": ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
        "Resource": "Queue(prod-interruptions).arn",
    }
