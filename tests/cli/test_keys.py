"""`keys list|report|rotate`: what people and programs read, and that nothing is rotated without a word."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from provisioner.cli import keys
from provisioner.keyring.entry import Entry, Ring
from provisioner.keyring.key import Key, Kind, Usage
from provisioner.keyring.status import Status
from provisioner.keyring.uses import Need, Use
from tests.report.test_schemas import check as obeys

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
STACK = "urn:pulumi:prod.us-east-1::foundation"


def key(name, kind, **more):
    facts = {
        "algorithm": "SYMMETRIC_DEFAULT",
        "purpose": "",
        "usage": Usage.ENCRYPT,
        "id": f"id-of-{name}",
    } | more
    return Key(
        urn=f"{STACK}::t:m/k:K::{name}", name=name, kind=kind, layer="foundation", region="us-east-1", **facts
    )


def use(type, name, path, need=Need.DATA):
    return Use(f"{STACK}::{type}::{name}", type, name, path, need)


DATA = Entry(
    key=key("prod-data-key", Kind.KMS, purpose="Data services of prod", aliases=("alias/prod-data",), rotation_days=365, window_days=30),
    status=Status(state="enabled", created=datetime(2025, 11, 21, tzinfo=UTC), rotated=datetime(2026, 8, 1, tzinfo=UTC)),
    uses=(
        use("aws:rds/instance:Instance", "prod-features", "kmsKeyId"),
        use("aws:iam/policy:Policy", "prod-reader", "policy", Need.ACCESS),
    ),
)  # fmt: skip
MODELS = Entry(
    key=key("prod-models", Kind.TRANSIT, id="prod/transit/models", algorithm="aes256-gcm96", rotation_days=90, minimum_version=2),
    status=Status(state="enabled", created=datetime(2026, 9, 1, tzinfo=UTC), versions=4, minimum_version=2),
    seals=("foundation prod.us-east-1",),
)  # fmt: skip
OLD = Entry(
    key=key("prod-logs-key", Kind.KMS, window_days=30, rotation_days=365),
    status=Status(state="pending deletion", created=datetime(2024, 1, 1, tzinfo=UTC), deletion=datetime(2026, 12, 1, tzinfo=UTC)),
)  # fmt: skip
ROOT = Entry(
    key=key(
        "prod-root", Kind.ISSUER, algorithm="ec-256", usage=Usage.ISSUE, id="prod/pki", purpose="prod root"
    ),
    status=Status(
        state="issued", created=datetime(2026, 1, 1, tzinfo=UTC), deletion=datetime(2036, 1, 1, tzinfo=UTC)
    ),
)
SILENT = Entry(
    key=key(
        "prod-disks-key", Kind.REPLICA, primary="arn:aws:kms:eu-west-1:123456789012:key/mrk-1", window_days=30
    ),
    status=Status(note="KMS in us-east-1 was not asked: Unable to locate credentials"),
    recorded=datetime(2026, 11, 1, tzinfo=UTC),
)


@pytest.fixture
def ring(monkeypatch):
    """Five keys, one of which nobody could be asked about; `rotated` are those that were."""
    rotated = []
    found = Ring(
        environment="prod",
        now=NOW,
        entries=(DATA, MODELS, OLD, ROOT, SILENT),
        sealed={"foundation prod.us-east-1": "hashivault://models?engine=prod/transit"},
        notes=(SILENT.status.note,),
    )
    rotate = lambda entry: rotated.append(entry.key.name) or entry
    monkeypatch.setattr(keys, "keyring", lambda asked: SimpleNamespace(ring=found, rotate=rotate))
    return rotated


def test_list(cli, ring, golden):
    ended = cli("keys", "list", "prod")
    assert ended.code == 0
    golden(f"{ended.out}--\n{ended.err}")


def test_report(cli, ring, golden):
    ended = cli("keys", "report", "prod")
    assert ended.code == 0
    golden(ended.out)


def test_the_report_for_programs(cli, ring, golden):
    ended = cli("keys", "report", "prod", "--json")
    assert json.loads(ended.out)["schema"] == "provisioner/keys/1"
    golden(ended.out)


@pytest.mark.parametrize(
    "words",
    [("list", "prod"), ("report", "prod"), ("rotate", "prod", "prod-models", "--yes")],
    ids=["list", "report", "rotate"],
)
def test_what_programs_get_is_what_the_published_schema_says(cli, ring, words):
    obeys("keys", json.loads(cli("keys", *words, "--json").out))


def test_a_grant_names_its_grantee_to_programs(cli, ring, monkeypatch):
    grant = replace(use("aws:kms/grant:Grant", "reader", "keyId", Need.PART), grantee="arn:aws:iam::1:role/r")
    empty = Ring(environment="dev", now=NOW, entries=(), sealed={})
    for found in (empty, replace(empty, entries=(replace(DATA, uses=(grant,)),))):
        monkeypatch.setattr(keys, "keyring", lambda _, found=found: SimpleNamespace(ring=found))
        obeys("keys", json.loads(cli("keys", "list", "dev", "--json").out))


@pytest.mark.parametrize("name", ["prod-models", "prod/transit/models", "models", MODELS.key.urn])
def test_a_key_is_rotated_by_any_of_its_names(cli, ring, name):
    ended = cli("keys", "rotate", "prod", name, "--yes")
    assert (ended.code, ring) == (0, ["prod-models"])
    assert "versions 2 to 4 have encrypted stays readable" in ended.out
    assert "before 2 have encrypted opens no more" in ended.out


def test_a_rotation_asks(cli, ring):
    assert cli("keys", "rotate", "prod", "alias/prod-data").code == 1
    ended = cli("keys", "rotate", "prod", "alias/prod-data", typed="no")
    assert (ended.code, ring) == (1, [])
    assert "1 need it, rotated last on 2026-08-01" in ended.err
    assert cli("keys", "rotate", "prod", "alias/prod-data", typed="yes").code == 0
    assert ring == ["prod-data-key"]


def test_a_name_that_nobody_has_is_refused_with_near_ones(cli, ring):
    ended = cli("keys", "rotate", "prod", "prod-model", "--yes")
    assert (ended.code, ring) == (1, [])
    assert "RUN-083" in ended.err
    assert "- prod-models" in ended.err


@pytest.mark.parametrize(
    ("name", "told"), [("prod-disks-key", "mrk-1; rotate that one"), ("prod-root", "is an issuer")]
)
def test_what_does_not_rotate_by_itself_says_what_does(cli, ring, name, told):
    ended = cli("keys", "rotate", "prod", name, "--yes")
    assert (ended.code, ring) == (1, [])
    assert told in " ".join(ended.err.split())
