"""A key in two regions with a grant in each, made in a cloud on loopback: `keys` tells who depends on which."""

import json
from types import SimpleNamespace

import pulumi
import pulumi_aws as aws
import pytest

from provisioner import ring_wiring
from provisioner.cli.main import run
from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.interface import Access, Result, Stack
from provisioner.plan.model import ApprovedPlan, Mode, Source
from provisioner.providers.aws.package import AwsPackage
from provisioner.providers.aws.scope import Scope
from provisioner.providers.aws.session import Clients, Connection, Credentials
from tests.support.moto_server import moto_server

HERE, THERE = "us-east-1", "eu-west-1"
ROLE = "arn:aws:iam::123456789012:role/"


def program():
    """A key, its replica, and a grant on each to a role of its own."""
    options = pulumi.ResourceOptions(provider=aws.Provider("here", region=HERE))
    key = aws.kms.Key("models", multi_region=True, deletion_window_in_days=7, opts=options)
    replica = aws.kms.ReplicaKey(
        "copies", primary_key_arn=key.arn, region=THERE, deletion_window_in_days=7, opts=options
    )
    for name, of, region in (("reads", key.key_id, HERE), ("serves", replica.key_id, THERE)):
        aws.kms.Grant(
            name,
            key_id=of,
            grantee_principal=f"{ROLE}{name}",
            operations=["Decrypt"],
            region=region,
            opts=options,
        )


@pytest.fixture
def workspace(tmp_path, quick_passphrase, monkeypatch):
    """One stack whose program was applied, and `keys` asking the cloud that it is in."""
    with moto_server() as endpoint:
        connection = Connection(endpoint, Credentials("local", "local"))
        engine = EmbeddedEngine(
            Folder(tmp_path), {"aws": AwsPackage(connection)}, Keys(lambda: "a passphrase")
        )
        stack = Stack("foundation", f"dev.{HERE}", HERE, program)
        with engine.open(stack, Access.WRITE) as opened:
            plan = opened.preview(Mode.UPDATE, Source.STATE)
            applied = opened.apply(ApprovedPlan(plan, "test"), lambda _: None)
        assert applied.result is Result.DONE, applied.failures
        found = SimpleNamespace(engine=engine, stacks=(stack,), notices=(), called="dev")
        monkeypatch.setattr(ring_wiring, "recorded", lambda _: found)
        monkeypatch.setattr(ring_wiring, "aws_scope", lambda _: Scope(Clients(connection), HERE))
        yield found


def told(capsys, *words):
    assert run(["keys", *words]) == 0
    return capsys.readouterr().out


def test_each_grant_and_its_grantee_are_told_with_the_key_of_their_region(workspace, capsys):
    rows = json.loads(told(capsys, "list", "dev", "--json"))["keys"]
    grantees = {
        (row["name"], row["region"]): [use["grantee"] for use in row["uses"] if "grantee" in use]
        for row in rows
    }
    assert grantees == {("models", HERE): [f"{ROLE}reads"], ("copies", THERE): [f"{ROLE}serves"]}
    assert [row["state"] for row in rows] == ["enabled", "enabled"]
    first, second = told(capsys, "report", "dev").split("\n## ")[1:3]
    line = "- `{0}` (aws:kms:Grant, `keyId`, foundation dev.us-east-1, for `{1}{0}`, which depends on it)"
    for section, name in ((first, "serves"), (second, "reads")):
        assert line.format(name, ROLE) in section
        assert section.count("aws:kms:Grant") == 1


def test_the_token_of_a_grant_is_sealed_in_the_state(workspace):
    with workspace.engine.open(workspace.stacks[0], Access.READ) as opened:
        records = opened.export()["deployment"]["resources"]
    tokens = [each["outputs"]["grantToken"] for each in records if each["type"] == "aws:kms/grant:Grant"]
    assert len(tokens) == 2
    assert all("ciphertext" in token for token in tokens)
