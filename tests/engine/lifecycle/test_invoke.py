"""A program may call functions of a provider, also while a plan is made."""

import pulumi
import pytest

from provisioner.engine.failures import NoProvider, ProgramFailed
from provisioner.plan.values import UNKNOWN, Secret
from provisioner.providers.interface import Refused
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.lookups import ANSWER, answer, answer_output


def refusing(code):
    def refuse(operation, inputs):
        if operation == ANSWER:
            raise Refused("nobody may ask that", code=code)

    return refuse


def plain():
    here = FakeRegistry("here")
    Thing("a", note=answer("why", here), opts=pulumi.ResourceOptions(provider=here))


def output_form():
    here = FakeRegistry("here")
    a = Thing("a", opts=pulumi.ResourceOptions(provider=here))
    pulumi.export("known", answer_output("why", here))
    pulumi.export("later", answer_output(a.arn, here))


def test_the_plain_form_answers_at_once(desk):
    [step] = [step for step in desk.plan(plain).steps if step.name == "a"]
    assert step.new["note"] == "why!"
    desk.apply(plain)
    assert [thing["note"] for thing in desk.cloud.all().values()] == ["why!"]


def test_a_question_that_is_not_known_yet_is_asked_in_the_apply_only(desk):
    plan = desk.plan(output_form)
    assert plan.outputs == {"known": "why!", "later": UNKNOWN}
    assert [operation for operation, _ in desk.cloud.calls] == [ANSWER]
    desk.apply(output_form)
    assert desk.outputs()["later"] == f"arn:{desk.resources()['a'].id}!"


def test_a_secret_question_has_a_secret_answer(desk):
    def program():
        pulumi.export("answer", answer_output(pulumi.Output.secret("canary"), FakeRegistry("here")))

    plan = desk.plan(program)
    assert plan.outputs["answer"] == Secret("canary!")
    assert "canary" not in repr(plan)


def test_a_refusal_ends_the_program_with_the_reason(desk):
    desk.cloud.before = refusing("Denied")
    for program in (plain, output_form):
        with pytest.raises(ProgramFailed) as caught:
            desk.plan(program)
        assert "nobody may ask that" in caught.value.error


def test_without_credentials_a_plan_goes_on_and_says_so(desk):
    """The answer is unknown; only the output form can say that to a program."""
    desk.cloud.before = refusing("NoCredentials")
    plan = desk.plan(output_form)
    assert plan.notes == (f"{ANSWER} was not asked: nobody may ask that",)
    assert plan.outputs["known"] is UNKNOWN


def test_without_credentials_an_apply_does_not_go_on(desk):
    desk.cloud.before = refusing("NoCredentials")
    with pytest.raises(ProgramFailed):
        desk.apply(output_form)


def test_a_function_without_a_provider_is_refused_like_a_resource(desk):
    """It could land in a wrong region or account."""
    with pytest.raises(NoProvider) as caught:
        desk.plan(lambda: answer("why", None) and None)
    assert caught.value.package == "fake"
