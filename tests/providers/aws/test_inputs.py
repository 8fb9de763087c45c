"""What a program wrote becomes what is used: names, defaults, tags; and what cannot be used is refused."""

import re

import pytest

from provisioner.plan.values import UNKNOWN
from provisioner.providers.aws.package import AwsPackage
from provisioner.providers.aws.session import Connection
from provisioner.providers.interface import Object, Problem, Refused

PACKAGE = AwsPackage(Connection())
AWS = PACKAGE.configure(
    {"region": "eu-west-1", "defaultTags": '{"tags": {"owner": "me", "team": "platform"}}'}
)
ROLE = "aws:iam/role:Role"
KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"
REPOSITORY = "aws:ecr/repository:Repository"
QUEUE = "aws:sqs/queue:Queue"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
TRUST = {"assumeRolePolicy": '{"Version": "2012-10-17", "Statement": []}'}


def inputs(type, written, *, name="thing", old=None, seed=b"seed"):
    checked = AWS.check(type, name, old, written, seed)
    assert not checked.problems, checked.problems
    return checked.inputs


def problems(type, written, *, name="thing"):
    return [(p.property, p.reason) for p in AWS.check(type, name, None, written, b"seed").problems]


@pytest.mark.parametrize(
    ("type", "written", "wrong"),
    [
        (QUEUE, {}, []),
        (QUEUE, {"fifoQueue": True, "name": "a.fifo", "contentBasedDeduplication": True}, []),
        (QUEUE, {"fifoQueue": True}, ["name"]),
        (QUEUE, {"contentBasedDeduplication": True}, ["contentBasedDeduplication"]),
        (QUEUE, {"kmsDataKeyReusePeriodSeconds": 300}, ["kmsDataKeyReusePeriodSeconds"]),
        (QUEUE, {"kmsMasterKeyId": UNKNOWN, "sqsManagedSseEnabled": True}, ["sqsManagedSseEnabled"]),
        (RULE, {"eventPattern": UNKNOWN}, []),
        (RULE, {"scheduleExpression": "rate(1 hour)", "eventBusName": "default"}, []),
        (RULE, {"scheduleExpression": "rate(1 hour)", "eventBusName": "mine"}, ["eventBusName"]),
        (RULE, {"description": "nothing"}, ["eventPattern"]),
        (RULE, {"eventPattern": "{}", "isEnabled": True}, ["isEnabled"]),
        (TARGET, {"rule": "a", "arn": "arn:b", "eventBusName": "mine"}, ["eventBusName"]),
        (TARGET, {"rule": "a", "arn": "arn:b", "ecsTarget": {}}, ["ecsTarget"]),
    ],
)
def test_what_contradicts_itself_is_refused(type, written, wrong):
    assert [prop for prop, _ in problems(type, written)] == wrong


def test_a_name_is_made_as_pulumi_makes_it():
    """The logical name, a dash and seven hexadecimal digits; listed in __defaults."""
    made = inputs(ROLE, TRUST, name="Puller")
    assert re.fullmatch("Puller-[0-9a-f]{7}", made["name"])
    assert "name" in made["__defaults"]


def test_a_made_name_depends_on_seed_type_and_logical_name():
    """The same seed gives the same name; anything else another one."""
    first = inputs(ROLE, TRUST)["name"]
    assert inputs(ROLE, TRUST)["name"] == first
    assert inputs(ROLE, TRUST, seed=b"other")["name"] != first
    assert inputs("aws:iam/instanceProfile:InstanceProfile", {})["name"] != first


def test_a_made_name_is_kept():
    """The next run has another seed; the object keeps its name."""
    first = inputs(ROLE, TRUST)
    assert inputs(ROLE, TRUST, old=first, seed=b"other")["name"] == first["name"]


def test_a_typed_name_that_is_taken_back_is_not_kept():
    """The program wants a made name now."""
    typed = inputs(ROLE, {**TRUST, "name": "puller"})
    assert inputs(ROLE, TRUST, old=typed)["name"] != "puller"


def test_a_prefix_begins_the_name_and_a_new_prefix_a_new_name():
    """Terraform's 26 digits follow it."""
    first = inputs(ROLE, {**TRUST, "namePrefix": "pull-"})
    assert re.fullmatch("pull-[0-9a-f]{26}", first["name"])
    assert inputs(ROLE, {**TRUST, "namePrefix": "pull-"}, old=first, seed=b"other")["name"] == first["name"]
    assert inputs(ROLE, {**TRUST, "namePrefix": "push-"}, old=first)["name"].startswith("push-")


def test_services_have_their_own_rules_for_names():
    """An alias begins with `alias/`, a repository has lower case only."""
    assert inputs(ALIAS, {"targetKeyId": "k"}, name="weights")["name"].startswith("alias/weights-")
    assert inputs(REPOSITORY, {}, name="Serving")["name"].startswith("serving-")


def test_a_name_that_is_too_long_is_refused():
    """It is not cut: two long names could become one."""
    assert problems(ROLE, {**TRUST}, name="x" * 60) == [
        ("name", f"`{inputs_name(ROLE, 'x' * 60)}` has 68 characters; AWS takes at most 64")
    ]


def inputs_name(type, name):
    return AWS.check(type, name, None, TRUST, b"seed").inputs["name"]


def test_default_tags_are_under_the_programs_own():
    """tagsAll is what the object gets; tags stay the program's."""
    written = inputs(KEY, {"tags": {"team": "search"}})
    assert written["tags"] == {"team": "search"}
    assert written["tagsAll"] == {"owner": "me", "team": "search"}
    assert inputs(KEY, {"tags": UNKNOWN})["tagsAll"] is UNKNOWN
    assert inputs(KEY, {"tags": {"arn": UNKNOWN}})["tagsAll"]["arn"] is UNKNOWN


def test_default_tags_may_be_a_structure_or_its_json():
    """The SDK sends texts; tests and other callers need not."""
    plain = PACKAGE.configure(
        {"region": "eu-west-1", "defaultTags": {"tags": {"owner": "me", "team": "platform"}}}
    )
    assert plain.scope.default_tags == AWS.scope.default_tags


def test_a_provider_without_a_region_is_refused():
    """Nothing lands on a default region."""
    with pytest.raises(Refused, match="region"):
        PACKAGE.configure({"defaultTags": "{}"})


def test_allowed_accounts_are_carried():
    """Who checks the account before the first call finds them on the provider."""
    assert PACKAGE.configure({"region": "x", "allowedAccountIds": '["1", "2"]'}).allowed_account_ids == (
        "1",
        "2",
    )


def test_pulumis_defaults_are_filled_in_and_listed():
    """Omission is written down where pulumi-aws writes it down."""
    written = inputs(KEY, {})
    assert written["enableKeyRotation"] is False
    assert written["customerMasterKeySpec"] == "SYMMETRIC_DEFAULT"
    assert {"enableKeyRotation", "keyUsage"} <= set(written["__defaults"])
    assert "enableKeyRotation" not in inputs(KEY, {"enableKeyRotation": True})["__defaults"]


def test_what_is_not_supported_is_refused_with_its_reason():
    """Never silently ignored."""
    [(prop, reason)] = problems(ROLE, {**TRUST, "inlinePolicies": []})
    assert prop == "inlinePolicies"
    assert "aws.iam.RolePolicy" in reason
    assert problems(ROLE, {**TRUST, "colour": "red"}) == [("colour", f"is not a property of {ROLE}")]


def test_what_is_required_has_to_be_there():
    """Known before the first call."""
    assert problems(ROLE, {}) == [("assumeRolePolicy", "has to be given")]
    assert problems(ROLE, {"assumeRolePolicy": UNKNOWN}) == []


def test_rules_between_properties_are_checked():
    """A period of a rotation that is off; a key that is not named."""
    assert problems(KEY, {"rotationPeriodInDays": 90})[0][0] == "rotationPeriodInDays"
    assert (
        problems(REPOSITORY, {"encryptionConfigurations": [{"encryptionType": "KMS"}]})[0][0]
        == "encryptionConfigurations"
    )
    assert (
        problems(REPOSITORY, {"encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": UNKNOWN}]})
        == []
    )


def test_a_type_without_a_driver_is_refused():
    """By name."""
    with pytest.raises(Refused, match="aws:lex/bot:Bot"):
        AWS.check("aws:lex/bot:Bot", "bot", None, {}, b"")
    with pytest.raises(Refused, match="getBot"):
        AWS.invoke("aws:lex/getBot:getBot", {})


def test_a_problem_says_property_and_reason():
    """As the engine shows them."""
    assert AWS.check(ROLE, "thing", None, {}, b"").problems == (
        Problem("assumeRolePolicy", "has to be given"),
    )


OLD = {
    "description": "a",
    "policy": '{"Version": "1", "Statement": [{"Action": ["s3:Get"], "Resource": "*"}]}',
}


@pytest.mark.parametrize(
    ("old", "new", "replaces", "updates"),
    [
        pytest.param(OLD, OLD, (), (), id="nothing changed"),
        pytest.param(OLD, {**OLD, "description": "b"}, (), ("description",), id="changed in place"),
        pytest.param(OLD, {"policy": OLD["policy"]}, (), ("description",), id="removed"),
        pytest.param({}, {"description": ""}, (), (), id="empty is what a key has anyway"),
        pytest.param(OLD, {"description": "a"}, (), (), id="AWS keeps a policy that is no longer given"),
        pytest.param(OLD, {**OLD, "description": UNKNOWN}, (), ("description",), id="unknown differs"),
        pytest.param(OLD, {**OLD, "keyUsage": "SIGN_VERIFY"}, ("keyUsage",), (), id="needs a new object"),
        pytest.param(
            OLD,
            {**OLD, "policy": '{"Statement":[{"Resource":["*"],"Action":"s3:Get"}],"Version":"1"}'},
            (),
            (),
            id="the same policy in other words",
        ),
        pytest.param(
            OLD, {**OLD, "policy": OLD["policy"].replace("Get", "Put")}, (), ("policy",), id="another policy"
        ),
        pytest.param(OLD, {**OLD, "tags": {"a": "b"}}, (), ("tags", "tagsAll"), id="a tag"),
        pytest.param(OLD, {**OLD, "region": "us-east-1"}, ("region",), (), id="another region"),
    ],
)
def test_a_difference_is_named_and_says_what_it_takes(old, new, replaces, updates):
    """Compared as values mean, not as they are spelt."""
    before = inputs(KEY, old)
    diff = AWS.diff(KEY, Object("k", before, {**before, "region": "eu-west-1"}), inputs(KEY, new, old=before))
    assert (diff.replaces, diff.updates) == (replaces, updates)


def test_changed_default_tags_are_a_change():
    """The provider's tags belong to every object."""
    before = inputs(KEY, {})
    other = PACKAGE.configure({"region": "eu-west-1", "defaultTags": {"tags": {"owner": "you"}}})
    after = other.check(KEY, "thing", before, {}, b"").inputs
    assert other.diff(KEY, Object("k", before, before), after).updates == ("tagsAll",)


def test_a_typed_name_makes_the_old_object_go_first():
    """Two cannot have it; a made name is made anew."""
    typed, made = {**TRUST, "name": "puller"}, TRUST
    for written, first in ((typed, True), (made, False)):
        before = inputs(ROLE, written)
        after = inputs(ROLE, {**written, "path": "/x/"}, old=before)
        diff = AWS.diff(ROLE, Object("r", before, before), after)
        assert (diff.replaces, diff.delete_before_replace) == (("path",), first)
    renamed = inputs(ROLE, {**typed, "name": "pusher", "path": "/x/"})
    assert not AWS.diff(ROLE, Object("r", inputs(ROLE, typed), {}), renamed).delete_before_replace


def test_outputs_are_planned_as_far_as_they_are_known():
    """Inputs and what follows from them; the rest is unknown, and after an update only what it touches."""
    new = inputs(ALIAS, {"name": "alias/a", "targetKeyId": UNKNOWN})
    planned = AWS.planned(ALIAS, None, new)
    assert planned["name"] == "alias/a"
    assert planned["region"] == "eu-west-1"
    assert planned["arn"] is UNKNOWN
    old = Object(
        "alias/a",
        {**new, "targetKeyId": "k"},
        {**planned, "targetKeyId": "k", "arn": "arn:a", "targetKeyArn": "arn:k"},
    )
    after = AWS.planned(ALIAS, old, {**new, "targetKeyId": "l"})
    assert (after["arn"], after["targetKeyId"], after["targetKeyArn"]) == ("arn:a", "l", UNKNOWN)
