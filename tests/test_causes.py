"""Each step of a plan leads back to a property, a setting and a line of a file."""

from pathlib import Path

import pytest

from environments.load import load
from provisioner.causes import explained, place_of
from provisioner.plan.model import Cause, Risk
from provisioner.plan.values import UNKNOWN
from provisioner.report.plan_text import plan_text
from provisioner.report.style import PLAIN
from tests.support.plans import KEY, NETWORK, REPOSITORY, VPC, plan, step, urn

DEV = """\
extends: base.yaml
name: dev
cloud: local
region: eu-west-1
registry:
  repositories:
    - serving
    - training
  keep_images: 50
"""
BASE = "owner: ml@example.com\nnetwork: {cidr: 10.10.0.0/16, zones: 2}\n"


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text(BASE)
    Path("dev.yaml").write_text(DEV)
    return load(Path("dev.yaml")).source


@pytest.mark.parametrize(
    ("setting", "place"),
    [
        ("registry.keep_images", "dev.yaml:9"),
        ("registry.repositories[1]", "dev.yaml:8"),
        ("registry.repositories[7]", "dev.yaml:7"),
        ("registry.scan", "dev.yaml:5"),
        ("network", "base.yaml:2"),
        ("network.cidr", "base.yaml:2"),
        ("encryption.kms", ""),
        ("", ""),
    ],
)
def test_where_a_setting_is_written(source, setting, place):
    assert place_of(source, setting) == place


def test_why_a_step_is_in_a_plan(source):
    changed = step(
        "update",
        REPOSITORY,
        "serving",
        {"scan": True, "keyArn": "arn:1", "tags": {"a": 1}},
        {"scan": False, "keyArn": UNKNOWN, "tags": {"a": 1}},
        reasons=["keyArn", "scan"],
        origin="registry.repositories[0]",
        dependencies=(urn(VPC, "v"), urn(KEY, "k")),
    )
    [_, told] = explained(plan(step("replace", KEY, "k"), changed), source, is_disposable=False).steps
    assert told.causes == (
        Cause("keyArn", "registry.repositories[0]", "dev.yaml:7", urn(KEY, "k")),
        Cause("scan", "registry.repositories[0]", "dev.yaml:7", ""),
    )


def test_what_stays_as_it_is_needs_no_cause(source):
    [told] = explained(plan(step("same", KEY, "k", origin="network")), source, is_disposable=False).steps
    assert (told.causes, told.risk) == ((), Risk.NONE)


def test_what_is_shown_of_it(source, golden):
    found = plan(
        step("create", NETWORK, "n", origin="network"),
        step("create", VPC, "v", parent=urn(NETWORK, "n"), origin="network"),
        step(
            "update",
            VPC,
            "w",
            {"cidrBlock": "a"},
            {"cidrBlock": UNKNOWN},
            reasons=["cidrBlock"],
            origin="network",
            dependencies=(urn(VPC, "v"),),
        ),
        step(
            "replace",
            REPOSITORY,
            "serving",
            {"name": "a"},
            {"name": "b"},
            reasons=["name"],
            origin="registry.repositories[0]",
            delete_first=True,
        ),
        step(
            "replace",
            "aws:ec2/subnet:Subnet",
            "s",
            {"name": "a"},
            {"name": "a"},
            reasons=["--replace"],
            origin="encryption.kms",
        ),
        step("delete", KEY, "k", id="1"),
    )
    golden(plan_text([explained(found, source, is_disposable=False)], PLAIN))


def test_nothing_is_data_in_a_disposable_environment(source):
    found = plan(step("delete", KEY, "k", id="1"))
    assert explained(found, source, is_disposable=True).steps[0].risk is Risk.DOWNTIME
    assert explained(found, None, is_disposable=False).steps[0].risk is Risk.DATA_LOSS
