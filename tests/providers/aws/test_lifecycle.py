"""Every AWS type lives its whole life on moto as its case file says: made, read, left alone, changed, replaced, gone."""

import pytest

from provisioner.plan.values import UNKNOWN
from provisioner.providers.aws.registry import CATALOG
from provisioner.providers.aws.spec import LOCAL, REPLACE
from provisioner.providers.interface import Identity
from tests.support.aws_cases import ALL

SPECS = {spec.type: spec for spec in CATALOG}
cases = pytest.mark.parametrize("case", ALL, ids=lambda case: case.file)


def record(made):
    return Identity(made.id, made.inputs, made.outputs)


def keeps_its_word(planned, outputs):
    """What was known before the step is what came of it."""
    broken = {
        prop: (v, outputs.get(prop)) for prop, v in planned.items() if not comes_true(v, outputs.get(prop))
    }
    assert not broken
    assert set(outputs) == set(planned)


def comes_true(planned, value):
    """Whether a value is the planned one, in all that was known of it."""
    if planned is UNKNOWN:
        return True
    if isinstance(planned, dict) and isinstance(value, dict):
        return all(comes_true(planned.get(name), value.get(name)) for name in planned | value)
    return planned == value


def test_every_type_has_a_case_file():
    """The set of types with a case is the set of types."""
    assert {case.type for case in ALL} == set(SPECS)


@pytest.mark.parametrize("spec", CATALOG, ids=lambda spec: spec.type)
def test_the_case_files_of_a_type_change_every_field(spec):
    """Each field is changed, replaced, or has its reason beside it."""
    ours = [case for case in ALL if case.type == spec.type]
    for row in spec.fields:
        if row.on_change is not LOCAL:
            tried = [c.replace if row.on_change is REPLACE else c.change for c in ours]
            assert any(row.prop in props for props in (*tried, *(c.untested for c in ours))), row.prop


@cases
def test_what_was_made_is_read_back_without_a_difference(case, kept):
    """Create, plan and read agree, and the next plan is empty."""
    stage = kept(case)
    aws, made = stage.provider, stage.made["it"]
    keeps_its_word(aws.planned(case.type, None, made.inputs), made.outputs)
    again = stage.inputs(case, made.inputs, seed=b"another")
    assert again == made.inputs
    assert not aws.diff(case.type, made, again)
    for seen in (aws.read(case.type, record(made)), aws.read_all(case.type, [record(made)])[made.id]):
        assert seen.id == made.id
        assert not aws.diff(case.type, seen, again)
        assert seen.inputs == made.inputs
        assert seen.outputs == made.outputs


@cases
def test_an_import_by_id_knows_all_that_aws_tells(case, kept):
    """Adopting an object by its id alone leaves only what AWS does not know to be written down."""
    stage = kept(case)
    made = stage.made["it"]
    imported = stage.provider.read(case.type, Identity(made.id))
    rows = SPECS[case.type].fields
    untold = {
        row.prop
        for row in rows
        if row.on_change is LOCAL or row.may_be_silent or row.untold or row.read is None
    }
    diff = stage.provider.diff(case.type, imported, made.inputs)
    assert not diff.replaces
    assert set(diff.updates) <= untold
    unknown = dict.fromkeys((*untold, *case.once))
    assert {**imported.outputs, **unknown} == {**made.outputs, **unknown}


@cases
def test_each_change_names_its_property_and_what_it_takes(case, kept):
    """A changed property and no other is what the plan names, in place or as the reason for a new object."""
    stage = kept(case)
    made = stage.made["it"]
    for prop, value in {**case.change, **case.replace}.items():
        diff = stage.provider.diff(case.type, made, stage.inputs(case, made.inputs, **{prop: value}))
        in_place = prop in case.change
        assert (diff.replaces, diff.updates) == (((), (prop,)) if in_place else ((prop,), ()))


@cases
def test_what_is_changed_in_place_is_changed_and_changed_back(case, stage, provider):
    """All updates at once and back again, properties removed, each leaving nothing to do."""
    made = stage.make(case)
    for wanted in (
        stage.inputs(case, made.inputs, **case.change),
        stage.inputs(case, made.inputs),
        stage.inputs(case, made.inputs, **dict.fromkeys(optional(case))),
    ):
        diff = provider.diff(case.type, made, wanted)
        assert not diff.replaces
        planned = provider.planned(case.type, made, wanted)
        made = stage.made["it"] = provider.update(case.type, made, wanted)
        keeps_its_word(planned, made.outputs)
        seen = provider.read(case.type, record(made))
        assert not provider.diff(case.type, seen, wanted)
        assert seen.outputs == made.outputs


@cases
def test_what_was_made_unseen_is_found_until_it_is_gone(case, stage, provider):
    """An object whose id was never read is found by what was asked for; a second delete is a success."""
    made = stage.make(case)
    assert provider.find(case.type, made.inputs, ()) == [made.id]
    assert provider.find(case.type, made.inputs, (made.id,)) == []
    provider.delete(case.type, made)
    if not case.stays:
        assert provider.find(case.type, made.inputs, ()) == []
        assert provider.read(case.type, record(made)) is None
        assert provider.read_all(case.type, [record(made)]) == {made.id: None}
    provider.delete(case.type, made)


def goes_alone(spec, case, row):
    """Whether the others may stay without it."""
    return not list(spec.problems({**case.inputs, row.prop: None}))


def optional(case):
    """The properties of a case that may be removed and come to their reset or to nothing."""
    spec = SPECS[case.type]
    rows = [row for row in spec.fields if row.prop in case.inputs and row.prop not in case.untested]
    removable = [
        row.prop
        for row in rows
        if row.on_change is not REPLACE
        and not row.required
        and not row.computed
        and goes_alone(spec, case, row)
    ]
    return [*removable, *(["tags"] if "tags" in case.inputs else [])]
