"""Broken environments: the plan of a shipped one with something changed in it, and what it has to be told for."""

import copy
from dataclasses import replace

from policies.model import Resource
from policies.values import steps
from tests.support import judged


def scene(entry):
    """The resources and the facts of an entry."""
    name = entry["in"]
    objects = judged.resources(name)
    for label, values in entry.get("set", {}).items():
        objects = tuple(_with(each, values) if _is(each, label) else each for each in objects)
    gone = entry.get("remove", ())
    objects = tuple(each for each in objects if not any(_is(each, label) for label in gone))
    added = tuple(_added(key, values or {}, objects) for key, values in entry.get("add", {}).items())
    facts = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in entry.get("facts", {}).items()
    }
    return (*objects, *added), replace(judged.facts(name), **facts)


def unknown_labels(entry):
    """What an entry changes that is not in the plan."""
    objects = judged.resources(entry["in"])
    labels = [*entry.get("set", {}), *entry.get("remove", ())]
    return [label for label in labels if not any(_is(each, label) for each in objects)]


def _is(resource, label):
    """Whether it is meant by `NodeGroup prod-system`, or by that and `@region`."""
    kind, _, rest = label.partition(" ")
    name, _, region = rest.partition("@")
    return (
        resource.type.rpartition(":")[2] == kind and resource.name == name and region in ("", resource.region)
    )


def _with(resource, values):
    inputs = copy.deepcopy(dict(resource.inputs))
    origins = dict(resource.property_dependencies)
    special = {key.removeprefix("$"): value for key, value in values.items() if key.startswith("$")}
    for path, value in values.items():
        if not path.startswith("$"):
            _put(inputs, list(steps(path)), value)
            if path in inputs or value is None:
                origins.pop(path, None)  # it comes from nowhere any more
    return replace(resource, inputs=inputs, property_dependencies=origins, **special)


def _put(inside, path, value):
    first, rest = path[0], path[1:]
    key = int(first) if isinstance(inside, list) else first
    if rest:
        if isinstance(inside, dict) and inside.get(key) is None:
            inside[key] = {}
        _put(inside[key], rest, value)
    elif value is None:
        inside.pop(key, None)
    else:
        inside[key] = value


def _added(key, values, objects):
    """A resource with the provider of the others, as a program has it that somebody added."""
    kind, _, name = key.partition(" ")
    provider = next(each for each in objects if each.type == "pulumi:providers:aws")
    special = {word.removeprefix("$"): value for word, value in values.items() if word.startswith("$")}
    made = Resource(
        urn=f"urn:pulumi:added::added::{kind}::{name}",
        type=kind,
        name=name,
        inputs={word: value for word, value in values.items() if not word.startswith("$")},
        layer="added",
        region=provider.region,
        provider=provider.urn,
        change="create",
    )
    return replace(made, **special)
