"""Whatever is changed behind our back is named by the next plan that looks."""

import pytest

from provisioner.providers.aws.inputs import ALL_TAGS
from provisioner.providers.aws.registry import CATALOG
from provisioner.providers.aws.spec import LOCAL, REPLACE
from provisioner.providers.interface import Identity
from tests.support.aws_cases import ALL

SPECS = {spec.type: spec for spec in CATALOG}


def seen_by_the_next_plan(provider, case, made, wanted):
    """What a plan that looks at the cloud says, from the record made before somebody else was there."""
    seen = provider.read(case.type, Identity(made.id, made.inputs, made.outputs))
    return provider.diff(case.type, seen, wanted)


def with_a_change(case):
    return [prop for prop in case.change if prop not in case.unseen]


@pytest.mark.parametrize("case", [case for case in ALL if with_a_change(case)], ids=lambda case: case.file)
def test_each_changed_field_is_named_and_mended(case, stage, provider):
    """Somebody makes the row's own call with another value, field after field."""
    made = stage.make(case)
    wanted = made.inputs
    for prop in with_a_change(case):
        provider.update(case.type, made, stage.inputs(case, wanted, **{prop: case.change[prop]}))
        diff = seen_by_the_next_plan(provider, case, made, wanted)
        assert prop in diff.updates
        assert not diff.replaces
        made = stage.made["it"] = provider.update(case.type, made_now(provider, case, made), wanted)
        assert not seen_by_the_next_plan(provider, case, made, wanted)


@pytest.mark.parametrize("case", [case for case in ALL if SPECS[case.type].tags], ids=lambda case: case.file)
def test_a_tag_that_is_missing_or_foreign_is_named_and_mended(case, stage, provider):
    """Somebody takes off one of our tags and one of the provider's default tags; somebody adds one."""
    made = stage.make(case)
    wanted = made.inputs
    ours = sorted(wanted["tags"])[0]
    left = {name: text for name, text in wanted[ALL_TAGS].items() if name not in (ours, "owner")}
    for present in (left, {**wanted[ALL_TAGS], "who": "me"}):
        provider.update(case.type, made, {**wanted, ALL_TAGS: present})
        assert seen_by_the_next_plan(provider, case, made, wanted).updates == ("tags", "tagsAll")
        made = stage.made["it"] = provider.update(case.type, made_now(provider, case, made), wanted)
        assert made.outputs[ALL_TAGS] == wanted[ALL_TAGS]


def made_now(provider, case, made):
    return provider.read(case.type, Identity(made.id, made.inputs, made.outputs))


def test_the_number_of_fields_whose_drift_is_not_seen_is_known(capsys):
    """Those are changes that moto takes and does not tell, or has no call for; each has its reason in its case file."""
    unseen = sorted(f"{case.type} {prop}" for case in ALL for prop in case.unseen)
    rows = [
        (spec.type, row.prop)
        for spec in CATALOG
        for row in spec.fields
        if row.on_change not in (REPLACE, LOCAL)
    ]
    changed = {(case.type, prop) for case in ALL for prop in with_a_change(case)}
    never = sorted(set(rows) - changed)
    with capsys.disabled():
        print(f"\n{len(never)} of {len(rows)} updatable fields have no drift test: {never}")
    assert all(
        any(case.untested.get(prop) or case.unseen.get(prop) for case in ALL if case.type == type)
        for type, prop in never
    )
    assert len(unseen) <= len(never)
