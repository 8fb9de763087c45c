"""What is a secret in the clear, and what only looks like one."""

import base64
import gzip

import pytest

from policies.secret_detection import in_clear
from policies.values import UNKNOWN, Hidden

TOKEN = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"
RANDOM = "wJalrXUtnFEMI7MDENGbPxRfiCY0123456789"


def found(value):
    return list(in_clear(value))


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        TOKEN,
        f"run --token {TOKEN} --now",
        "-----BEGIN PRIVATE KEY-----\nMIIE",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        "hf_" + "abcdefghijklmnopqrstuvwxyzABCD",
        "glpat-0123456789abcdefghij",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        "postgres://app:0a1b2c3d@db.example.com/app",
        f"export AWS_SECRET_ACCESS_KEY={RANDOM}",
        'password: "hunter22"',
        base64.b64encode(f"#!/bin/sh\ncurl -H 'Authorization: {TOKEN}'".encode()).decode(),
        base64.b64encode(gzip.compress(f"TOKEN={TOKEN}".encode(), mtime=0)).decode(),
    ],
)
def test_secrets_are_found_by_their_form(text):
    assert found({"userData": text}) == ["userData"]


@pytest.mark.parametrize(
    "value",
    [
        {"password": "tiger"},
        {"masterPassword": "tiger"},
        {"api_key": RANDOM},
        {"clientSecret": RANDOM},
        {"env": [{"name": "DB_PASSWORD", "value": "tiger"}]},
    ],
)
def test_secrets_are_found_by_their_names(value):
    assert len(found(value)) == 1


@pytest.mark.parametrize(
    "value",
    [
        {"password": Hidden("tiger")},
        {"password": UNKNOWN},
        {"password": ""},
        {"password": True},
        {"password": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db"},
        {"password": "${DB_PASSWORD}"},
        {"env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]},
        {"secretName": "database-credentials-of-the-feature-store"},
        {"secret": "database-credentials"},
        {"tokenAudience": "sts.amazonaws.com"},
        {"kmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"},
        {"image": "registry.example.com/serving@sha256:" + "0a1b2c3d" * 8},
        {"url": "https://user@example.com/path"},
        {"script": "TOKEN=$(curl -s http://169.254.169.254/latest/api/token)"},
        {"script": "password=$PASSWORD"},
        {"cert": "-----BEGIN CERTIFICATE-----\nMIIC"},
        {"userData": base64.b64encode(b"#!/bin/sh\necho hello to everybody").decode()},
        {"userData": base64.b64encode(b"\x1f\x8b no gzip at all, only its first bytes").decode()},
        {"blob": "!!!!" * 20},
        {"numbers": [1, 2.5, None]},
    ],
)
def test_what_only_looks_like_a_secret_is_none(value):
    assert found(value) == []


def test_a_path_says_where():
    value = {"spec": {"containers": [{"env": [{"name": "A", "value": "b"}, {"name": "T", "value": TOKEN}]}]}}
    assert found(value) == ["spec.containers[0].env[1].value"]


def test_of_what_was_compressed_only_the_beginning_is_unpacked():
    bomb = base64.b64encode(gzip.compress(bytes(1 << 18) + TOKEN.encode())).decode()
    assert found({"userData": bomb}) == []
