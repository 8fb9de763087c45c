"""What programs can ask the fake cloud: objects that are there already, and functions."""

import pulumi

from tests.support.fake_cloud import Thing

ANSWER = "fake:index:answer"


def get_thing(name, id, opts=None, **inputs):
    """`Thing.get`, as a generated SDK has it: an object that is read and not managed."""
    return Thing(name, opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id)), **inputs)


def answer(question, provider):
    """The function in its plain form: its answer, at once."""
    return pulumi.runtime.invoke(
        ANSWER, {"question": question}, pulumi.InvokeOptions(provider=provider)
    ).value["answer"]


def answer_output(question, provider):
    """The function in its output form: an output, when the question is known."""
    asked = pulumi.runtime.invoke_output(
        ANSWER, {"question": question}, pulumi.InvokeOptions(provider=provider)
    )
    return asked.apply(lambda found: found["answer"])
