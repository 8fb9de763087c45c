"""Cases of rules, as YAML: small scenes, and what a rule has to say of them.

A file has the name of the rule's id, and cases that are `good`, `bad`, `unknown` or `not_applicable`. A case
is a mapping of types to inputs. A type that occurs several times, or that others refer to, has a name after a
space: `aws:kms/key:Key disks: {…}`. Inputs may have `!unknown` for what is known after an apply, `!secret
value`, `!ref name.property` for a value that comes from another resource of the case and is not known yet,
and `!id name` for one that is known. `$options`, `$outputs`, `$region`, `$provider`, `$parent`, `$layer` and
`$change` are what they say. Beside types a case may have `facts` (see `Facts`), and a bad one has `findings`:
the paths that have to be named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, cast

import yaml

from policies.check import Verdict, check
from policies.model import Resource, Rule, Status, WhenUnknown
from policies.own import RulesNotLoaded
from policies.scene import Facts, Scene
from policies.values import UNKNOWN, Hidden

TODAY: Final = date(2026, 11, 21)
"""The day on which cases are judged, unless their `facts` say another one."""

KINDS: Final = ("good", "bad", "unknown", "not_applicable")
_SPECIAL: Final = ("$options", "$outputs", "$region", "$provider", "$change", "$parent", "$layer")
_PROVIDER: Final = "urn:pulumi:test::test::pulumi:providers:aws::aws"

Case = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """A value that comes from another resource of the case."""

    name: str
    known: bool


_Safe: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):
    """With the tags of cases."""


def _tagged(tag: str, made: Callable[[str], Any]) -> None:
    def construct(_loader: object, node: Any) -> Any:
        return made(str(node.value))

    cast("Any", _Loader).add_constructor(tag, construct)


_tagged("!unknown", lambda _: UNKNOWN)
_tagged("!secret", Hidden)
_tagged("!ref", lambda text: _Elsewhere(text.partition(".")[0], known=False))
_tagged("!id", lambda text: _Elsewhere(text.partition(".")[0], known=True))


def read(path: Path) -> Mapping[str, list[Case]]:
    """The cases in a file, by what they are. Raises `RulesNotLoaded`."""
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe one, with four tags
    except yaml.MarkedYAMLError as broken:
        line = f":{broken.problem_mark.line + 1}" if broken.problem_mark else ""
        raise RulesNotLoaded(Path(f"{path}{line}"), f"it is no YAML: {broken.problem}") from broken
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as refused:
        raise RulesNotLoaded(path, f"it cannot be read: {refused}") from refused
    if not (found and _are_cases(found)):
        raise RulesNotLoaded(path, f"it has no cases: lists of mappings, under {', '.join(KINDS)}")
    return found


def _are_cases(found: Any) -> bool:
    lists: Iterable[Any] = cast("dict[Any, Any]", found).values() if isinstance(found, dict) else (None,)
    return all(
        isinstance(those, list) and all(isinstance(case, dict) for case in cast("list[Any]", those))
        for those in lists
    )


def scene_of(case: Case) -> Scene:
    """The scene of a case."""
    written: dict[str, dict[str, Any]] = {key: value or {} for key, value in case.items() if ":" in key}
    urns = {_name(key): _urn(key) for key in written}
    resources = [_resource(key, value, urns) for key, value in written.items()]
    facts: dict[str, Any] = {"environment": "test", "regions": ("us-east-1",), "today": TODAY}
    facts |= case.get("facts", {})
    facts |= {key: tuple(facts[key]) for key in ("regions", "boundary") if key in facts}
    return Scene(resources, Facts(**facts))


def wrong_with(rule: Rule, cases: Mapping[str, list[Case]]) -> Iterator[str]:
    """A sentence for each case in which a rule does not say what it has to say."""
    for kind, those in cases.items():
        for number, case in enumerate(those, start=1):
            said = check([rule], scene_of(case)).verdicts
            if reason := _reason(rule, kind, case, said):
                yield f"{rule.id}, {kind} case {number}: {reason}."


def _reason(rule: Rule, kind: str, case: Case, said: tuple[Verdict, ...]) -> str:
    """Why a case is not as it has to be; empty if it is."""
    statuses = {each.status for each in said}
    failed = [each.path for each in said if each.status is Status.FAIL]
    if broken := [each.message for each in said if each.status is Status.ERROR]:
        return broken[0].rstrip(".")
    match kind:
        case "good":
            return "" if statuses == {Status.PASS} else f"it does not pass, because of {failed or statuses}"
        case "bad":
            wanted = sorted(case.get("findings", ()))
            return "" if sorted(failed) == wanted else f"it names {sorted(failed)}, and has to name {wanted}"
        case "unknown":
            verdict = Status.FAIL if rule.entry.unknown is WhenUnknown.FAIL else Status.DEFERRED
            return "" if verdict in statuses else f"its verdict is not `{verdict.value}`"
        case "not_applicable":
            return "" if statuses == {Status.NOT_APPLICABLE} else "the rule looks at it"
        case _:
            return f"there is no such kind; there are {', '.join(KINDS)}"


def _name(key: str) -> str:
    kind, _, name = key.partition(" ")
    return name or kind.rpartition(":")[2].lower()


def _urn(key: str) -> str:
    return f"urn:pulumi:test::test::{key.partition(' ')[0]}::{_name(key)}"


def _resource(key: str, written: Mapping[str, Any], urns: Mapping[str, str]) -> Resource:
    origins: dict[str, set[str]] = {}

    def resolved(value: Any, top: str) -> Any:
        match value:
            case _Elsewhere():
                origins.setdefault(top, set()).add(urns[value.name])
                return f"id-of-{value.name}" if value.known else UNKNOWN
            case dict():
                parts = cast("dict[str, Any]", value)
                return {name: resolved(item, top or name) for name, item in parts.items()}
            case list():
                return [resolved(item, top) for item in cast("list[Any]", value)]
            case _:
                return value

    inputs = {name: resolved(value, name) for name, value in written.items() if name not in _SPECIAL}
    provider = written.get("$provider", _PROVIDER)
    return Resource(
        urn=_urn(key),
        type=key.partition(" ")[0],
        name=_name(key),
        id=f"id-of-{_name(key)}",
        inputs=inputs,
        outputs=written.get("$outputs", {}),
        options=written.get("$options", {}),
        region=written.get("$region", inputs.get("region", "us-east-1")),
        provider=urns.get(provider, provider),
        parent=urns.get(written.get("$parent", ""), ""),
        layer=written.get("$layer", "foundation"),
        change=written.get("$change", "create"),
        dependencies=frozenset(urn for each in origins.values() for urn in each),
        property_dependencies={name: frozenset(each) for name, each in origins.items()},
    )
