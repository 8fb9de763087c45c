"""What a program looks up (`aws:…:get…`): the words of the table in `catalog/functions.py`; and answering."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

from provisioner.plan.values import UNKNOWN, Properties, has_unknown
from provisioner.providers.aws.calling import Target, run
from provisioner.providers.aws.inputs import REGION, TAGS
from provisioner.providers.aws.paths import at
from provisioner.providers.aws.scope import Scope, surroundings
from provisioner.providers.aws.spec import Op, Output, Text
from provisioner.providers.interface import Refused

OF_REGION: Final = Text("{region}")
"""The id of an answer that is about the region as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """One function: the call it makes, and where in the answer each property of its result is."""

    function: str
    service: str = "ec2"
    op: Op | None = None
    """None: everything follows from the region."""
    also: Mapping[str, Op] = field(default_factory=dict[str, Op])
    one: str = ""
    """What exactly one of must be found; empty: the answer itself is the document."""
    arguments: tuple[str, ...] = (REGION,)
    """What a program may give."""
    filters: Mapping[str, str] = field(default_factory=dict[str, str])
    """Arguments that are sent as a filter of EC2, with the filter's name."""
    without: Mapping[str, str] = field(default_factory=dict[str, str])
    """Arguments that list what to leave out, with the path in an item that they are about."""
    id: str | Text = OF_REGION
    results: Mapping[str, str | Output | Text] = field(default_factory=dict[str, str | Output | Text])


def answer(lookup: Lookup, arguments: Properties, scope: Scope) -> dict[str, Any]:
    """The result of a function. Raises `Refused`."""
    if strange := sorted(arguments.keys() - set(lookup.arguments)):
        raise Refused(f"{lookup.function} does not take {', '.join(f'`{name}`' for name in strange)} here")
    if has_unknown(dict(arguments)):
        return {**dict.fromkeys(lookup.results, UNKNOWN), **arguments, "id": UNKNOWN}
    given = arguments.get(REGION) or (arguments.get("name") if lookup.op is None else None)
    region = given if isinstance(given, str) else scope.region
    target = Target(scope, lookup.service, region, {**arguments, **_about(region)})
    document: Any = _document(lookup, target) if lookup.op else {}
    target = replace(target, document=document, id=_identity(lookup, target, document))
    for name, op in lookup.also.items():
        document[name] = run(op, target)
    return {**arguments, "id": target.id, REGION: region, **_results(lookup, target)}


def _document(lookup: Lookup, target: Target) -> Any:
    """What the call answers: all of it, or the one thing that was looked for."""
    assert lookup.op
    filters = list(_filters(lookup, target.props))
    found = run(lookup.op, target, {"Filters": filters} if filters else None)
    for argument, path in lookup.without.items():
        unwanted: list[str] = target.props.get(argument) or []
        found = [item for item in found if at(path, item) not in unwanted]
    if not lookup.one:
        return found
    if len(found) != 1:
        described = json.dumps(filters, sort_keys=True)
        raise Refused(f"{lookup.function} needs exactly one {lookup.one}; {len(found)} match {described}")
    return dict(found[0])


def _filters(lookup: Lookup, arguments: Properties) -> Iterator[dict[str, Any]]:
    for argument, name in lookup.filters.items():
        value = arguments.get(argument)
        if value is not None:
            yield {"Name": name, "Values": [str(value).lower() if isinstance(value, bool) else value]}
    tags: Properties = arguments.get(TAGS) or {}
    for name, text in sorted(tags.items()):
        yield {"Name": f"tag:{name}", "Values": [text]}
    for given in cast("list[Properties]", arguments.get("filters") or []):
        yield {"Name": given["name"], "Values": given["values"]}


def _identity(lookup: Lookup, target: Target, document: Any) -> str:
    found = target.text(lookup.id) if isinstance(lookup.id, Text) else at(lookup.id, document)
    return str(found)


def _results(lookup: Lookup, target: Target) -> dict[str, Any]:
    results: dict[str, Any] = {}
    texts: dict[str, Text] = {}
    for prop, source in lookup.results.items():
        match source:
            case Text():
                texts[prop] = source
            case Output(path, _, codec):
                results[prop] = codec.decode(at(path, target.document))
            case str():
                results[prop] = at(source, target.document)
    about = replace(target, props={**target.props, **results})
    return results | {prop: about.text(text) for prop, text in texts.items()}


def _about(region: str) -> dict[str, str]:
    """What AWS's own list of regions says about one."""
    suffix = surroundings(region)["dnsSuffix"]
    return {
        "description": _descriptions().get(region, region),
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


@functools.cache
def _descriptions() -> dict[str, str]:
    file = Path(str(import_module("botocore").__file__)).parent / "data" / "partitions.json"
    partitions: list[dict[str, Any]] = json.loads(file.read_text())["partitions"]
    return {name: about["description"] for p in partitions for name, about in p["regions"].items()}
