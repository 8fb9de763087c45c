"""Files that say which objects are to be imported: read, and written with the ids left open."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from environments.compose import compose
from environments.diagnostics import Problem
from environments.source import Items, Node, Scalar, Settings, SourceFile
from provisioner.engine.import_failures import NotAnImportFile, NothingListed
from provisioner.plan.importing import Import, ImportPlan
from provisioner.report.naming import labelled

OPEN: Final = frozenset({"", "~", "null", "<PLACEHOLDER>"})
"""What stands for an id that is not given: nothing, or what `pulumi preview --import-file` writes."""

_PLAIN: Final = re.compile(r"[\w$.:/+-]+")
_HEAD: Final = """\
# Objects to import into {environment}: write the id of the object behind each resource that exists already.
# What is left open is not imported, and the next apply makes it. Then:
#
#   {command}
"""

Problems = list[tuple[str, str]]


def wishes_in(file: Path) -> tuple[Import, ...]:
    """What a file says: URN or name to id, or the resources of Pulumi's import file.

    An id that is left open counts as not being there. Raises `NotAnImportFile` with every problem, and
    `NothingListed`.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) and wrong.strerror else str(wrong)
        raise NotAnImportFile(((str(file), reason),)) from wrong
    if text.lstrip().startswith("{"):
        text = text.replace("\t", " ")  # JSON may be indented by them, YAML may not
    settings, diagnostics = compose(SourceFile(file, text, str(file)), text)
    problems: Problems = [
        (str(each.place or file), each.detail)
        for each in diagnostics
        if each.problem is not Problem.NO_SETTINGS
    ]
    if settings is None and not problems:
        problems.append((str(file), "it is neither a mapping of resources to ids, nor an import file"))
    found = tuple(_wishes(settings, problems)) if settings else ()
    if problems:
        raise NotAnImportFile(tuple(problems))
    if not found:
        raise NothingListed(str(file))
    return found


def filled_in(file: Path) -> Mapping[str, str]:
    """The ids in a file that was written here, by resource; none where there is no such file.

    Raises `NotAnImportFile` if it cannot be read any more.
    """
    try:
        if not is_template(file.read_bytes()):
            return {}
    except OSError:
        return {}  # whoever writes it is told why that cannot be
    try:
        return {wish.resource: wish.id for wish in wishes_in(file)}
    except NothingListed:
        return {}


def template(
    environment: str,
    command: str,
    plans: Sequence[ImportPlan],
    form: Callable[[str], str],
    ids: Mapping[str, str],
) -> tuple[str, int]:
    """The file with every resource that the environment would make, and how many there are.

    `form` says how an id of a type is written; `ids` are those that are known, and none of them is left out.
    """
    lines = [_HEAD.format(environment=environment, command=command)]
    count = 0
    for planned in plans:
        if planned.unmade:
            lines.append(f"\n# {planned.plan.layer} in {planned.plan.region}\n")
        for one in planned.unmade:
            count += 1
            about = " · ".join(
                part for part in (labelled(one.urn), _said(form(one.type)), one.origin) if part
            )
            lines.append(f"\n# {about}\n{_entry(one.urn, ids.get(one.urn, ''))}\n")
    listed = {one.urn for planned in plans for one in planned.unmade}
    others = [_entry(*given) for given in ids.items() if given[0] not in listed]
    lines += ["\n# Filled in before, and nothing that would be made by that name:\n"] if others else []
    lines += [f"{entry}\n" for entry in others]
    return "".join(lines), count


def is_template(data: bytes) -> bool:
    """Whether a file was written here."""
    return data.startswith(_HEAD.partition("{")[0].encode())


def _said(form: str) -> str:
    return f"id: {form}" if form else ""


def _entry(resource: str, id: str) -> str:
    return f"{_key(resource)}: {json.dumps(id, ensure_ascii=False)}"


def _key(urn: str) -> str:
    return urn if _PLAIN.fullmatch(urn) else "'" + urn.replace("'", "''") + "'"


def _wishes(settings: Settings, problems: Problems) -> Iterator[Import]:
    listed = settings.entries.get("resources")
    if listed is not None and isinstance(listed.value, Items):
        yield from _as_pulumi_writes(settings, listed.value, problems)
        return
    for resource, entry in settings.entries.items():
        if not isinstance(entry.value, Scalar):
            problems.append((_place(entry.value), f"`{resource}` has no id, but something that has parts"))
        elif not _is_open(entry.value):
            yield Import(resource=resource, id=entry.value.written, place=_place(entry.value))


def _as_pulumi_writes(settings: Settings, listed: Items, problems: Problems) -> Iterator[Import]:
    """`{"nameTable": {…}, "resources": [{"type", "name", "logicalName", "id", "parent", …}]}`.

    Source: pulumi/pulumi, `pkg/cmd/pulumi/operations/import.go`, `importFile` and `importSpec`. A `name` is
    for other entries, a `logicalName` what the program says; without one they are the same.
    """
    entries = [(node, _named(_texts(node))) for node in listed.items]
    called = {said["name"]: said["logicalName"] for _, said in entries}
    called |= _texts(names.value if (names := settings.entries.get("nameTable")) else None)
    for node, said in entries:
        if said.get("component") == "true":
            continue  # it has no object, and the program makes it
        if not (said["name"] and said.get("type")):
            problems.append((_place(node), "a resource needs its `type`, its `name` and its `id`"))
        elif said.get("id", "") not in OPEN:
            parent = said.get("parent", "")
            yield Import(
                resource=said["logicalName"],
                type=said["type"],
                parent=called.get(parent, parent),
                id=said["id"],
                place=_place(node),
            )


def _named(said: dict[str, str]) -> dict[str, str]:
    name, logical = said.get("name", ""), said.get("logicalName", "")
    return {**said, "name": name or logical, "logicalName": logical or name}


def _texts(node: Node | None) -> dict[str, str]:
    """The entries that are single values."""
    if not isinstance(node, Settings):
        return {}
    items = node.entries.items()
    return {name: entry.value.written for name, entry in items if isinstance(entry.value, Scalar)}


def _is_open(node: Scalar) -> bool:
    return node.value is None or node.written in OPEN


def _place(node: Node) -> str:
    return str(node.span.place())
