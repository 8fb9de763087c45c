"""What a provider can do for an engine: the words of Pulumi's provider protocol, in plain Python.

A `Package` (such as `aws`) turns a provider resource's inputs into a configured `Provider`; a `Provider` acts
on objects of every type of its package. Values are plain: the engine unwraps secrets before a call and marks
them again afterwards. `UNKNOWN` occurs in `check`, `diff`, `planned` and `invoke` only.

Where it says "no calls" below, a driver may ask a server that can answer without changing anything (a dry
run), once for each object that is new or changed and never for others; a server that does not answer is no
reason to refuse there. Such a driver may have a method `foresee`, with the parameters of `check`, that is
called for resources which wait for theirs, so that it can ask about several at once. It answers nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from provisioner.plan.diff import Diff
from provisioner.plan.values import Properties, revealed

CONNECTION_LOST: Final = "ConnectionLost"
"""The code of a `Refused` when the answer was lost: whether the call was carried out is not known."""

NO_CREDENTIALS: Final = "NoCredentials"
"""The code of a refusal because there is nobody to ask as: a plan goes on, with the answer unknown."""

CANNOT_FIND: Final = "CannotFind"
"""The code of a refusal because the provider has no way to look for an object that it may have made."""

NO_PLUGIN: Final = "NoPlugin"
"""The code of a refusal because no plugin that is here serves the version that is asked for."""

IDENTITY_INPUTS: Final = ("region",)
"""Inputs of a provider that say which cloud it means: with others, everything it holds is elsewhere."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An input the provider will not take: the property (empty for the whole) and the reason."""

    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Inputs with defaults and names filled in; `problems` is empty if they can be used."""

    inputs: Properties
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Object:
    """An object in the cloud, as a provider reports it.

    `inputs` are the declared properties as they are now, spelt as the program would write them, so that they
    can be compared with what a program asks for. `outputs` is everything the resource type promises, inputs
    included.
    """

    id: str
    inputs: Properties
    outputs: Properties


@dataclass(frozen=True, slots=True)
class Identity:
    """What is needed to read an object: its id, and what was recorded of it (empty on import)."""

    id: str
    inputs: Properties = field(default_factory=dict[str, Any])
    outputs: Properties = field(default_factory=dict[str, Any])
    urn: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """The resource that a call is about, for providers that ask for more than its type (`concerning`)."""

    urn: str
    timeouts: Mapping[str, float] = field(default_factory=dict[str, float])
    """Seconds by `create`, `update`, `delete` and `read`, where the program sets them."""

    ignore_changes: tuple[str, ...] = ()


class Refused(Exception):
    """The provider could not do what it was asked.

    `made` is the object if one exists all the same (a create that failed half-way): the engine records it,
    and the next apply finishes it. `code` is the cloud's own error code, if there is one. `reasons` are the
    parts of the reason, if it has several.
    """

    def __init__(
        self, reason: str, *, code: str = "", made: Object | None = None, reasons: Sequence[str] = ()
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.made = made
        self.reasons = tuple(reasons) or (reason,)


class Provider(Protocol):
    """A configured provider. Everything may be called from several threads at once."""

    def check(self, type: str, name: str, old: Properties | None, new: Properties, seed: bytes) -> Checked:
        """The inputs to use: defaults filled in, physical names made from `name` and `seed`, old names kept.

        No calls to the cloud. `old` is None for a new object and for the new half of a replacement.
        """
        ...

    def diff(self, type: str, old: Object, new: Properties) -> Diff:
        """What a change from `old` (recorded, or just read) to the checked inputs `new` means. No calls."""
        ...

    def planned(self, type: str, old: Object | None, new: Properties) -> Properties:
        """The outputs as far as they are known before the step runs; the rest is `UNKNOWN`. No calls.

        `old` is None for a creation, otherwise the object that an update starts from.
        """
        ...

    def create(self, type: str, new: Properties) -> Object:
        """Make the object and wait until it can be used. Raises `Refused`."""
        ...

    def find(self, type: str, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """Ids of what a `create(type, new)` may have made whose answer was never read, without `known`."""
        ...

    def read(self, type: str, identity: Identity) -> Object | None:
        """The object as it is now, or None if it is gone. Raises `Refused`."""
        ...

    def read_all(self, type: str, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The same for many objects of one type, by id, with as few calls as the cloud's API allows."""
        ...

    def update(self, type: str, old: Object, new: Properties) -> Object:
        """Bring the object in line with `new`, one call for what differs. Raises `Refused`."""
        ...

    def delete(self, type: str, old: Object) -> None:
        """Remove the object and wait until it is gone; gone already is a success. Raises `Refused`."""
        ...

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """The answer of a provider function such as `aws:index/getCallerIdentity:getCallerIdentity`."""
        ...


def concerning(provider: Provider, about: About) -> Provider:
    """The provider as it acts on this resource; for one that asks for no more than a type it is the same."""
    narrowed = getattr(provider, "concerning", None)
    return provider if narrowed is None else narrowed(about)


def remarks(provider: Provider) -> Sequence[str]:
    """What a person should know of a plan that was made with the provider, if it has anything to say."""
    said = getattr(provider, "remarks", None)
    return () if said is None else said()


def config_checked(package: Package, urn: str, old: Properties, new: Properties) -> Checked:
    """The inputs with which a provider of the package is recorded; a package that has no say takes any."""
    check = getattr(package, "check_config", None)
    return Checked(new) if check is None else check(urn, old, new)


def config_compared(package: Package, urn: str, old: Properties, new: Properties) -> Diff | None:
    """What it means that a provider is configured otherwise; None if the package has no say in it.

    A replacement means that it is another one, and that everything the old one holds is elsewhere.
    """
    compare = getattr(package, "diff_config", None)
    return None if compare is None else compare(urn, old, new)


def given(taker: Provider | Package, properties: Properties) -> Properties:
    """What a provider is given: plain values, or marked ones if it `takes_marked` secrets and references."""
    return properties if getattr(taker, "takes_marked", False) else revealed(dict(properties))


class Package(Protocol):
    """A provider package that can be configured, such as `aws`."""

    version: str
    """The version of the SDK package whose programs it serves, for the state."""

    def types(self) -> frozenset[str]:
        """The type tokens it can act on."""
        ...

    def configure(self, inputs: Properties) -> Provider:
        """A provider for these provider inputs (`region`, `defaultTags`, …). Opens no connection."""
        ...
