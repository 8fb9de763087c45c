"""`graph`: the resources of a plan or of the state as a picture."""

import pytest

from provisioner.cli import graph
from tests.support.plans import KEY, NETWORK, ROOT, VPC, plan, root, step, urn

SUBNET = "aws:ec2/subnet:Subnet"
STORE = "mlplat:storage:ModelStore"
PLAN = plan(
    root(),
    step("same", "pulumi:providers:aws", "us-east-1"),
    step("create", NETWORK, "network"),
    step("create", VPC, "vpc", parent=urn(NETWORK, "network")),
    step("create", SUBNET, "a", parent=urn(NETWORK, "network"), dependencies=(urn(VPC, "vpc"),)),
    step("update", KEY, "key"),
    step("same", STORE, "models"),
    step(
        "delete",
        "aws:s3/bucket:Bucket",
        'the "old" one',
        parent=urn(STORE, "models"),
        dependencies=(urn(KEY, "key"), urn(SUBNET, "a"), urn(VPC, "vpc")),
    ),
)


@pytest.fixture(autouse=True)
def _on_the_fake(workspace, monkeypatch):
    from provisioner.cli import plan as plan_command
    from provisioner.cli import state

    monkeypatch.setattr(graph, "planning", plan_command.planning)
    monkeypatch.setattr(graph, "recorded", state.recorded)


@pytest.mark.parametrize("depth", ["component", "resource"])
@pytest.mark.parametrize("form", ["mermaid", "dot"])
def test_a_plan(cli, fake_run, form, depth, golden):
    fake_run.plan = PLAN
    ended = cli("graph", "dev", "--format", form, "--depth", depth)
    assert (ended.code, ended.err) == (0, "")
    assert fake_run.asked == [("open", "read"), ("preview", "update", "state")]
    golden(ended.out)


def record(type, name, parent=ROOT, **more):
    return {
        "urn": urn(type, name),
        "type": type,
        "custom": not type.startswith("mlplat"),
        "parent": parent,
        **more,
    }


def test_the_state_needs_no_program(cli, fake_run, golden):
    resources = [
        {"urn": ROOT, "type": "pulumi:pulumi:Stack", "custom": False},
        record(NETWORK, "network"),
        record(VPC, "vpc", urn(NETWORK, "network")),
        record(SUBNET, "a", urn(NETWORK, "network"), dependencies=[urn(VPC, "vpc")]),
        record(SUBNET, "a", urn(NETWORK, "network"), delete=True),
        record(KEY, "key", dependencies=[urn(SUBNET, "a")]),
    ]
    fake_run.export = lambda: {"version": 3, "deployment": {"resources": resources}}
    ended = cli("graph", "dev", "--of", "state", "--depth", "resource")
    assert ended.code == 0
    assert not [words for words in fake_run.asked if words[0] == "preview"]
    golden(ended.out)


def test_nothing_to_draw_is_said(cli, fake_run):
    ended = cli("graph", "dev", "--of", "state")
    assert ended.code == 0
    assert ended.out == "flowchart LR\n"
    assert "there is nothing to draw" in ended.err


def test_a_graph_that_viewers_refuse_is_drawn_and_said(cli, fake_run):
    fake_run.plan = plan(*(step("create", VPC, f"{'v' * 60}-{number}") for number in range(800)))
    ended = cli("graph", "dev", "--depth", "resource")
    assert ended.code == 0
    assert ended.out.count("aws:ec2:Vpc") == 800
    assert "viewers of Mermaid refuse" in ended.err
    assert cli("graph", "dev", "--depth", "resource", "--format", "dot").err == ""


def test_what_should_be_known_is_said_beside_it(cli, workspace):
    workspace.notices = ("The account was not checked",)
    assert cli("graph", "dev").err.startswith("note: The account was not checked\n")


@pytest.mark.parametrize("subject", ["plan", "state"])
@pytest.mark.parametrize(
    ("only", "is_drawn"),
    [(("--layer", "foundation"), True), (("--layer", "cluster"), False), (("--region", "eu-west-1"), False)],
)
def test_only_a_part(cli, fake_run, subject, only, is_drawn):
    fake_run.plan = PLAN
    fake_run.export = lambda: {"version": 3, "deployment": {"resources": [record(VPC, "vpc")]}}
    assert ("subgraph" in cli("graph", "dev", "--of", subject, *only).out) is is_drawn
