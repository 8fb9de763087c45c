"""What a state holds, for people."""

from provisioner.plan.values import Reference, Secret
from provisioner.report.state_text import list_text, outputs_text, resource_text, verified_text
from tests.support.plans import KEY, NETWORK, VPC, recorded, urn


def test_a_list(golden):
    rows = [
        recorded(NETWORK, "n"),
        recorded(VPC, "local-vpc", "vpc-1"),
        recorded(KEY, "k", "1", pending_deletion=True),
    ]
    golden(list_text(rows))


def test_nothing_applied_yet():
    assert list_text([]) == "The state is empty: nothing was applied yet.\n"
    assert outputs_text({}) == "There are no outputs: nothing was applied yet.\n"


def test_one_resource(golden):
    golden(
        resource_text(
            recorded(
                VPC,
                "v",
                "vpc-1",
                protect=True,
                pending_deletion=True,
                inputs={"tags": {"a": 1, "pw": Secret("x")}, "key": Reference(urn(KEY, "k"))},
                outputs={"long": "x" * 200, "none": [], "list": [1, {"k": None}]},
            )
        )
    )


def test_outputs(golden):
    golden(outputs_text({"eu-west-1": {"b": {"x": "long" * 50}, "a": Secret("x")}}))


def test_a_state_that_keeps_every_rule_and_one_that_does_not(golden):
    golden(
        verified_text("foundation", "a.b", 3, ())
        + verified_text("foundation", "a.b", 3, ("x is missing", "y"))
    )


def test_outputs_of_several_regions_say_whose_they_are():
    assert outputs_text({"e": {"id": 1}, "w": {"id": 2}}) == "e id: 1\nw id: 2\n"
