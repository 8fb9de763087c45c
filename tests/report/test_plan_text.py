"""What people read before they agree: grouped by component, old and new values, secrets masked."""

import json

from provisioner.plan.model import Drift, DriftKind, Mode, Source, Unfinished
from provisioner.plan.diff import Change, MISSING
from provisioner.plan.risk import losses
from provisioner.plan.values import UNKNOWN, Secret
from provisioner.report.plan_text import plan_text, summary
from provisioner.report.style import PLAIN, Style
from tests.support.plans import KEY, NETWORK, REPOSITORY, VPC, plan, root, step, urn

POLICY = "aws:iam/policy:Policy"


def policy(*actions):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions)}]})


def test_everything_at_once(golden):
    found = plan(
        root(),
        step("same", NETWORK, "local-network"),
        step(
            "create", VPC, "local-vpc", new={"cidrBlock": "10.0.0.0/16"}, parent=urn(NETWORK, "local-network")
        ),
        step(
            "update",
            "aws:ec2/subnet:Subnet",
            "local-a",
            {"tags": {"owner": "a"}, "mapPublicIpOnLaunch": True},
            {"tags": {"owner": "b", "team": "x"}},
            parent=urn(NETWORK, "local-network"),
            reasons=["tags", "mapPublicIpOnLaunch"],
        ),
        step("same", "aws:ec2/subnet:Subnet", "local-b", parent=urn(NETWORK, "local-network")),
        step(
            "replace",
            REPOSITORY,
            "local-serving",
            {"name": "serving", "imageTagMutability": "MUTABLE"},
            {"name": "served", "imageTagMutability": "IMMUTABLE"},
            reasons=["name"],
            delete_first=True,
        ),
        step("delete", KEY, "local-old", id="1234"),
        outputs={"vpcId": UNKNOWN, "bucket": "models"},
        old_outputs={"vpcId": "vpc-1", "bucket": "models"},
        notes=("aws:ec2/getAmi:getAmi was not asked: there are no credentials",),
    )
    golden(plan_text([found], PLAIN, losses(found)))


def test_options_of_the_program(golden):
    found = plan(
        root(),
        step(
            "import", VPC, "there", {"tags": {"a": "1"}}, {"tags": {"a": "2"}}, reasons=["tags"], id="vpc-1"
        ),
        step("import", VPC, "as-wanted", id="vpc-2"),
        step("replace", KEY, "triggered", reasons=["replacementTrigger"], id="1"),
        step("replace", KEY, "follower", reasons=["replaceWith"], id="2", delete_first=True),
    )
    golden(plan_text([found], PLAIN, losses(found)))


def test_policies_are_compared_as_json(golden):
    old, new = policy("s3:GetObject", "s3:ListBucket"), policy("s3:GetObject", "s3:PutObject")
    other_spelling = json.dumps(json.loads(old), indent=2)
    golden(
        plan_text(
            [
                plan(
                    step("update", POLICY, "changed", {"policy": old}, {"policy": new}, reasons=["policy"]),
                    step(
                        "update", POLICY, "respelt", {"policy": old, "path": "/"}, {"policy": other_spelling}
                    ),
                )
            ],
            PLAIN,
        )
    )


def test_a_secret_is_never_shown(golden):
    parameter = "aws:ssm/parameter:Parameter"
    found = plan(
        step("update", parameter, "plain-before", {"value": "hunter2"}, {"value": Secret("hunter3")}),
        step(
            "update",
            parameter,
            "nested",
            {"tags": {"pw": Secret("hunter2")}},
            {"tags": {"pw": Secret("hunter3")}},
        ),
        step("update", parameter, "gone", {"value": Secret("hunter2")}, {}),
        outputs={"password": Secret("hunter3"), "all": {"pw": Secret("hunter3")}},
    )
    text = plan_text([found], PLAIN)
    assert "hunter" not in text
    golden(text)


def test_what_others_changed_and_what_was_left_unfinished(golden):
    found = plan(
        step(
            "update", VPC, "local-vpc", {"tags": {"owner": "z"}}, {"tags": {"owner": "a"}}, reasons=["tags"]
        ),
        step("create", REPOSITORY, "local-serving"),
        source=Source.CLOUD,
        drift=(
            Drift(
                DriftKind.CHANGED,
                urn(VPC, "local-vpc"),
                VPC,
                (
                    Change("tags.owner", "a", "z"),
                    Change("tags.cost", "1", MISSING),
                    Change("tags.x", MISSING, "y"),
                ),
            ),
            Drift(DriftKind.GONE, urn(REPOSITORY, "local-serving"), REPOSITORY),
        ),
        unfinished=(Unfinished("creating", urn(KEY, "local-key"), KEY, "made, id 1234"),),
    )
    golden(plan_text([found], PLAIN))


def test_long_values_are_cut_and_lists_are_compared_by_place(golden):
    found = plan(
        step(
            "update", VPC, "v", {"a": "x" * 300, "l": ["p", "q"]}, {"a": "y" * 300, "l": ["p", "r", {"k": 1}]}
        ),
    )
    golden(plan_text([found], PLAIN))


def test_a_destroy_lists_what_goes(golden):
    found = plan(
        step("delete", VPC, "local-vpc", id="vpc-1", parent=urn(NETWORK, "local-network")),
        step("delete", NETWORK, "local-network"),
        root("delete"),
        mode=Mode.DESTROY,
    )
    golden(plan_text([found], PLAIN))


def test_colours_mark_what_happens():
    text = plan_text([plan(step("create", VPC, "v"), step("delete", VPC, "w"))], Style(colours=True))
    assert "\x1b[32m+ aws:ec2:Vpc v\x1b[0m" in text
    assert "\x1b[31m- aws:ec2:Vpc w\x1b[0m" in text


def test_an_older_object_that_goes_stands_beside_the_newer_one(golden):
    found = plan(
        step("update", VPC, "v", {"a": 1}, {"a": 2}),
        step("create", "aws:ec2/subnet:Subnet", "below", parent=urn(VPC, "v")),
        step("delete", VPC, "v", id="vpc-old"),
    )
    golden(plan_text([found], PLAIN))


def test_nothing_to_do_is_said_in_one_line():
    assert summary([plan(step("same", VPC, "v"))]).startswith("No changes: what the last apply left")
    assert summary([plan(source=Source.CLOUD)]) == "No changes: the cloud is as wanted."
    assert summary([plan(mode=Mode.DESTROY)]) == "Nothing to destroy: nothing is recorded."
    assert summary([plan(outputs={"a": 1})]) == "Plan: only outputs change."
    drift = (Drift(DriftKind.GONE, urn(VPC, "v"), VPC),)
    assert summary([plan(drift=drift)]).startswith("Plan: no object changes; only what is recorded")


def test_the_counts_are_those_of_all_stacks():
    first, second = plan(step("create", VPC, "v")), plan(step("create", VPC, "v"), step("replace", VPC, "w"))
    assert summary([first, second]) == "Plan: 2 to create, 0 to update, 1 to replace, 0 to delete."


def test_a_setting_of_the_account_that_goes_is_one_of_others_too():
    block = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
    shown = [
        line
        for op in ("create", "delete")
        for line in plan_text([plan(root(), step(op, block, "prod-public-access"))], PLAIN).splitlines()
        if "prod-public-access" in line
    ]
    assert shown == [
        "  + aws:ec2:VpcBlockPublicAccessOptions prod-public-access",
        "  - aws:ec2:VpcBlockPublicAccessOptions prod-public-access"
        "  [off for every network of the account in this region]",
    ]


def test_a_note_that_several_stacks_have_is_said_once():
    first = plan(step("create", VPC, "v"), notes=("No cluster was asked.", "One."))
    second = plan(step("create", VPC, "v"), notes=("No cluster was asked.", "Two."))
    said = plan_text([first, second], PLAIN)
    assert [line.strip() for line in said.splitlines() if "note:" in line] == [
        "note: No cluster was asked.",
        "note: One.",
        "note: Two.",
    ]
