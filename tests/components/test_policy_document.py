"""Policy documents come out in the one form that AWS gives back, whatever their leaves are."""

import json

import pulumi
import pytest

from components.key_policy import KeyUser, key_policy
from components.location import Location
from components.policy_document import allow, anyone, deny, document, principals, service
from tests.support.recording import record


def text_of(*statements):
    def program():
        pulumi.export("policy", document(*statements))

    return json.loads(record(program).outputs["policy"])["Statement"]


def test_lists_of_one_are_plain_texts_and_absent_parts_are_left_out():
    assert text_of(allow("Take", ["sts:AssumeRole"], to=service("ec2.amazonaws.com"))) == [
        {
            "Sid": "Take",
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ]


def test_a_denial_may_be_for_anyone():
    assert text_of(deny("TLSOnly", ["s3:*"], to=anyone(), on=["a", "b"], when={"Bool": {"k": "false"}})) == [
        {
            "Sid": "TLSOnly",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "s3:*",
            "Resource": ["a", "b"],
            "Condition": {"Bool": {"k": "false"}},
        }
    ]


def test_leaves_may_be_outputs():
    def program():
        role, key = pulumi.Output.from_input("arn:role"), pulumi.Output.from_input("arn:key")
        pulumi.export("policy", document(allow("Use", ["kms:Decrypt"], to=principals([role]), on=[key])))

    assert json.loads(record(program).outputs["policy"])["Statement"] == [
        {
            "Sid": "Use",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:role"},
            "Action": "kms:Decrypt",
            "Resource": "arn:key",
        }
    ]


@pytest.mark.parametrize("user", KeyUser, ids=lambda user: user.name)
def test_every_user_of_a_key_may_use_it_and_not_administer_it(user):
    administration, *uses = key_policy(user, Location(region="eu-west-1", account_id="111122223333"))
    assert administration["Sid"] == "Administration"
    assert uses
    for use in uses:
        assert {*use["Action"]} & {*administration["Action"]} <= {"kms:DescribeKey"}
        assert use["Principal"] != {"AWS": "*"} or "Condition" in use
