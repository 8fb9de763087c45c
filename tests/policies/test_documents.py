"""Policy documents are read in whichever way they are written."""

import json

import pytest

from policies.documents import statements
from policies.model import Resource
from policies.values import UNKNOWN, Undecided


def read(document):
    """The statements of a document, and the paths of findings about it."""
    resource = Resource(urn="urn", type="aws:iam/policy:Policy", name="p", inputs={"policy": document})
    findings = []
    reading = statements(resource, "policy")
    try:
        while True:
            findings.append(next(reading).path)
    except StopIteration as end:
        return end.value, findings


def one(**parts):
    (found,), findings = read(json.dumps({"Statement": {"Effect": "Allow", **parts}}))
    assert not findings
    return found


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::123456789012:root", "*"]}])
def test_everybody_is_written_in_several_ways(principal):
    assert one(Principal=principal).is_for_everybody


def test_everybody_but_some_is_everybody():
    assert one(NotPrincipal={"AWS": "123456789012"}).is_for_everybody


@pytest.mark.parametrize("principal", [{"Service": "*.amazonaws.com"}, {"AWS": "123456789012"}, None])
def test_others_are_not_everybody(principal):
    assert not one(Principal=principal).is_for_everybody


@pytest.mark.parametrize(
    ("actions", "covered"),
    [
        ("kms:Decrypt", True),
        (["s3:GetObject", "KMS:decrypt"], True),
        ("kms:De*", True),
        ("kms:?ecrypt", True),
        ("*", True),
        ("kms:Encrypt", False),
        ([], False),
        (7, False),
    ],
)
def test_actions_have_wildcards_and_any_case(actions, covered):
    assert one(Action=actions).covers("kms:Decrypt") is covered


def test_every_action_but_some():
    statement = one(NotAction="iam:*")
    assert statement.covers("kms:Decrypt")
    assert not statement.covers("iam:PassRole")


@pytest.mark.parametrize(
    ("condition", "bounded"),
    [
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, True),
        ({"StringEquals": {"AWS:principalorgid": ["o-1", "o-2"]}}, True),
        ({"StringLike": {"aws:PrincipalOrgID": "o-*"}}, True),
        ({"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": "o-1"}}, True),
        ({"StringLike": {"aws:PrincipalOrgID": "*"}}, False),
        ({"StringEquals": {"aws:PrincipalOrgID": ["o-1", "*"]}}, False),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"Null": {"aws:PrincipalOrgID": "false"}}, False),
        ({"StringEquals": {"aws:PrincipalOrgID": []}}, False),
        ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, False),
    ],
)
def test_only_conditions_that_a_stranger_does_not_fulfil_bound(condition, bounded):
    assert one(Condition=condition).is_bounded_by("aws:PrincipalOrgID") is bounded


def test_truths_are_texts_as_aws_has_them():
    assert one(Condition={"Bool": {"aws:SecureTransport": False}}).conditions[0].values == ("false",)


def test_each_statement_has_its_place():
    found, _ = read(json.dumps({"Statement": [{"Effect": "Deny"}, {"Effect": "Allow"}]}))
    assert [(each.path, each.allows) for each in found] == [
        ("policy.Statement[0]", False),
        ("policy.Statement[1]", True),
    ]


@pytest.mark.parametrize(
    "document",
    ["", "{", "[]", "7", "{}", '{"Statement": ["x"]}', '{"Statement": {"Effect": "Maybe"}}', 7, [], {"a": 1}],
)
def test_what_is_no_document_is_a_finding(document):
    assert read(document) == ((), ["policy"])


def test_what_is_not_there_is_none():
    assert read(None) == ((), [])


def test_a_document_may_be_an_object():
    assert read({"Statement": []}) == ((), [])


def test_what_is_not_known_is_undecided():
    with pytest.raises(Undecided):
        read(UNKNOWN)
