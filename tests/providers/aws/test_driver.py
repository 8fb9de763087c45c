"""The driver does what a row says, in the order that matters, and says what exists when something fails."""

import pytest

from provisioner.providers.aws.codecs import TAG_MAP
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.spec import (
    ID,
    IDS,
    LOCAL,
    REPLACE,
    ByInputs,
    Each,
    Field,
    Found,
    Listed,
    Members,
    Name,
    Op,
    Prop,
    ResourceSpec,
    Sweep,
    Switch,
    Tags,
    Text,
    Wait,
    Whole,
)
from provisioner.providers.interface import Identity, Object, Refused
from tests.support.aws_recorder import Recorder

SET = Op("set", {"Id": ID})
PUT_ALL = Whole(Op("put_all", {"Id": ID}))


def row(**other):
    """A type with one of everything, with some attributes set differently."""
    given = {
        "type": "aws:x/thing:Thing",
        "service": "x",
        "id": "Id",
        "create": Op("create_thing", answer="Thing"),
        "read": Op("describe_things", {"Ids": IDS}, answer="Things", pick={"Id": ID}),
        "delete": Op("delete_thing", {"Id": ID}),
        "absent": ("Gone",),
        "find": Listed(Op("list_things", answer="Ids")),
        "fields": (
            Field("size", "Size", REPLACE),
            Field("colour", "Colour", SET, reset="grey"),
            Field("weight", "Weight", SET),
            Field("shade", "Shade", Each(Op("modify", {"Id": ID})), with_create=False),
            Field("left", "Left", PUT_ALL, reset=0, with_create=False),
            Field("right", "Right", PUT_ALL, reset=0, with_create=False),
            Field(
                "light",
                "",
                Switch(Op("turn_on", {"Id": ID}), Op("turn_off", {"Id": ID})),
                read="Light",
                with_create=False,
            ),
            Field(
                "friends",
                "Friends",
                Members(Op("befriend", {"Id": ID}), Op("leave", {"Id": ID}), "Add", "Remove"),
                with_create=False,
            ),
            Field("force", "", LOCAL),
        ),
        "outputs": {"arn": "Arn"},
        "tags": Tags(
            "Tags", TAG_MAP, Op("tag", {"Id": ID}), "Tags", Op("untag", {"Id": ID}), "Names", create_as="Tags"
        ),
    }
    return ResourceSpec(**{**given, **other})


THING = {"Id": "t-1", "Arn": "arn:t-1", "Size": 1}


def cloud(**answers):
    return Recorder(**{"create_thing": {"Thing": THING}, "describe_things": {"Things": [THING]}, **answers})


def test_create_sends_fields_and_tags_at_once_and_the_rest_after_it():
    """Ownership is atomic: the tags are in the call that makes the object."""
    aws = cloud()
    inputs = {
        "size": 1,
        "colour": "red",
        "shade": "dark",
        "light": True,
        "tags": {"a": "b"},
        "tagsAll": {"a": "b", "o": "me"},
    }
    made = TableDriver(row(), aws.scope()).create(inputs)
    assert made.id == "t-1"
    assert aws.calls == [
        ("create_thing", {"Size": 1, "Colour": "red", "Tags": {"a": "b", "o": "me"}}),
        ("modify", {"Id": "t-1", "Shade": "dark"}),
        ("turn_on", {"Id": "t-1"}),
        ("describe_things", {"Ids": ["t-1"]}),
    ]


def test_a_setting_that_a_new_object_has_anyway_is_not_sent():
    """A follow-on call that would send what the row calls the value of a new object is left out."""
    aws = cloud()
    TableDriver(row(), aws.scope()).create({"size": 1, "left": 0, "light": False})
    assert aws.names() == ["create_thing", "describe_things"]


def test_a_create_that_fails_half_way_says_what_exists():
    """The object is reported with what its create call was told, so that the next apply finishes it."""
    aws = cloud(modify="Denied")
    with pytest.raises(Refused) as refused:
        TableDriver(row(), aws.scope()).create(
            {"size": 1, "shade": "dark", "light": True, "tagsAll": {"o": "me"}}
        )
    assert refused.value.code == "Denied"
    assert refused.value.made.id == "t-1"
    assert refused.value.made.inputs == {"size": 1, "tagsAll": {"o": "me"}}
    assert refused.value.made.outputs["arn"] == "arn:t-1"


def test_a_create_that_is_refused_made_nothing():
    """Only an object that exists is reported."""
    with pytest.raises(Refused) as refused:
        TableDriver(row(), cloud(create_thing="Denied").scope()).create({"size": 1})
    assert refused.value.made is None
    assert str(refused.value) == "cloud:CreateThing: because (Denied)"


def test_fields_of_one_call_are_sent_together_and_only_those_that_differ():
    """One call for what differs; a removed property gets its reset."""
    aws = cloud()
    old = Object("t-1", {"colour": "red", "weight": 1, "left": 1}, {})
    TableDriver(row(), aws.scope()).update(old, {"weight": 2, "left": 1, "right": 3})
    assert aws.calls[:2] == [
        ("set", {"Id": "t-1", "Colour": "grey", "Weight": 2}),
        ("put_all", {"Id": "t-1", "Left": 1, "Right": 3}),
    ]


def test_an_update_that_fails_half_way_says_how_it_left_the_object():
    """What was changed is recorded as changed, so that the next apply does the rest only."""
    aws = cloud(modify="Denied", describe_things={"Things": [{**THING, "Colour": "blue", "Shade": "dark"}]})
    old = Object("t-1", {"colour": "red", "shade": "dark"}, {"colour": "red", "shade": "dark"})
    with pytest.raises(Refused) as refused:
        TableDriver(row(), aws.scope()).update(old, {"colour": "blue", "shade": "light", "left": 1})
    assert aws.names() == ["set", "modify", "describe_things"]
    assert refused.value.made.inputs == {"colour": "blue", "shade": "dark", "tagsAll": {}}


def test_members_are_removed_before_others_are_added():
    """A set is changed by what differs."""
    aws = cloud()
    old = Object("t-1", {"friends": ["a", "b"]}, {})
    TableDriver(row(), aws.scope()).update(old, {"friends": ["b", "c"]})
    assert aws.calls[:2] == [
        ("leave", {"Id": "t-1", "Remove": ["a"]}),
        ("befriend", {"Id": "t-1", "Add": ["c"]}),
    ]


def test_tags_are_changed_last_and_only_where_they_differ():
    """Removed names, then changed values."""
    aws = cloud()
    old = Object("t-1", {"colour": "red", "tagsAll": {"a": "1", "b": "2", "c": "3"}}, {})
    TableDriver(row(), aws.scope()).update(old, {"colour": "blue", "tagsAll": {"b": "2", "c": "4"}})
    assert aws.calls[:3] == [
        ("set", {"Id": "t-1", "Colour": "blue"}),
        ("untag", {"Id": "t-1", "Names": ["a"]}),
        ("tag", {"Id": "t-1", "Tags": {"c": "4"}}),
    ]


def test_a_change_that_only_the_driver_knows_of_is_no_call():
    """`force` is looked at when the object is deleted."""
    aws = cloud()
    TableDriver(row(), aws.scope()).update(Object("t-1", {}, {}), {"force": True})
    assert aws.names() == ["describe_things"]


def test_an_object_is_waited_for_until_it_can_be_used():
    """The wait looks at the document, and sleeps longer each time."""
    aws = cloud(
        describe_things=[{"Things": [{**THING, "State": state}]} for state in ("pending", "pending", "ready")]
    )
    TableDriver(row(ready=Wait("State == 'ready'")), aws.scope()).create({"size": 1})
    assert aws.names() == ["create_thing", *["describe_things"] * 3]
    assert aws.slept == sorted(aws.slept)


def test_an_object_that_will_never_be_usable_is_refused_and_recorded():
    """A failed NAT gateway exists, and costs money."""
    aws = cloud(describe_things={"Things": [{**THING, "Why": "no address"}]})
    with pytest.raises(Refused, match="no address") as refused:
        TableDriver(row(ready=Wait("State == 'ready'", failed="Why")), aws.scope()).create({"size": 1})
    assert refused.value.made.id == "t-1"


def test_an_object_that_is_not_ready_in_time_is_refused_and_recorded():
    """The wait ends."""
    aws = cloud()
    with pytest.raises(Refused, match="could not be used within 20 s") as refused:
        TableDriver(row(ready=Wait("State == 'ready'", seconds=20)), aws.scope()).create({"size": 1})
    assert refused.value.made.id == "t-1"
    assert 10 < sum(aws.slept) <= 20


def test_a_new_object_that_reading_does_not_know_yet_is_waited_for():
    """Eventual consistency is not taken for a deletion."""
    aws = cloud(describe_things=[{"Things": []}, "Gone", {"Things": [THING]}])
    assert TableDriver(row(), aws.scope()).create({"size": 1}).outputs["arn"] == "arn:t-1"


def test_a_refusal_that_passes_with_time_is_repeated():
    """A row says which ones; all others are final at once."""
    aws = cloud(create_thing=["NotYet", "NotYet", {"Thing": THING}])
    TableDriver(row(create=Op("create_thing", answer="Thing", again=("NotYet",))), aws.scope()).create(
        {"size": 1}
    )
    assert aws.names()[:3] == ["create_thing"] * 3
    assert len(aws.slept) == 2


def test_what_does_not_pass_ends():
    """Two minutes, and the refusal is told."""
    aws = cloud(create_thing="NotYet")
    with pytest.raises(Refused):
        TableDriver(row(create=Op("create_thing", answer="Thing", again=("NotYet",))), aws.scope()).create(
            {"size": 1}
        )
    assert 100 < sum(aws.slept) <= 120


def test_a_delete_clears_the_way_first():
    """Members that stand in the way go before the object; a property may ask for more."""
    sweep = Sweep(
        Op("list_parts", {"Id": ID}, answer="Parts"),
        Op("drop_part", {"Id": ID, "Part": Found("Name")}),
        when="force",
    )
    spec = row(delete=Op("delete_thing", {"Id": ID}, first=(sweep,)))
    aws = cloud(list_parts={"Parts": [{"Name": "a"}, {"Name": "b"}]})
    TableDriver(spec, aws.scope()).delete(Object("t-1", {"force": True}, {}))
    assert aws.calls[1:] == [
        ("drop_part", {"Id": "t-1", "Part": "a"}),
        ("drop_part", {"Id": "t-1", "Part": "b"}),
        ("delete_thing", {"Id": "t-1"}),
    ]
    aws.calls.clear()
    TableDriver(spec, aws.scope()).delete(Object("t-1", {}, {}))
    assert aws.names() == ["delete_thing"]


def test_a_property_can_spare_the_object():
    """`skipDestroy` leaves it behind."""
    aws = cloud()
    TableDriver(row(delete=Op("delete_thing", {"Id": ID}, unless="force")), aws.scope()).delete(
        Object("t-1", {"force": True}, {})
    )
    assert aws.calls == []


def test_a_delete_waits_until_the_object_is_gone():
    """What still vanishes would stand in the way of the next step."""
    aws = cloud(describe_things=[{"Things": [THING]}, {"Things": [THING]}, "Gone"])
    TableDriver(row(vanishes_within=60), aws.scope()).delete(Object("t-1", {}, {}))
    assert aws.names() == ["delete_thing", *["describe_things"] * 3]


def test_an_object_that_does_not_go_is_a_refusal():
    """Terraform says destroyed; we look."""
    with pytest.raises(Refused, match="still there"):
        TableDriver(row(vanishes_within=60), cloud().scope()).delete(Object("t-1", {}, {}))


def test_many_are_read_with_one_call():
    """One describe for all ids; what is not in the answer is gone."""
    aws = cloud(describe_things={"Things": [{"Id": f"t-{n}", "Arn": f"arn:{n}"} for n in range(3)]})
    found = TableDriver(row(), aws.scope()).read_all([Identity(f"t-{n}") for n in range(4)])
    assert aws.calls == [("describe_things", {"Ids": ["t-0", "t-1", "t-2", "t-3"]})]
    assert [found[f"t-{n}"] and found[f"t-{n}"].outputs["arn"] for n in range(4)] == [
        "arn:0",
        "arn:1",
        "arn:2",
        None,
    ]


def test_very_many_are_read_a_hundred_at_a_time():
    """AWS limits how many ids one call takes."""
    aws = cloud()
    TableDriver(row(), aws.scope()).read_all([Identity(f"t-{n}") for n in range(250)])
    assert sorted(len(send["Ids"]) for _, send in aws.calls) == [50, 100, 100]


def test_one_that_is_gone_does_not_hide_the_others():
    """Some services refuse the whole call then: each is asked for alone."""
    aws = cloud(describe_things=["Gone", {"Things": [THING]}])
    found = TableDriver(row(), aws.scope()).read_all([Identity("t-1"), Identity("t-2")])
    assert found["t-1"].outputs["arn"] == "arn:t-1"
    assert found["t-2"] is None


def test_the_same_call_is_made_once_for_all():
    """Twenty objects that are found in one list cost one call."""
    aws = cloud(list_all={"Things": [{"Id": f"t-{n}"} for n in range(20)]})
    spec = row(read=Op("list_all", answer="Things", pick={"Id": ID}))
    found = TableDriver(spec, aws.scope()).read_all([Identity(f"t-{n}") for n in range(20)])
    assert aws.names() == ["list_all"]
    assert None not in found.values()


def test_an_object_in_another_region_is_asked_for_there():
    """The recorded region counts, not the provider's."""
    asked = []
    aws = cloud()
    aws.client = lambda service, region: asked.append(region) or aws
    driver = TableDriver(row(), aws.scope())
    driver.read_all([Identity("t-1", {}, {"region": "eu-west-1"}), Identity("t-2")])
    driver.delete(Object("t-1", {}, {"region": "eu-west-1"}))
    assert asked == ["eu-west-1", "us-east-1", "eu-west-1"]


def test_what_a_document_says_is_gone_is_gone():
    """A key that waits for its deletion is no key."""
    aws = cloud(describe_things={"Things": [{**THING, "State": "dying"}]})
    assert TableDriver(row(gone="State == 'dying'"), aws.scope()).read(Identity("t-1")) is None


def test_a_missing_setting_is_not_a_missing_object():
    """Codes of `none` stand for an empty answer, codes of `absent` for the object."""
    spec = row(also={"Extra": Op("get_extra", {"Id": ID}, none=("NoExtra",))})
    assert TableDriver(spec, cloud(get_extra="NoExtra").scope()).read(Identity("t-1")) is not None
    assert TableDriver(spec, cloud(get_extra="Gone").scope()).read(Identity("t-1")) is None
    with pytest.raises(Refused):
        TableDriver(spec, cloud(get_extra="Denied").scope()).read(Identity("t-1"))


def test_an_undeclared_field_that_changed_is_seen():
    """What the program leaves alone had a value when it was last looked at."""
    aws = cloud(describe_things={"Things": [{**THING, "Colour": "red"}]})
    driver = TableDriver(row(), aws.scope())
    seen = driver.read(Identity("t-1", {"size": 1}, {"size": 1, "colour": "grey"}))
    assert driver.diff(seen, {"size": 1}).updates == ("colour",)
    still = driver.read(Identity("t-1", {"size": 1}, {"size": 1, "colour": "red"}))
    assert not driver.diff(still, {"size": 1})


def test_foreign_objects_are_not_taken_for_ours():
    """All tags have to match, and every property that cannot be changed."""
    things = {
        "t-1": {**THING, "Tags": {"o": "me"}},
        "t-2": {**THING, "Id": "t-2", "Tags": {"o": "you"}},
        "t-3": {**THING, "Id": "t-3", "Size": 2, "Tags": {"o": "me"}},
    }
    aws = cloud(list_things={"Ids": list(things)})
    aws.answers["describe_things"] = {"Things": list(things.values())}
    inputs = {"size": 1, "colour": "red", "tagsAll": {"o": "me"}}
    assert TableDriver(row(), aws.scope()).find(inputs, ()) == ["t-1"]
    assert TableDriver(row(), aws.scope()).find(inputs, ("t-1",)) == []


NAMED = {
    "id": Text("{name}"),
    "find": ByInputs(),
    "name": Name("name", 20),
    "fields": (Field("name", "Name", REPLACE), Field("colour", "Colour", SET)),
}


def test_a_typed_name_is_only_ours_with_our_tags():
    """Somebody else may have chosen the same name; nobody makes up the same digits."""
    aws = cloud(describe_things={"Things": [{"Id": "n", "Name": "n", "Tags": {"o": "you"}}]})
    driver = TableDriver(row(**NAMED), aws.scope(o="me"))
    typed = driver.check("n", None, {"name": "n"}, b"seed").inputs
    assert driver.find(typed, ()) == []
    made = {**typed, "__defaults": ["name"]}
    assert driver.find(made, ()) == ["n"]


def test_a_property_that_update_needs_comes_from_the_record():
    """`Prop` looks at what is wanted, then at what was recorded, outputs included."""
    aws = cloud()
    spec = row(fields=(Field("colour", "Colour", Op("set", {"Arn": Prop("arn")})),))
    TableDriver(spec, aws.scope()).update(
        Object("t-1", {"colour": "red"}, {"arn": "arn:t-1"}), {"colour": "blue"}
    )
    assert aws.calls[0] == ("set", {"Arn": "arn:t-1", "Colour": "blue"})
