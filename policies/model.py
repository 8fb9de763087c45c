"""The words of policies: resources, rules, findings."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from policies.values import Undecided, at, first_unknown, opened, shown

if TYPE_CHECKING:
    from policies.scene import Scene


class Severity(enum.Enum):
    """How bad it is when a rule is broken."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Enforcement(enum.Enum):
    """What a finding does."""

    MANDATORY = "mandatory"
    """Nothing is applied."""

    ADVISORY = "advisory"
    """It is told."""


class WhenUnknown(enum.Enum):
    """What a rule says where it needs a value that is not known yet."""

    FAIL = "fail"
    """That counts as a violation: what is not known to be safe is not."""

    DEFER = "defer"
    """The finding is kept, and judged again before that step runs."""

    REFERENCE = "reference"
    """Enough is known if the value comes from a resource of the right type; otherwise it is kept."""


class Waivable(enum.Enum):
    """Who can allow an exception."""

    YES = "yes"
    """One person, who did not ask for it."""

    BY_TWO = "by two"
    """Two people, who did not ask for it; one of them answers for security."""

    NEVER = "never"
    """Nobody."""


class Status(enum.Enum):
    """The verdict of one rule on one resource."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    WAIVED = "waived"
    DEFERRED = "deferred"
    """It cannot be told yet."""

    NOT_APPLICABLE = "not applicable"
    ERROR = "error"
    """The rule itself broke: that is no pass."""


_ABSENT: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource, as it will be after the plan, or as it is in a state."""

    urn: str
    type: str
    """Such as `aws:s3/bucket:Bucket`."""

    name: str
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """`UNKNOWN` where a value is not known yet, `Hidden` around secrets."""

    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """As far as they are known: empty for what does not exist yet."""

    id: str = ""
    """Empty if it does not exist yet."""

    layer: str = ""
    region: str = ""
    """Where it is: its own, or its provider's."""

    parent: str = ""
    """The URN of its component."""

    provider: str = ""
    """The URN of its provider; empty: a default provider."""

    dependencies: frozenset[str] = frozenset()
    property_dependencies: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """The URNs of the resources that the value of each top-level property comes from."""

    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Of Pulumi's resource options those that are set, such as `protect`."""

    change: str = "same"
    """What becomes of it: `same`, `create`, `update`, `replace`, `delete`; `read`: it is not ours."""

    origin: str = ""
    """The setting of the environment file that it was made from; may be empty."""

    def get(self, path: str, default: Any = None) -> Any:
        """The value at a path, in clear; `default` if there is none.

        Raises `Undecided` if it, or anything in it, is not known yet: no rule passes by not knowing.
        """
        value = self.peek(path, _ABSENT)
        if value is _ABSENT:
            return default
        if (unknown := first_unknown(value, path)) is not None:
            raise Undecided(unknown)
        return shown(value)

    def peek(self, path: str, default: Any = None) -> Any:
        """The same with `UNKNOWN` and `Hidden` in it. Raises `Undecided` if the way there is not known."""
        value = at(self.inputs, path)
        return default if value is None else value

    def texts(self, path: str) -> Iterator[str]:
        """The texts of a list, or the one text at a path. Raises `Undecided` after those that are known."""
        value = shown(self.peek(path))
        items = cast("list[Any]", value) if isinstance(value, list) else [value]
        yield from (each for each in items if isinstance(each, str))
        if (unknown := first_unknown(value, path)) is not None:
            raise Undecided(unknown)

    def parts(self, path: str) -> tuple[Part, ...]:
        """The elements of a list of objects (or the one object there), each to be read by itself."""
        value = opened(self.peek(path))
        if isinstance(value, list):
            return tuple(Part(self, f"{path}[{number}]") for number in range(len(cast("list[Any]", value))))
        return () if value is None else (Part(self, path),)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a resource's inputs."""

    resource: Resource
    path: str

    def get(self, path: str, default: Any = None) -> Any:
        """The value at a path from here. Raises `Undecided`."""
        return self.resource.get(self.at(path), default)

    def peek(self, path: str, default: Any = None) -> Any:
        """The same with `UNKNOWN` and `Hidden` in it. Raises `Undecided` if the way there is not known."""
        return self.resource.peek(self.at(path), default)

    def texts(self, path: str) -> Iterator[str]:
        """The texts of a list, or the one text at a path. Raises `Undecided` after those that are known."""
        return self.resource.texts(self.at(path))

    def parts(self, path: str) -> tuple[Part, ...]:
        """The elements of a list of objects at a path from here."""
        return self.resource.parts(self.at(path))

    def at(self, path: str) -> str:
        """The path from the resource."""
        return ".".join(filter(None, (self.path, path)))


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one resource: never a value, only where it is."""

    resource: Resource
    path: str
    message: str
    """A sentence."""

    enforcement: Enforcement = Enforcement.MANDATORY
    """`ADVISORY` for the part of a mandatory rule that is only told."""


Judge = Callable[[Resource, "Scene"], Iterator[Finding]]


def every(*judgements: Iterator[Finding]) -> Iterator[Finding]:
    """The findings of several judgements, none of which hides those of another by not knowing something.

    Raises the first `Undecided` of them after all findings.
    """
    undecided: Undecided | None = None
    for each in judgements:
        try:
            yield from each
        except Undecided as unknown:
            undecided = undecided or unknown
    if undecided is not None:
        raise undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the catalogue says of a rule."""

    id: str
    name: str
    pack: str
    severity: Severity
    enforcement: Enforcement
    unknown: WhenUnknown
    waivable: Waivable
    controls: tuple[str, ...] = ()
    """Controls of public benchmarks that it answers to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: what it is about, how it judges, and the way out."""

    entry: Entry
    title: str
    types: tuple[str, ...]
    """The types it judges; `*` for all, `environment` for the environment itself."""

    fix: str
    """What to change, in terms of the environment file."""

    reads: tuple[str, ...]
    """Paths of the inputs that decide it."""

    judge: Judge
    needs: tuple[str, ...] = ()
    """Inputs from elsewhere that it cannot do without (`Facts.given`), such as `bundle_lock`."""

    @property
    def id(self) -> str:
        """Such as `BL-EKS-001`; never given to another rule."""
        return self.entry.id


def rule(
    entry: Entry | str, *types: str, fix: str, reads: Sequence[str] = (), needs: Sequence[str] = ()
) -> Callable[[Judge], Rule]:
    """Makes a rule of a function, whose docstring begins with the title of the rule.

    The entry of a rule of ours is in the catalogue, under its id.
    """
    from policies.catalogue import BY_ID  # noqa: PLC0415 - it is made of these words

    found = BY_ID[entry] if isinstance(entry, str) else entry

    def made(judge: Judge) -> Rule:
        title = (judge.__doc__ or "").strip().partition("\n")[0]
        return Rule(
            entry=found,
            title=title,
            types=types,
            fix=fix,
            reads=tuple(reads),
            needs=tuple(needs),
            judge=judge,
        )

    return made
