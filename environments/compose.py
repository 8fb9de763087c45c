"""The text of one environment file -> its settings, each with its place; or diagnostics.

YAML is read from the parser's events: so depth and size have limits, no alias is ever expanded, a key that is
written twice is seen, and what YAML 1.1 makes of a value (`no`, `010`) stands beside what the person wrote.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, cast

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from environments.diagnostics import Diagnostic, Place, Problem
from environments.source import Broken, Entry, Items, Node, Plain, Scalar, Settings, SourceFile, Span

DEEPEST: Final = 20
"""Levels of nesting; the deepest setting today is on level 4."""

PARSER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is about ten times faster
_TAG: Final = "tag:yaml.org,2002:"
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+")
_resolver: Final[Any] = Resolver()  # no types there either
_constructor = SafeConstructor()


def _events(text: str, parser: Any) -> Iterator[yaml.Event]:
    # PyYAML has types for its classes and none for this function.
    events: Iterator[yaml.Event] = cast("Any", yaml).parse(text, Loader=parser)
    return events


def compose(file: SourceFile, text: str) -> tuple[Settings | None, list[Diagnostic]]:
    """The settings of a file, as far as they can be read, and all problems met."""
    composer = _Composer(file)
    try:
        for event in _events(text, PARSER):
            composer.take(event)
            if composer.is_too_deep:  # parsers take time in the square of the depth
                return None, composer.problems
    except yaml.YAMLError as error:
        return None, _syntax(file, text, error)
    return composer.settings(), composer.problems


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been seen; `key` waits for its value."""

    start: yaml.Event
    items: list[Node] = field(default_factory=list[Node])
    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    key: Node | None = None


class _Composer:
    """Builds the tree from one event after another."""

    def __init__(self, file: SourceFile) -> None:
        self.problems: list[Diagnostic] = []
        self.is_too_deep = False
        self._file = file
        self._open: list[_Open] = []
        self._root: Node | None = None
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents == 2:  # noqa: PLR2004 - a second one
                    self._refuse(
                        event, "A file holds one environment; here a second document begins.", "remove it."
                    )
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._begin(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end(event)
            case yaml.ScalarEvent():
                self._put(self._scalar(event))
            case yaml.AliasEvent():
                detail = "An alias repeats another part of the file, so that a value would have two places."
                fix = "write the value out, or put what several environments share into a file they extend."
                self._put(self._refuse(event, detail, fix))
            case _:
                pass

    def settings(self) -> Settings | None:
        """The finished tree; None, with a problem, where the file is empty or is not a mapping."""
        match self._root:
            case Settings() as root:
                return root
            case None | Scalar(_, _, None):
                detail = "The file is empty."
                place = None
            case root:
                detail = "The outermost level of an environment file is named settings."
                place = root.span.place()
        if not isinstance(self._root, Broken):
            place = place or Place(self._file.name, 1, 1, 1, self._file.line(0))
            fix = "begin with `extends: base.yaml` and `name: <environment>`."
            self.problems.append(Diagnostic(Problem.NO_SETTINGS, detail, fix, place))
        return None

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if event.tag is not None:
            self._refuse(event, f"The tag `{event.tag}` is not read.", "remove it.")
        if len(self._open) == DEEPEST:
            self.is_too_deep = True
            self._refuse(event, f"Settings are nested more than {DEEPEST} levels deep.", "nest them less.")
        self._open.append(_Open(event))

    def _end(self, event: yaml.Event) -> None:
        done = self._open.pop()
        span = self._span(done.start, event)
        if isinstance(event, yaml.MappingEndEvent):
            self._put(Settings(span, done.entries))
        else:
            self._put(Items(span, tuple(done.items)))

    def _put(self, node: Node) -> None:
        if not self._open:
            self._root = node if self._root is None else self._root
            return
        around = self._open[-1]
        if isinstance(around.start, yaml.SequenceStartEvent):
            around.items.append(node)
        elif around.key is None:
            around.key = node
        else:
            self._enter(around.entries, around.key, node)
            around.key = None

    def _enter(self, entries: dict[str, Entry], key: Node, value: Node) -> None:
        """Names are taken as they are written: `on`, `no` and `1` are names like others."""
        match key:
            case Scalar(span, "<<"):
                detail = "`<<` joins mappings inside a file; environments share settings by `extends`."
                fix = "write the settings out, or put them into a file to extend."
                self.problems.append(Diagnostic(Problem.FOREIGN_YAML, detail, fix, span.place()))
            case Scalar(span, name) if name in entries:
                first = entries[name].key.place()
                detail = (
                    f"`{name}` was written already in line {first.line}; only one of the two could count."
                )
                self.problems.append(
                    Diagnostic(Problem.WRITTEN_TWICE, detail, "remove one of them.", span.place())
                )
            case Scalar(span, name):
                entries[name] = Entry(span, value)
            case Broken():
                pass
            case Settings(span) | Items(span):
                detail = "The name of a setting is one word, not a list or a mapping."
                self.problems.append(Diagnostic(Problem.FORM, detail, "write `name: value`.", span.place()))

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        span, written = self._span(event, event), event.value
        is_key = bool(self._open) and isinstance(self._open[-1].start, yaml.MappingStartEvent)
        is_key = is_key and self._open[-1].key is None
        if event.tag not in (None, f"{_TAG}str"):
            return self._refuse(event, f"The tag `{event.tag}` is not read.", "remove it.")
        if is_key or event.tag or not event.implicit[0]:
            return Scalar(span, written, written)
        value = _read(written)
        if _is_ambiguous(written, value):
            self.problems.append(_ambiguous(span, written, value))
            return Broken(span)
        return Scalar(span, written, value)

    def _refuse(self, event: yaml.Event, detail: str, fix: str) -> Broken:
        span = self._span(event, event)
        self.problems.append(Diagnostic(Problem.FOREIGN_YAML, detail, fix, span.place()))
        return Broken(span)

    def _span(self, start: yaml.Event, end: yaml.Event) -> Span:
        first, last = start.start_mark, end.end_mark
        return Span(self._file, first.line, first.column, last.line, last.column)


def _read(written: str) -> Plain:
    """What YAML 1.1 reads in a plain value; dates stay text."""
    tag: str = _resolver.resolve(yaml.ScalarNode, written, (True, False)).removeprefix(_TAG)
    node = yaml.ScalarNode(tag, written)
    try:
        match tag:
            case "int":
                return int(_constructor.construct_yaml_int(node))
            case "float":
                return float(_constructor.construct_yaml_float(node))
            case "bool":
                return bool(_constructor.construct_yaml_bool(node))
            case "null":
                return None
            case _:
                return written
    except ValueError:  # `0x_` has the form of a number and is none; very long numbers are refused by Python
        return written


def _is_ambiguous(written: str, value: Plain) -> bool:
    """Whether readers of YAML disagree on the number: octal, sexagesimal, underscores."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return bool(_LEADING_ZERO.fullmatch(written)) or (is_number and not _DECIMAL.fullmatch(written))


def _ambiguous(span: Span, written: str, value: Plain) -> Diagnostic:
    read = f"the number {value}" if isinstance(value, int) else "a text, and other readers a number"
    detail = f"YAML reads `{written}` as {read}."
    fix = f'quote it: `"{written}"`; or, if a number is meant, write it without leading zero, `:` and `_`.'
    return Diagnostic(Problem.FORM, detail, fix, span.place())


def _syntax(file: SourceFile, text: str, error: yaml.YAMLError) -> list[Diagnostic]:
    if tabs := list(_tabs(file)):
        return tabs
    try:  # the parser in Python says more, and the same on every machine
        deque(_events(text, yaml.SafeLoader), maxlen=0)
    except yaml.YAMLError as better:
        error = better
    detail, place = _said(file, text, error)
    return [
        Diagnostic(Problem.SYNTAX, detail, "correct the line; the mistake may be in the line before.", place)
    ]


def _tabs(file: SourceFile) -> Iterator[Diagnostic]:
    for number, line in enumerate(file.lines):
        if match := re.match(r" *(\t+)", line):
            place = Place(file.name, number + 1, match.start(1) + 1, len(match[1]), line)
            detail = "YAML is indented by spaces: how wide a tab is, no two editors agree."
            yield Diagnostic(Problem.TAB, detail, "replace the tab by spaces.", place)


def _said(file: SourceFile, text: str, error: yaml.YAMLError) -> tuple[str, Place | None]:
    """What the parser said, and where."""
    if isinstance(error, yaml.MarkedYAMLError) and (mark := error.problem_mark):
        begun = error.context_mark
        where = f" that begins in line {begun.line + 1}" if begun and begun.line != mark.line else ""
        said = ", ".join(part for part in (f"{error.context or ''}{where}", error.problem) if part)
        return f"The parser says: {said}.", Span(file, mark.line, mark.column, mark.line, mark.column).place()
    position = getattr(error, "position", None)
    if not isinstance(position, int):
        return "The parser could not read it.", None
    before = text[:position].split("\n")
    span = Span(file, len(before) - 1, len(before[-1]), len(before) - 1, len(before[-1]) + 1)
    return "The character is not allowed in YAML.", span.place()
