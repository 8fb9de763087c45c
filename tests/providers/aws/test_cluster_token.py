"""The token for an EKS cluster: the form that its authenticator reads, and nothing of an endpoint of ours."""

import base64
import datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from provisioner.providers.aws.cluster_token import cluster_token
from provisioner.providers.aws.session import Connection, Credentials
from provisioner.providers.interface import NO_CREDENTIALS, Refused

KEYS = Connection(credentials=Credentials("AKIDEXAMPLE", "a very secret key", "session"))
NOW = datetime.datetime(2026, 11, 21, 8, 0, tzinfo=datetime.UTC)


def url(token):
    prefix, _, signed = token.partition(".")
    assert prefix == "k8s-aws-v1"
    assert "=" not in signed
    return urlsplit(base64.urlsafe_b64decode(signed + "=" * (-len(signed) % 4)).decode())


def test_it_is_a_signed_question_who_is_calling():
    made = cluster_token(KEYS, "eu-west-1", "prod", NOW)
    asked = url(made.token)
    values = {name: value for name, [value] in parse_qs(asked.query).items()}
    assert (asked.scheme, asked.netloc, asked.path) == ("https", "sts.eu-west-1.amazonaws.com", "/")
    assert values["Action"] == "GetCallerIdentity"
    assert values["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id"
    assert values["X-Amz-Expires"] == "60"
    assert values["X-Amz-Credential"].startswith("AKIDEXAMPLE/")
    assert values["X-Amz-Credential"].endswith("/eu-west-1/sts/aws4_request")
    assert values["X-Amz-Security-Token"] == "session"
    assert made.expires == NOW + datetime.timedelta(minutes=14)


def test_the_signature_covers_the_name_of_the_cluster():
    def signature(cluster):
        return parse_qs(url(cluster_token(KEYS, "eu-west-1", cluster).token).query)["X-Amz-Signature"]

    assert signature("prod") != signature("dev")


def test_neither_secret_key_nor_token_is_shown():
    made = cluster_token(KEYS, "eu-west-1", "prod")
    assert "secret" not in url(made.token).query
    assert made.token not in repr(made)


def test_without_credentials_it_is_refused():
    with pytest.raises(Refused) as refused:
        cluster_token(Connection(), "eu-west-1", "prod")
    assert refused.value.code == NO_CREDENTIALS


def test_a_role_that_cannot_be_taken_on_is_refused(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(Refused):
        cluster_token(Connection(assume_role="arn:aws:iam::1:role/r"), "eu-west-1", "prod")
