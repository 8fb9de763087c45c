"""The vocabulary in which a type of Vault object is described.

A `ResourceSpec` is data, not behaviour: it names the paths of Vault's HTTP API at which an object is written,
read and deleted, and has one `Field` for each Pulumi property. The driver (`driver.py` and the files beside
it) is the only code that acts on it.

Words: a *property* is Pulumi's (camelCase), a *parameter* is Vault's (snake_case). The *document* of an
object is what its `read` answers under `data`. Paths into documents have dots (`config.max_lease_ttl`).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Final

from provisioner.plan.values import Properties
from provisioner.providers.interface import Problem


class Marker(enum.Enum):
    """What a change of a property means, and the value that stands for none."""

    WRITE = "a change of this property repeats the write, with every field"
    REPLACE = "a change of this property needs a new object"
    ONCE = "this property is said when an object is made; a change of it is recorded, and does nothing"
    LOCAL = "this property only tells the driver what to do; Vault does not know it"
    NEVER = "the property has no value of its own"


WRITE: Final = Marker.WRITE
REPLACE: Final = Marker.REPLACE
ONCE: Final = Marker.ONCE
LOCAL: Final = Marker.LOCAL
NEVER: Final = Marker.NEVER

NAMESPACE: Final = "namespace"
"""The property of every type: the namespace (Vault Enterprise, HCP) below the provider's."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text with `{placeholders}`, each a property's name, or `id`.

    As an id it is read backwards as well: the placeholders of an imported id become properties, the first
    ones as short as possible, the last one as long as possible.
    """

    template: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call of Vault's HTTP API: the path below `/v1/`, with `{placeholders}` as in `Text`."""

    path: str
    method: str = "POST"
    sends: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    """Parameters that are not fields: constant texts, or `{placeholders}`."""

    repeatable: bool = True
    """Whether a second call has the effect of one: a call whose answer was lost is made again then."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How one property looks to Pulumi and how it looks to Vault; `codecs.py` has the ones in use."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]
    canonical: Callable[[Any], Any] = lambda value: value
    """Two Pulumi values are the same if this gives the same for both."""


SAME: Final = Codec(encode=lambda value: value, decode=lambda value: value)


def never(old: Any, new: Any) -> bool:  # noqa: ARG001 - the signature of the field
    """No change needs a new object."""
    return False


def always(old: Any, new: Any) -> bool:  # noqa: ARG001 - the signature of the field
    """Every change needs a new object."""
    return True


@dataclass(frozen=True, slots=True)
class Field:
    """One Pulumi property: its parameter, what a change of it means, its spelling, what "removed" means."""

    prop: str
    on_change: Marker | Call = WRITE
    """A `Call` carries all differing fields that name an equal one."""

    codec: Codec = SAME
    _: KW_ONLY
    api: str = ""
    """The parameter; empty: the property in snake_case. Dots lead into a structure."""

    reset: Any = None
    """What to send (in Vault's spelling) when the program removes the property; None leaves it as it is.

    It is also the value that a new object has.
    """

    read: str | None = ""
    """Path in the document; empty: the same as `api`; None: Vault never tells, the recorded value stands."""

    with_create: bool = True
    """Whether the create call takes it; if not, `on_change` is called after create."""

    default: Any = NEVER
    """What pulumi-vault itself fills in when the program says nothing; listed in `__defaults`."""

    is_sent: bool = True
    """Whether Vault takes it; if not, its change sends the others again."""

    is_spread: bool = False
    """A structure whose members are parameters themselves."""

    unless: str = ""
    """The property that, if it is true, says that others set this one."""

    like: str = ""
    """The property whose value it has when the program gives none (a mount's path is its type)."""

    partial: bool = False
    """A structure of which only the members are compared and told that the program names."""

    computed: bool = False
    """Vault chooses a value if the program names none, so leaving it out is no change."""

    may_be_silent: bool = False
    """Vault need not tell the value (none in the document): the recorded one stands then."""

    required: bool = False
    """The program has to give it; `check` refuses the resource otherwise."""

    written_only: str = ""
    """The property that says by another number that this one has changed: it is sent, and never compared,
    read or shown."""

    replaces: Callable[[Any, Any], bool] = never
    """Whether this change (from and to a canonical value; None: left out) needs a new object after all."""

    @property
    def parameter(self) -> str:
        """Vault's name."""
        return self.api or snake(self.prop)


@dataclass(frozen=True, slots=True)
class Name:
    """The property that names the object; left out, it is made as pulumi-vault does: `<name>-<hex>`."""

    prop: str = "name"
    length: int = 255


@dataclass(frozen=True, slots=True)
class Output:
    """An output at `path` in the document that is not known before apply if one of `changes_with` changes.

    `changes_with=("*",)`: any update may change it.
    """

    path: str
    changes_with: tuple[str, ...] = ()
    codec: Codec = SAME


def no_problems(inputs: Properties) -> Iterable[Problem]:  # noqa: ARG001 - the signature of the field
    """Nothing is wrong, whatever the inputs are."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceSpec:
    """Everything the driver knows about one type of Vault object."""

    type: str
    id: str | Text
    """Path of the id in the answer of create and in the document; or a `Text` of properties."""

    create: Call
    read: Call | None
    """None: Vault has nothing to tell of such an object, and the record stands."""

    also: Mapping[str, Call] = field(default_factory=dict[str, Call])
    """Further reads; their documents are in the document under these names."""

    look: Call | None = None
    """Finds an object by what it is made of, where its id does not tell; its `data` has the id."""

    update: Call | None = None
    """What a change of WRITE fields calls; None: `create` again."""

    delete: Call | None
    """None: nothing in Vault goes away (the setting just is no longer ours)."""

    document: str = "data"
    """Where in the answer of `read` the document is."""

    absent: tuple[str, ...] = ()
    """What Vault says, with status 400, of an object that is not there; 404 always means it."""

    fields: tuple[Field, ...]
    outputs: Mapping[str, str | Output | Text] = field(default_factory=dict[str, "str | Output | Text"])
    """The outputs that are not fields."""

    name: Name | None = None
    unique: tuple[str, ...] = ()
    """Properties of which no two objects can have the same values, where the id is not made of them. A
    replacement that keeps them all deletes the old object first."""

    inner_written_only: Mapping[str, str] = field(default_factory=dict[str, str])
    """Members of structures that are as `Field.written_only` says (`postgresql.passwordWo`), by number."""

    secret: tuple[str, ...] = ()
    """Paths of what is secret although the SDK does not say so: it knows no members of structures."""

    unsupported: Mapping[str, str] = field(default_factory=dict[str, str])
    """Input properties of the Pulumi class that are refused, each with its reason."""

    problems: Callable[[Properties], Iterable[Problem]] = no_problems
    """What is wrong between properties, in checked inputs that may hold `UNKNOWN`."""

    def row(self, prop: str) -> Field | None:
        """The row of one property."""
        return next((row for row in self.fields if row.prop == prop), None)


_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake(prop: str) -> str:
    """`tokenMaxTtl` as Vault writes it: `token_max_ttl`."""
    return _WORD.sub("_", prop).lower()


def number_of(prop: str, on_change: Marker | Call = WRITE, **said: Any) -> Field:
    """The number that says by its change that a value which is never read back has changed."""
    return Field(prop, on_change, read=None, is_sent=False, **said)


def alike(
    *props: str, on_change: Marker | Call = WRITE, codec: Codec = SAME, **said: Any
) -> tuple[Field, ...]:
    """Fields that differ in nothing but their names."""
    return tuple(Field(prop, on_change, codec, **said) for prop in props)
