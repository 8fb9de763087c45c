"""The table is right about AWS and about pulumi-aws: compared with botocore's and Pulumi's own models, no network."""

import functools
import importlib
import inspect

import botocore.session
import pytest
from botocore import xform_name

from provisioner.providers.aws.catalog.functions import LOOKUPS
from provisioner.providers.aws.inputs import taken
from provisioner.providers.aws.registry import CATALOG, SPECIAL
from provisioner.providers.aws.spec import (
    LOCAL,
    PUT,
    REPLACE,
    ByInputs,
    Each,
    Listed,
    Members,
    Op,
    Switch,
    Text,
    Whole,
)
from provisioner.providers.aws.text import names_in
from tests.support.aws_calls import calls_of, changing
from tests.support.aws_cases import ALL
from tests.support.aws_exceptions import MISSING_OUTPUTS, OWN_CALLS

every = pytest.mark.parametrize("spec", CATALOG, ids=lambda spec: spec.type)
SESSION = botocore.session.Session()
ALWAYS_OUTPUT = {"region", "tags", "tagsAll"}


@functools.cache
def operations(service):
    model = SESSION.get_service_model(service)
    return {xform_name(name): model.operation_model(name) for name in model.operation_names}


def members(service, op):
    shape = operations(service)[op.name].input_shape
    return shape.members if shape else {}


def required(service, op):
    shape = operations(service)[op.name].input_shape
    return set(shape.required_members) if shape else set()


def leads_somewhere(shapes, path):
    """Whether a dotted path names a member of the shape; `[]` stands behind a list of one."""
    first, _, rest = path.partition(".")
    shape = shapes.get(first.removesuffix("[]"))
    if shape is None or not rest:
        return shape is not None
    if shape.type_name == "map":
        return rest in shape.key.enum
    return leads_somewhere((shape.member if first.endswith("[]") else shape).members, rest)


def named(path):
    """The parameter that a dotted path begins with."""
    return path.partition(".")[0].removesuffix("[]")


@functools.cache
def pulumi_class(type):
    """The resource class of a type token and its arguments class."""
    _, path, name = type.split(":")
    module = importlib.import_module(f"pulumi_aws.{path.split('/')[0]}")
    cls = getattr(module, name)
    defined = inspect.getmodule(cls)
    assert f"'{type}'" in inspect.getsource(defined)
    return cls, getattr(defined, f"{name}InitArgs", None) or getattr(defined, f"{name}Args")


def properties(cls):
    """Pulumi's names of a class's properties, and whether each may be None."""
    for name, value in vars(cls).items():
        if isinstance(value, property):
            written = str(value.fget.__annotations__["return"])
            yield getattr(value.fget, "_pulumi_name", name), "None" in written or "Optional" in written


@every
def test_every_call_is_one_botocore_knows(spec):
    """Operations and parameters are those of AWS's own service model."""
    for op in calls_of(spec):
        assert op.name in operations(spec.service), op.name
        assert set(op.send) <= set(members(spec.service, op)), op.name


@every
def test_every_call_sends_what_aws_requires(spec):
    """No required parameter is left to chance: it is constant, the id, or a field that is required or named."""
    sure = {
        named(row.api)
        for row in spec.fields
        if row.required
        or row.on_change is REPLACE
        or row.reset is not None
        or (spec.name and row.prop == spec.name.prop)
    }
    sent_by_tags = {}
    if spec.tags:
        sent_by_tags = {spec.tags.add.name: spec.tags.add_as, spec.tags.remove.name: spec.tags.remove_as}
    for op in calls_of(spec):
        rows = [row for row in spec.fields if op in changing(row.on_change)]
        own = {named(row.update_as or row.api) for row in rows}
        for row in rows:
            if isinstance(row.on_change, Members):
                own |= {row.on_change.add_as, row.on_change.remove_as}
        if rows and spec.type in OWN_CALLS:
            continue
        own |= sure if op == spec.create else {sent_by_tags.get(op.name)}
        assert required(spec.service, op) <= set(op.send) | own, op.name


@every
def test_every_field_is_a_parameter_of_its_call(spec):
    """A field is in the create call if it says so, and in the call that changes it."""
    for row in spec.fields:
        if row.on_change is LOCAL or spec.type in OWN_CALLS:
            continue
        if row.with_create and row.api:
            assert leads_somewhere(members(spec.service, spec.create), row.api), (row.prop, "create")
        match row.on_change:
            case Op() | Each() | Whole() | Switch(on=Op()) as change:
                op = changing(change)[0]
                name = row.update_as or row.api
                assert not name or leads_somewhere(members(spec.service, op), name), (row.prop, op.name)
            case Members(add, remove, add_as, remove_as):
                assert leads_somewhere(members(spec.service, add), add_as)
                assert leads_somewhere(members(spec.service, remove), remove_as)
            case _:
                assert row.on_change in (REPLACE, PUT), row.prop


@every
def test_tags_are_parameters_of_their_calls(spec):
    """Create, add and remove take tags under the names the row gives."""
    if tags := spec.tags:
        assert tags.add_as in members(spec.service, tags.add)
        assert spec.type in SPECIAL or tags.remove_as in members(spec.service, tags.remove)
        assert not tags.create_as or leads_somewhere(members(spec.service, spec.create), tags.create_as)


@every
def test_every_row_says_how_its_object_is_found_again(spec):
    """By its inputs, from which the id follows, or by a list."""
    match spec.find:
        case ByInputs():
            assert isinstance(spec.id, Text)
            known = {row.prop for row in spec.fields} | {"partition", "region", "account"}
            assert set(names_in(spec.id)) <= known
        case Listed(op):
            assert op.name.startswith(("list_", "describe_"))


@every
def test_every_input_of_the_pulumi_class_is_taken_or_refused_with_its_reason(spec):
    """Nothing that a program may write is ignored, and nothing else is taken."""
    _, args = pulumi_class(spec.type)
    offered = {name for name, _ in properties(args)}
    assert offered == taken(spec) | set(spec.unsupported), offered ^ (taken(spec) | set(spec.unsupported))
    assert not taken(spec) & set(spec.unsupported)
    assert all(len(reason) > 10 for reason in spec.unsupported.values())


@every
def test_what_pulumi_requires_is_required(spec):
    """A property that the SDK insists on is one the row insists on."""
    _, args = pulumi_class(spec.type)
    assert {name for name, optional in properties(args) if not optional} <= {
        r.prop for r in spec.fields if r.required
    }


def test_the_version_is_that_of_the_sdk():
    """State names the SDK's version; the drivers serve exactly that one."""
    from importlib.metadata import version

    from provisioner.providers.aws.package import VERSION

    assert version("pulumi-aws") == VERSION


@pytest.mark.parametrize("lookup", LOOKUPS, ids=lambda lookup: lookup.function)
def test_every_lookup_calls_what_botocore_knows(lookup):
    """Operations and parameters of the functions programs call."""
    for op in ([lookup.op] if lookup.op else []) + list(lookup.also.values()):
        assert op.name in operations(lookup.service)
        assert set(op.send) <= set(members(lookup.service, op))


def result_class(function):
    _, path, name = function.split(":")
    group = path.split("/")[0]
    module = importlib.import_module("pulumi_aws" if group == "index" else f"pulumi_aws.{group}")
    return getattr(module, f"{name[0].upper()}{name[1:]}Result")


@pytest.mark.parametrize("lookup", LOOKUPS, ids=lambda lookup: lookup.function)
def test_every_lookup_answers_what_the_sdk_expects(lookup):
    """Each property of the result class is in the answer, or an argument of the program's that comes back."""
    expected = {name for name, _ in properties(result_class(lookup.function))}
    assert expected <= {*lookup.results, *lookup.arguments, "id", "region"}


def outputs_and_gaps(made, type):
    """The outputs the class promises that are not produced."""
    cls, _ = pulumi_class(type)
    return {
        name
        for name, optional in properties(cls)
        if name not in made.outputs or (made.outputs[name] is None and not optional)
    }


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.file)
def test_every_output_the_class_promises_is_produced(case, kept):
    """After create, or it is listed with its reason; ids and ARNs never are."""
    missing = outputs_and_gaps(kept(case).made["it"], case.type)
    assert missing <= {prop for type, prop in MISSING_OUTPUTS if type == case.type}
    assert not [prop for prop in missing if prop.lower().endswith(("id", "arn"))]


def test_the_number_of_missing_outputs_is_known(capsys):
    """The list of exceptions names only types and outputs that exist, and is printed."""
    for type, prop in MISSING_OUTPUTS:
        assert prop in {name for name, _ in properties(pulumi_class(type)[0])}
    with capsys.disabled():
        print(f"\n{len(MISSING_OUTPUTS)} outputs of {len(CATALOG)} AWS types are not produced")
