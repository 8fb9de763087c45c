"""The digest of an offending value is that of the value, however it is told; of a secret it tells nothing."""

import pytest

from policies.check import Verdict
from policies.evidence import evidence, fingerprint
from policies.model import Resource, Status
from policies.packs import RULES
from policies.values import UNKNOWN, Hidden


def verdict(path="p", urn="urn:pulumi:dev::foundation::aws:s3/bucket:Bucket::store", **inputs):
    resource = Resource(urn=urn, type="aws:s3/bucket:Bucket", name="store", inputs=inputs)
    return Verdict(rule=RULES[0], resource=resource, status=Status.FAIL, path=path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (30, 30.0),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ('{"a": 1}', '{"a":1}'),
        ('{"a": 1}', {"a": 1.0}),
        (Hidden("tiger"), Hidden("lion")),
    ],
)
def test_the_same_value_has_the_same_digest(one, other):
    assert evidence(verdict(p=one)) == evidence(verdict(p=other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (30, 31),
        ("1.3", "1.30"),
        (None, False),
        ("", None),
        ([], {}),
        (True, "true"),
        (UNKNOWN, None),
        (0, False),
    ],
)
def test_other_values_have_others(one, other):
    assert evidence(verdict(p=one)) != evidence(verdict(p=other))


def test_a_value_inside_a_document_is_found():
    one = verdict("policy.Statement[1].Action", policy='{"Statement": [{}, {"Action": "s3:*"}]}')
    other = verdict("policy.Statement[0].Action", policy={"Statement": [{"Action": "s3:*"}, 7]})
    assert evidence(one) == evidence(other)


def test_a_secret_is_not_looked_into():
    assert evidence(verdict("p.key", p=Hidden('{"key": 1}'))) == evidence(verdict("p.key", p=Hidden("else")))


def test_what_is_not_there_has_a_digest_as_well():
    assert evidence(verdict("p.q[7].r")) == evidence(verdict("p.q[0].r", p={"q": []}))


def test_a_fingerprint_leaves_out_the_stack():
    one = verdict(urn="urn:pulumi:dev::foundation::aws:s3/bucket:Bucket::store")
    other = verdict(urn="urn:pulumi:prod.us-east-1::foundation::aws:s3/bucket:Bucket::store")
    assert fingerprint(one) == fingerprint(other)
