"""Structures of which AWS chooses a part, does not tell a part, or cannot change a part."""

import pytest

from provisioner.plan.values import UNKNOWN
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.spec import ID, ByInputs, Field, Members, Op, ResourceSpec, Text, Whole
from provisioner.providers.interface import Identity, Object
from tests.support.aws_recorder import Recorder

SET = Whole(Op("set_thing", {"Name": ID}))
SPEC = ResourceSpec(
    type="aws:x/thing:Thing",
    service="x",
    id=Text("{name}"),
    create=Op("create_thing"),
    read=Op("get_thing", {"Name": ID}),
    delete=Op("delete_thing", {"Name": ID}),
    absent=("Gone",),
    find=ByInputs(),
    fields=(
        Field("name", "Name", SET, read=None),
        Field(
            "network",
            "Network",
            SET,
            chosen=("zone", "group"),
            untold=("secret",),
            replaces=lambda old, new: bool(old and new and old.get("zone") != new.get("zone")),
        ),
        Field(
            "clients",
            "Clients",
            Members(Op("add", {"Name": ID}), Op("remove", {"Name": ID}), "Client", "Client", singly=True),
            with_create=False,
        ),
    ),
    outputs={},
)
ASKED = {"name": "t", "network": {"size": 1}}
THERE = {"Name": "t", "Network": {"size": 1, "zone": "a", "group": "g-1"}}


def driver(**answers):
    aws = Recorder(**{"get_thing": THERE, **answers})
    return aws, TableDriver(SPEC, aws.scope())


def test_what_aws_chooses_is_unknown_first_and_an_output_then():
    _, things = driver()
    assert things.planned(None, ASKED)["network"] == {"size": 1, "zone": UNKNOWN, "group": UNKNOWN}
    made = things.create(ASKED)
    assert made.outputs["network"] == {"size": 1, "zone": "a", "group": "g-1"}
    assert made.inputs == ASKED
    assert things.read(Identity("t", made.inputs, made.outputs)) == made
    assert not things.diff(made, ASKED)


def test_what_aws_has_chosen_is_known_in_the_plan_of_a_change():
    _, things = driver()
    made = things.create(ASKED)
    planned = things.planned(made, {"name": "t", "network": {"size": 2}})
    assert planned["network"] == {"size": 2, "zone": "a", "group": "g-1"}


@pytest.mark.parametrize(
    ("network", "replaces", "updates"),
    [
        pytest.param({"size": 1, "zone": "a"}, (), (), id="as it is"),
        pytest.param({"size": 1, "zone": "b"}, ("network",), (), id="what cannot change"),
        pytest.param({"size": 1, "zone": UNKNOWN}, ("network",), (), id="not known yet: maybe another"),
        pytest.param({"size": 2, "zone": "a"}, (), ("network",), id="what can"),
    ],
)
def test_a_member_that_was_imported_is_compared_if_the_program_names_it(network, replaces, updates):
    """Until then it is AWS's choice."""
    _, things = driver()
    imported = things.read(Identity("t"))
    diff = things.diff(imported, {"name": "t", "network": network})
    assert (diff.replaces, diff.updates) == (replaces, updates)


def test_a_member_that_aws_does_not_tell_is_the_recorded_one():
    _, things = driver()
    asked = {"name": "t", "network": {"size": 1, "secret": True}}
    made = things.create(asked)
    assert made.outputs["network"]["secret"] is True
    seen = things.read(Identity("t", made.inputs, made.outputs))
    assert not things.diff(seen, asked)


def test_a_set_that_must_not_be_empty_gets_its_new_members_first_one_by_one():
    aws, things = driver()
    old = Object("t", {**ASKED, "clients": ["a", "b"]}, {"region": "us-east-1"})
    things.update(old, {**ASKED, "clients": ["c", "d"]})
    assert aws.calls[:4] == [
        ("add", {"Name": "t", "Client": "c"}),
        ("add", {"Name": "t", "Client": "d"}),
        ("remove", {"Name": "t", "Client": "a"}),
        ("remove", {"Name": "t", "Client": "b"}),
    ]


def test_a_call_with_everything_is_made_when_everything_has_gone():
    aws, things = driver()
    old = Object("t", {"network": {"size": 1}}, {"region": "us-east-1"})
    things.update(old, {})
    assert aws.calls[0] == ("set_thing", {"Name": "t"})
