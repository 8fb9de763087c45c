"""Whatever is changed behind our back is named by the next plan that looks."""

import pytest

from provisioner.providers.aws.inputs import ALL_TAGS
from provisioner.providers.aws.registry import CATALOG
from provisioner.providers.interface import Identity
from tests.support.aws_cases import ALL

SPECS = {spec.type: spec for spec in CATALOG}


def seen_by_the_next_plan(provider, case, made, wanted):
    """What a plan that looks at the cloud says, from the record made before somebody else was there."""
    seen = provider.read(case.type, Identity(made.id, made.inputs, made.outputs))
    return provider.diff(case.type, seen, wanted)


@pytest.mark.parametrize(
    ("case", "prop"),
    [
        pytest.param(case, prop, id=f"{case.file}-{prop}")
        for case in ALL
        for prop in case.change
        if prop not in case.unseen
    ],
)
def test_a_changed_field_is_named(case, prop, stage, provider):
    """Somebody makes the row's own call with another value."""
    made = stage.make(case)
    provider.update(case.type, made, stage.inputs(case, made.inputs, **{prop: case.change[prop]}))
    diff = seen_by_the_next_plan(provider, case, made, made.inputs)
    assert prop in diff.updates
    assert not diff.replaces
    mended = provider.update(case.type, made_now(provider, case, made), made.inputs)
    assert not seen_by_the_next_plan(provider, case, mended, made.inputs)


@pytest.mark.parametrize("case", [case for case in ALL if SPECS[case.type].tags], ids=lambda case: case.file)
def test_a_removed_tag_is_named(case, stage, provider):
    """Somebody takes one of our tags off, and one of the provider's default tags."""
    made = stage.make(case)
    ours = sorted(made.inputs["tags"])[0]
    default = "owner"
    left = {name: text for name, text in made.inputs[ALL_TAGS].items() if name not in (ours, default)}
    provider.update(case.type, made, {**made.inputs, ALL_TAGS: left})
    assert seen_by_the_next_plan(provider, case, made, made.inputs).updates == ("tags", "tagsAll")
    mended = provider.update(case.type, made_now(provider, case, made), made.inputs)
    assert mended.outputs[ALL_TAGS] == made.inputs[ALL_TAGS]


@pytest.mark.parametrize("case", [case for case in ALL if SPECS[case.type].tags], ids=lambda case: case.file)
def test_a_tag_that_somebody_added_is_named(case, stage, provider):
    """Ownership is ours to say: a foreign tag is a difference, as it is to pulumi-aws."""
    made = stage.make(case)
    provider.update(case.type, made, {**made.inputs, ALL_TAGS: {**made.inputs[ALL_TAGS], "who": "me"}})
    assert seen_by_the_next_plan(provider, case, made, made.inputs).updates == ("tags", "tagsAll")


def made_now(provider, case, made):
    return provider.read(case.type, Identity(made.id, made.inputs, made.outputs))
