"""What the policy documents of a foundation permit, and to whom."""

import functools
import json

import pytest

from stacks.layers import LAYERS
from tests.support.recording import record

DOCUMENTS = ("policy", "assumeRolePolicy")
ACCOUNT = "123456789012"


@functools.cache
def statements():
    recording = record(LAYERS[0].program(), stack="local.us-east-1")
    found = []
    for each in recording.objects:
        for key in DOCUMENTS:
            document = json.loads(each.inputs.get(key, "{}"))
            found += [(each, statement) for statement in document.get("Statement", [])]
    return found


@pytest.fixture(scope="module")
def allowed():
    return [(each, statement) for each, statement in statements() if statement["Effect"] == "Allow"]


def listed(value):
    return value if isinstance(value, list) else [value]


def labels(pairs):
    return [f"{each.short_type} {each.name}: {statement['Sid']}" for each, statement in pairs]


def of_endpoints(each):
    return each.short_type == "VpcEndpoint"


def test_nothing_is_permitted_to_everybody_outside_an_endpoint(allowed):
    everybody = ["*", {"AWS": "*"}]
    assert labels(p for p in allowed if p[1].get("Principal") in everybody and not of_endpoints(p[0])) == []


def test_endpoints_carry_only_identities_of_the_account_and_the_layers_of_images(allowed):
    for each, statement in allowed:
        if of_endpoints(each) and statement["Sid"] != "ImageLayers":
            assert statement["Condition"]["StringEquals"]["aws:PrincipalAccount"] == ACCOUNT
    layers = [statement for each, statement in allowed if statement["Sid"] == "ImageLayers"]
    assert [(statement["Action"], statement["Resource"]) for statement in layers] == [
        ("s3:GetObject", "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*")
    ]


def test_no_identity_may_do_everything_of_a_service(allowed):
    wide = [p for p in allowed if any("*" in action for action in listed(p[1]["Action"]))]
    assert labels(p for p in wide if not of_endpoints(p[0])) == []


def test_only_what_knows_no_resource_is_permitted_on_all(allowed):
    on_all = [p for p in allowed if p[1].get("Resource") == "*" and not of_endpoints(p[0])]
    assert labels(p for p in on_all if p[0].short_type != "Key") == [
        "Policy local-image-pusher-us-east-1-policy: LogIn"
    ]


def test_services_act_for_this_account_only(allowed):
    """EC2 is the exception: it names no source account when a machine takes its role."""
    unbound = [
        p
        for p in allowed
        if "Service" in p[1].get("Principal", {}) and ACCOUNT not in json.dumps(p[1].get("Condition"))
    ]
    assert labels(unbound) == ["Role local-base-us-east-1-node: EC2"]


def test_whoever_administers_a_key_may_not_use_it_and_the_reverse():
    use = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant"}
    keys = {}
    for each, statement in statements():
        if each.short_type == "Key":
            keys.setdefault(each.name, []).append((statement["Sid"], set(statement["Action"])))
    assert len(keys) == 3
    for (first, administration), (_, usage) in keys.values():
        assert first == "Administration"
        assert administration & use == set()
        assert "kms:PutKeyPolicy" in administration
        assert usage & administration <= {"kms:DescribeKey"}


def test_every_bucket_refuses_requests_without_tls():
    denials = [
        (each.inputs["bucket"], statement["Condition"])
        for each, statement in statements()
        if statement["Effect"] == "Deny"
    ]
    assert denials == [
        (f"Bucket(local-models-us-east-1-{which}).id", {"Bool": {"aws:SecureTransport": "false"}})
        for which in ("logs", "store")
    ]


def test_no_statement_lets_a_workload_delete_a_model(allowed):
    actions = {action for _, statement in allowed for action in listed(statement["Action"])}
    assert [action for action in actions if action.startswith("s3:Delete")] == []
