"""Where each setting was written, through all files that an environment extends."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from environments.diagnostics import Place

Path = tuple[str | int, ...]
"""A setting: `("network", "cidr")`; entries of a list count from 0."""

Plain = None | bool | int | float | str

_LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")  # YAML 1.1, section 4.2: b-generic


class SourceFile:
    """One file's name, as messages show it, and its lines."""

    def __init__(self, path: FilePath, text: str, name: str | None = None) -> None:
        self.path = path
        self.name = name or shown(path)
        self.lines = _LINE_BREAK.split(text)

    def line(self, number: int) -> str:
        """The text of a line, counted from 0; empty behind the end."""
        return self.lines[number] if number < len(self.lines) else ""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a file; lines and columns count from 0."""

    file: SourceFile
    line: int
    column: int
    end_line: int
    end_column: int

    def place(self) -> Place:
        """The part that lies on its first line."""
        text = self.file.line(self.line)
        end = self.end_column if self.end_line == self.line else len(text.rstrip())
        return Place(self.file.name, self.line + 1, self.column + 1, max(end - self.column, 1), text)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. `written` is the text in the file, `value` what YAML 1.1 reads in it."""

    span: Span
    written: str
    value: Plain


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    span: Span
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """A part that could not be read and has its diagnostic already."""

    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """A setting: where its name stands, and its value."""

    key: Span
    value: Node


@dataclass(frozen=True, slots=True)
class Settings:
    """Named settings; after a merge they come from several files."""

    span: Span
    entries: Mapping[str, Entry]


Node = Scalar | Items | Settings | Broken


def merged(base: Settings, over: Settings) -> Settings:
    """The settings of `over`, and of `base` where `over` is silent; lists are replaced, not joined.

    What is of another kind than in `base` takes nothing over: a setting of a cluster on EKS has no meaning
    for an existing one.
    """
    if _kind(base) and _kind(over) and _kind(base) != _kind(over):
        return over
    entries = dict(base.entries)
    for name, entry in over.entries.items():
        below = entries[name].value if name in entries else None
        value = entry.value
        if isinstance(below, Settings) and isinstance(value, Settings):
            value = merged(below, value)
        entries[name] = Entry(entry.key, value)
    return Settings(over.span, entries)


def _kind(settings: Settings) -> str | None:
    match settings.entries.get("kind"):
        case Entry(_, Scalar(_, written)):
            return written
        case _:
            return None


class SourceMap:
    """Finds the place where a setting was written."""

    def __init__(self, root: Settings) -> None:
        self.root = root

    def node(self, path: Path) -> Node | None:
        """What is written for a setting; None where nothing is."""
        node: Node | None = self.root
        for key in path:
            node = _child(node, key)
        return node

    def place(self, path: Path) -> Place:
        """Where the value of a setting is written; where it is not, the name of the setting around it."""
        node = self.node(path)
        match node:
            case None | Settings() | Scalar(_, ""):
                return self.key(path)
            case _:
                return node.span.place()

    def key(self, path: Path) -> Place:
        """Where the name of a setting is written; where it is not, the name of the setting around it."""
        if not path:
            return self.root.span.place()
        around, name = self.node(path[:-1]), path[-1]
        if isinstance(around, Settings) and name in around.entries:
            return around.entries[str(name)].key.place()
        if isinstance(around, Scalar) and around.written:  # a short form: one word for a section
            return around.span.place()
        node = self.node(path)
        return node.span.place() if node else self.key(path[:-1])

    def written(self, path: Path) -> str | None:
        """The text of a single value as it stands in the file."""
        node = self.node(path)
        return node.written if isinstance(node, Scalar) else None

    def paths(self) -> Iterator[tuple[Path, Node]]:
        """Every setting with what is written for it, from the outside in."""
        yield from _paths((), self.root)


def _paths(path: Path, node: Node) -> Iterator[tuple[Path, Node]]:
    yield path, node
    match node:
        case Settings(_, entries):
            for name, entry in entries.items():
                yield from _paths((*path, name), entry.value)
        case Items(_, items):
            for number, item in enumerate(items):
                yield from _paths((*path, number), item)
        case _:
            pass


def _child(node: Node | None, key: str | int) -> Node | None:
    match node:
        case Settings(_, entries) if isinstance(key, str) and key in entries:
            return entries[key].value
        case Items(_, items) if isinstance(key, int) and key < len(items):
            return items[key]
        case _:
            return None


def shown(path: FilePath) -> str:
    """The path as a person would write it from the working folder."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def dotted(path: Path) -> str:
    """The path as messages show it: `registry.repositories[1]`."""
    words = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return words.removeprefix(".")
