"""Policy documents come out in the one form that AWS gives back, whatever their leaves are."""

import json

import pulumi

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
