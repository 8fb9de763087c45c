"""The table is right about pulumi-vault: compared with the SDK's own classes, no network."""

import functools
import importlib
import inspect
from importlib.metadata import version

import pytest

from provisioner.providers.vault.import_ids import FORMS
from provisioner.providers.vault.inputs import taken
from provisioner.providers.vault.package import VERSION
from provisioner.providers.vault.registry import CATALOG, SPECIAL
from provisioner.providers.vault.spec import LOCAL, REPLACE, Text, snake
from provisioner.providers.vault.text import names_in
from provisioner.providers.vault.written_only import paths

every = pytest.mark.parametrize("spec", CATALOG, ids=lambda spec: spec.type)
FOLDERS = {"index": "", "appRole": "approle", "pkiSecret": "pkisecret"}
MADE_BY_VAULT = {"accessor", "issuerId", "keyId", "mark", "id"}
"""What ids are made of besides properties that a program writes."""


@functools.cache
def pulumi_class(type):
    """The resource class of a type token and its arguments class."""
    _, path, name = type.split(":")
    group = FOLDERS.get(path.split("/")[0], path.split("/")[0])
    module = importlib.import_module(f"pulumi_vault.{group}" if group else "pulumi_vault")
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
def test_every_input_of_the_pulumi_class_is_taken_or_refused_with_its_reason(spec):
    """Nothing that a program may write is ignored, and nothing else is taken."""
    _, args = pulumi_class(spec.type)
    offered = {name for name, _ in properties(args)}
    assert offered == taken(spec) | set(spec.unsupported), offered ^ (taken(spec) | set(spec.unsupported))
    assert not taken(spec) & set(spec.unsupported)
    assert all(len(reason) > 10 for reason in spec.unsupported.values())


@every
def test_what_pulumi_requires_is_required(spec):
    _, args = pulumi_class(spec.type)
    assert {name for name, optional in properties(args) if not optional} <= {
        row.prop for row in spec.fields if row.required
    }


@every
def test_every_output_that_the_class_promises_is_one(spec):
    cls, _ = pulumi_class(spec.type)
    promised = {name for name, _ in properties(cls)}
    produced = taken(spec) | set(spec.outputs) | set(spec.unsupported)
    assert promised - produced == set()
    assert set(spec.outputs) <= promised


@every
def test_every_value_that_is_written_only_is_known_as_one(spec):
    """What the SDK calls `…Wo` comes from no record, whatever it is in."""
    own = {row.prop for row in spec.fields if row.prop.endswith("Wo")}
    assert {path for path in paths(spec) if "." not in path} == own
    for number in paths(spec).values():
        first = number.partition(".")[0]
        assert first in {row.prop for row in spec.fields}


@every
def test_an_id_is_made_of_properties(spec):
    if isinstance(spec.id, Text):
        assert set(names_in(spec.id)) <= {row.prop for row in spec.fields} | MADE_BY_VAULT


@every
def test_what_names_an_object_is_never_changed_in_place(spec):
    """But for what Vault can move: a mount, and what has an id of its own."""
    if isinstance(spec.id, Text) and "path" not in names_in(spec.id):
        fixed = {row.prop for row in spec.fields if row.on_change is REPLACE}
        assert {row.prop for row in spec.fields}.intersection(names_in(spec.id)) <= fixed


@every
def test_what_stands_for_another_property_names_one(spec):
    props = {row.prop for row in spec.fields}
    for row in spec.fields:
        assert {row.like, row.unless, row.written_only} - {""} <= props


def test_every_type_that_vault_tells_of_can_be_imported():
    assert {*FORMS} == {spec.type for spec in CATALOG if spec.read is not None}


def test_types_are_described_once():
    types = [spec.type for spec in CATALOG]
    assert len(types) == len(set(types))
    assert {*SPECIAL} <= {*types}


def test_what_is_not_told_to_vault_has_no_spelling():
    assert not [row.prop for spec in CATALOG for row in spec.fields if row.on_change is LOCAL and row.api]


def test_the_version_is_that_of_the_sdk():
    assert version("pulumi-vault") == VERSION


@pytest.mark.parametrize(
    ("prop", "parameter"),
    [
        ("tokenMaxTtl", "token_max_ttl"),
        ("hybridKeyTypePqc", "hybrid_key_type_pqc"),
        ("ipSans", "ip_sans"),
        ("ec2Endpoint", "ec2_endpoint"),
        ("name", "name"),
    ],
)
def test_a_property_in_the_words_of_vault(prop, parameter):
    assert snake(prop) == parameter
