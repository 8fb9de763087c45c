"""Files with a list of entries, each with its place: waivers, baselines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from environments.compose import compose
from environments.diagnostics import Problem
from environments.source import Items, Node, Scalar, Settings, SourceFile


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something in a file that cannot be what was meant."""

    place: str
    """`file:line`."""

    message: str
    about: str
    """The entry, by what it is called; or the file."""

    field: str = ""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One entry; every value is a list of texts, single ones of length one."""

    name: str
    """What it is called: its first field; its place if it has none."""

    place: str
    values: Mapping[str, tuple[str, ...]]
    places: Mapping[str, str]

    def one(self, name: str) -> str:
        """The text of a field; empty if there is none, or several."""
        values = self.values.get(name, ())
        return values[0].strip() if len(values) == 1 else ""

    def day(self, name: str) -> date | None:
        """The day of a field, written `2026-11-21`; None if it is none."""
        try:
            return date.fromisoformat(self.one(name))
        except ValueError:
            return None

    def wrong(self, field: str, message: str) -> Wrong:
        """What is wrong with a field, where it is written; where it is not, with the entry."""
        return Wrong(self.places.get(field, self.place), message, self.name, field)


def entries(file: Path, under: str, required: Sequence[str]) -> tuple[list[FileEntry], list[Wrong]]:
    """The entries of the list `under` in a file, and what is wrong with the file.

    Every entry has all `required` fields, and no others: what is misspelt would otherwise be missing unseen.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return [], [Wrong(str(file), "The file cannot be read.", str(file))]
    source = SourceFile(file, text)
    settings, diagnostics = compose(source, text)
    # What a file of the wrong shape lacks is told below: it is no environment file.
    told = [each for each in diagnostics if each.problem is not Problem.NO_SETTINGS]
    wrong = [Wrong(str(each.place or source.name), each.detail, source.name) for each in told]
    found = settings.entries.get(under) if settings else None
    if found is None or not isinstance(found.value, Items):
        return [], wrong or [Wrong(source.name, f"There is no list `{under}`.", source.name)]
    made = (_entry(item, required[0]) for item in found.value.items)
    read = [(entry, list(_unfit(entry, required))) for entry in made]
    wrong += [each for _, unfit in read for each in unfit]
    return [entry for entry, unfit in read if not unfit], wrong


def _entry(node: Node, first: str) -> FileEntry:
    place = str(node.span.place())
    if not isinstance(node, Settings):
        return FileEntry(place, place, {}, {})
    values = {name: tuple(_texts(entry.value)) for name, entry in node.entries.items()}
    places = {name: str(entry.key.place()) for name, entry in node.entries.items()}
    return FileEntry(next(iter(values.get(first, ())), place), place, values, places)


def _texts(node: Node) -> Iterator[str]:
    match node:
        case Scalar(written=written):
            yield written
        case Items(items=items):
            yield from (each.written for each in items if isinstance(each, Scalar))
        case _:
            pass


def _unfit(entry: FileEntry, required: Collection[str]) -> Iterator[Wrong]:
    for name in required:
        if not any(value.strip() for value in entry.values.get(name, ())):
            yield entry.wrong(name, f"`{name}` is missing.")
    for name in entry.values:
        if name not in required:
            yield entry.wrong(name, f"There is no field `{name}`.")
